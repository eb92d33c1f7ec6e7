/* All cameras: makes a session for each stream of the configuration, hears of their workers, dials again, ends them.
 * Thread: M. Owner: the daemon. */
#pragma once

#include "config/config-set.h"
#include "core/clock.h"
#include "core/resolver.h"
#include "serve/rtsp-server.h"

typedef struct CamSupervisor CamSupervisor;

typedef struct {
  CamRtspServer *server;   /* borrowed */
  CamResolver *resolver;   /* borrowed */
  CamLoopThread *const *loops; /* borrowed */
  unsigned n_loops;
  const CamClock *clock;
} CamSupervisorSetup;

CamSupervisor *cam_supervisor_new (const CamSupervisorSetup *setup);

/* Publishes a mount and starts dialling for each configured stream. Once. */
void cam_supervisor_start (CamSupervisor *self, CamConfigSet *config);

/* Ends every session: workers told to leave with @grace_us. is_gone says when. Twice is fine. */
void cam_supervisor_stop (CamSupervisor *self, int64_t grace_us);
bool cam_supervisor_is_gone (const CamSupervisor *self);
void cam_supervisor_free (CamSupervisor *self); /* after gone */

/* For STATUS= and the log. */
void cam_supervisor_count (const CamSupervisor *self, unsigned *ret_connected, unsigned *ret_total);
