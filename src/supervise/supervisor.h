/* All cameras: makes a session for each camera of the configuration, spreads them over the loops, ends them.
 * Thread: M. Owner: the daemon. */
#pragma once

#include "config/config-set.h"
#include "core/clock.h"
#include "core/disk.h"
#include "core/resolver.h"
#include "serve/rtsp-server.h"

typedef struct CamSupervisor CamSupervisor;

typedef struct {
  CamRtspServer *server;   /* borrowed */
  CamResolver *resolver;   /* borrowed */
  CamMediaMemory *memory;  /* borrowed; nullable: no limit */
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

/* Ends every session within the reaper's budgets for a stop. is_gone says when. Twice is fine. */
void cam_supervisor_stop (CamSupervisor *self);
bool cam_supervisor_is_gone (const CamSupervisor *self);
void cam_supervisor_free (CamSupervisor *self); /* NULL is fine; after gone */

/* For STATUS= and the log: streams, without those of disabled cameras. */
void cam_supervisor_count (const CamSupervisor *self, unsigned *ret_connected, unsigned *ret_total);
