/* What all stream-sessions share: the rooms below, and what the supervisor has one of.
 * Thread: M. Owner: supervisor. */
#pragma once

#include "core/disk.h"
#include "core/resolver.h"
#include "serve/rtsp-server.h"
#include "supervise/connection-governor.h"
#include "supervise/login-guard.h"
#include "supervise/main-inbox.h"
#include "supervise/picture-job.h"
#include "supervise/reaper.h"
#include "supervise/sender-roll.h"
#include "supervise/session-ledger.h"
#include "supervise/status-desk.h"

/* All borrowed; they outlive the sessions. */
typedef struct {
  CamRtspServer *server;
  CamResolver *resolver;
  CamMediaMemory *memory; /* NULL: no limit */
  CamLoopThread *loop; /* the camera's */
  CamReaper *reaper;
  CamMainInbox *inbox;
  CamConnectionGovernor *governor;
  CamLoginGuard *logins;
  CamSessionLedger *ledger;
  CamPictureDesk *desk;
  CamStatusDesk *status_desk; /* NULL: nobody asks */
  CamSrtPoller *srt;        /* NULL: no camera is one of SRT */
  CamSenderRoll *senders;   /* NULL with srt NULL */
  CamDisk *disk;            /* NULL with state_folder NULL */
  const char *state_folder; /* NULL: nothing is kept */
  const CamClock *clock;
  void (*gone) (gpointer data); /* a stream that was removed is gone: only notes it, from within the stream. Nullable */
  gpointer data;
} CamStreamPlace;
