/* All cameras: makes a session for each camera of the configuration, spreads them over the loops, ends them.
 * Thread: M. Owner: the daemon. */
#pragma once

#include "config/config-diff.h"
#include "core/clock.h"
#include "core/disk.h"
#include "core/resolver.h"
#include "serve/rtsp-server.h"
#include "supervise/main-inbox.h"
#include "supervise/status-desk.h"

typedef struct CamSupervisor CamSupervisor;

typedef struct {
  CamRtspServer *server;   /* borrowed */
  CamResolver *resolver;   /* borrowed */
  CamMediaMemory *memory;  /* borrowed; nullable: no limit */
  uint64_t auto_memory_bytes; /* what MediaMemory=auto means here */
  CamSrtPoller *srt;       /* borrowed; NULL: no camera is one of SRT, and nobody comes by it */
  /* Makes it when it is needed for the first time, NULL with an error; borrowed, outlives the supervisor. Nullable: it cannot be made. */
  CamSrtPoller *(*bring_up_srt) (gpointer data, GError **error);
  CamDisk *disk;           /* borrowed; nullable without folders */
  const char *state_folder;   /* borrowed; NULL: nothing is kept over a restart */
  const char *runtime_folder; /* borrowed; NULL: nothing is kept over a crash */
  CamLoopThread *const *loops; /* borrowed */
  unsigned n_loops;
  CamCountPair start_concurrency; /* of dialogues with cameras */
  const CamClock *clock;
  /* Called once when too many cameras cannot be ended: a clean process is better. Nullable. */
  void (*overwhelmed) (gpointer data);
  gpointer data;
} CamSupervisorSetup;

CamSupervisor *cam_supervisor_new (const CamSupervisorSetup *setup);

/* Publishes a mount and starts dialling for each configured stream. Once. */
void cam_supervisor_start (CamSupervisor *self, CamConfigSet *config);

/* Opens the doors for SRT's senders and readers; nothing happens without a poller. Once, after start. Errors: CAM_SRT_ERROR_BIND, naming the address. */
bool cam_supervisor_open_doors (CamSupervisor *self, const CamConfigSet *config, GError **error);

/* Does of another configuration what can fail, and that nobody notices: opens listeners and doors. Then apply or abandon. Errors: CAM_SERVE_ERROR_BIND,
 * CAM_SRT_ERROR, naming the address; then nothing has changed, and abandon must follow. */
bool cam_supervisor_prepare (CamSupervisor *self, const CamConfigSet *config, CamServeDraft *draft, GError **error);
void cam_supervisor_abandon (CamSupervisor *self);

/* After prepare: @config holds from now on. @diff: from what held to it. @draft: that of prepare (transfer full). @done (@data) is called on M, later, when each
 * camera was told, not when the supervisor is freed before; then @destroy. What ends and begins does so in its own time. */
void cam_supervisor_apply (CamSupervisor *self, CamConfigSet *config, const CamConfigDiff *diff, CamServeDraft *draft, void (*done) (gpointer data),
                           gpointer data, GDestroyNotify destroy);

/* "srt://ADDRESS:PORT" of each door, NULL-terminated, owned by @self; NULL: none was opened. */
const char *const *cam_supervisor_get_srt_addresses (const CamSupervisor *self);

/* Lets no more in. Twice is fine. */
void cam_supervisor_close_doors (CamSupervisor *self);

/* Ends every session within the reaper's budgets for a stop. is_gone says when. Twice is fine. */
void cam_supervisor_stop (CamSupervisor *self);
bool cam_supervisor_is_gone (const CamSupervisor *self);
void cam_supervisor_free (CamSupervisor *self); /* NULL is fine; after gone */

/* Dials the streams of @camera at once that wait for it; false: there is no such camera. */
bool cam_supervisor_retry (CamSupervisor *self, const char *camera);

/* For STATUS= and the log: streams, without those of disabled cameras. */
void cam_supervisor_count (const CamSupervisor *self, unsigned *ret_connected, unsigned *ret_total);

/* For what M puts off, and what other threads have to say to it: closed with the supervisor. (transfer none) */
CamMainInbox *cam_supervisor_get_inbox (CamSupervisor *self);

/* Where the status is published, and by whom: nothing before cam_status_desk_start (). (transfer none) */
CamStatusBoard *cam_supervisor_get_board (const CamSupervisor *self);
CamStatusDesk *cam_supervisor_get_status_desk (CamSupervisor *self);
