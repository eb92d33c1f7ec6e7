/* One stream of a camera: its hub and mount, its state, the worker that feeds it now, and when to dial again.
 * What to do when is camera-lifecycle's decision; ending things is the reaper's work.
 * Thread: M. Owner: camera-session; events under way from workers hold references. */
#pragma once

#include "config/camera-config.h"
#include "core/clock.h"
#include "core/resolver.h"
#include "serve/rtsp-server.h"
#include "supervise/camera-lifecycle.h"
#include "supervise/reaper.h"

typedef struct CamStreamSession CamStreamSession;

/* All borrowed; they outlive the session. */
typedef struct {
  CamRtspServer *server;
  CamResolver *resolver;
  CamLoopThread *loop; /* the camera's */
  CamReaper *reaper;
  const CamClock *clock;
} CamStreamPlace;

/* Publishes the mount; dials nothing yet. */
CamStreamSession *cam_stream_session_new (const CamStreamPlace *place, CamCameraConfig *camera, unsigned stream);
void cam_stream_session_unref (CamStreamSession *self); /* NULL is fine; asserts that it is gone */

/* Dials. A camera with Enabled=no is not started: its mount answers 503. */
void cam_stream_session_start (CamStreamSession *self);

/* Ends worker, readers and mount. Twice is fine; the state is GONE when all is done. */
void cam_stream_session_remove (CamStreamSession *self);

CamCameraState cam_stream_session_get_state (const CamStreamSession *self);

/* Acts on the timers that are due by the clock: called by the session's own source, and by tests that turn the clock. */
void cam_stream_session_tick (CamStreamSession *self);
