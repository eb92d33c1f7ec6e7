/* The sessions we have at cameras, in the runtime folder, so that a process that comes after a crash of this one can end them: cameras with
 * few sessions refuse a new one until the old one has timed out. One small file a stream, mode 0600, without passwords. Thread: M. Owner:
 * the daemon's supervisor; ends before the loops, the resolver and the disk. */
#pragma once

#include "config/config-set.h"
#include "core/disk.h"
#include "core/loop-thread.h"
#include "core/resolver.h"
#include "ingest/ingest-worker.h"

typedef struct CamSessionLedger CamSessionLedger;

typedef struct {
  const char *folder;    /* the runtime folder, copied; NULL: nothing is kept */
  CamDisk *disk;         /* borrowed; nullable with folder NULL */
  CamLoopThread *loop;   /* borrowed: says the farewells */
  CamResolver *resolver; /* borrowed */
  /* On M: the session that was left behind for this stream is no more at its camera. Nullable. */
  void (*ended) (const char *camera, unsigned stream, gpointer data);
  gpointer data;
} CamSessionLedgerSetup;

CamSessionLedger *cam_session_ledger_new (const CamSessionLedgerSetup *setup);
void cam_session_ledger_free (CamSessionLedger *self); /* NULL is fine; no call after it; the entries stay */

/* At start, once, before anything is entered: for what an earlier process left a TEARDOWN, ≤ 1 s, beside whatever is dialled meanwhile, if
 * the camera is still configured at the same host and port; other entries are removed. */
void cam_session_ledger_settle (CamSessionLedger *self, CamConfigSet *config);

/* The worker of @camera's @stream has a session there. Replaces what stood there. */
void cam_session_ledger_enter (CamSessionLedger *self, const CamCameraConfig *camera, unsigned stream, const CamIngestLease *lease);

/* The camera is full, and a session of ours was lost there without TEARDOWN (the connection broke): what stands for @camera's @stream is
 * torn down as at settle, and struck. Nothing entered is fine. */
void cam_session_ledger_reclaim (CamSessionLedger *self, CamCameraConfig *camera, unsigned stream);

/* That session is over: the worker left in good order, or the stream is removed. Nothing entered is fine. */
void cam_session_ledger_strike (CamSessionLedger *self, const char *camera, unsigned stream);
