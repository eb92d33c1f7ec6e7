/* All cameras: makes a session for each camera of the configuration, spreads them over the loops, ends them.
 * Thread: M. Owner: the daemon. */
#pragma once

#include "config/config-set.h"
#include "core/clock.h"
#include "core/disk.h"
#include "core/resolver.h"
#include "serve/rtsp-server.h"
#include "supervise/status-desk.h"

typedef struct CamSupervisor CamSupervisor;

typedef struct {
  CamRtspServer *server;   /* borrowed */
  CamResolver *resolver;   /* borrowed */
  CamMediaMemory *memory;  /* borrowed; nullable: no limit */
  CamSrtPoller *srt;       /* borrowed; NULL: no camera is one of SRT, and nobody comes by it */
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
bool cam_supervisor_open_doors (CamSupervisor *self, CamConfigSet *config, GError **error);

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

/* Where the status is published, and by whom: nothing before cam_status_desk_start (). (transfer none) */
CamStatusBoard *cam_supervisor_get_board (const CamSupervisor *self);
CamStatusDesk *cam_supervisor_get_status_desk (CamSupervisor *self);
