/* When and how the next worker of a stream is made: what dial-plan says, knocking by tcp-probe, the leave of connection-governor.
 * Makes no worker itself.
 * Thread: M. Owner: stream-session. */
#pragma once

#include "supervise/camera-lifecycle.h"
#include "supervise/dial-plan.h"
#include "supervise/stream-place.h"

typedef struct CamStreamDialler CamStreamDialler;

/* Called from dispatches of M, never from within one of the functions below but tick. */
typedef struct {
  void (*due) (gpointer data);                              /* the wait that was armed is over */
  void (*dial) (bool has_socket, int socket, gpointer data); /* make the worker now. @socket: connected (transfer full) */
  void (*talk) (gpointer data);                             /* the worker may begin its dialogue */
  /* In place of talk, and as if the worker had said so: the camera refused the same log-in of another stream just now. The worker must go without a
   * word. */
  void (*refused) (const CamIngestEnd *end, gpointer data);
} CamStreamDiallerEvents;

/* @camera: takes a reference. @events: constant. @data: borrowed. */
CamStreamDialler *cam_stream_dialler_new (const CamStreamPlace *place,
                                          CamCameraConfig *camera,
                                          unsigned stream,
                                          const CamStreamDiallerEvents *events,
                                          gpointer data);
void cam_stream_dialler_free (CamStreamDialler *self); /* NULL is fine; no call after it */

/* Another configuration of the same camera that is reached in the same way: its pauses and limits, from now on. */
void cam_stream_dialler_set_camera (CamStreamDialler *self, CamCameraConfig *camera);

/* What the next dial asks for: what worked last, with Transport=auto. Not auto. */
CamTransport cam_stream_dialler_get_transport (const CamStreamDialler *self);

/* What the worker says. Ended tells what comes next, for the log; nothing is waited for before arm. */
void cam_stream_dialler_established (CamStreamDialler *self);
void cam_stream_dialler_playing (CamStreamDialler *self);
void cam_stream_dialler_live (CamStreamDialler *self);
CamDialOrder cam_stream_dialler_ended (CamStreamDialler *self, const CamIngestEnd *end, bool somebody_waits);

/* A live worker is ended by us: that was no failure. */
void cam_stream_dialler_left (CamStreamDialler *self);

/* The worker's connection is closed for good: the host has room for another one. */
void cam_stream_dialler_closed (CamStreamDialler *self);

/* Waits for what the last end, or nothing, asks for; then due is called. */
void cam_stream_dialler_arm (CamStreamDialler *self);

/* Waits for what is left of that and for the governor's leave; then dial is called. Whatever else was waited for is forgotten. */
void cam_stream_dialler_dial (CamStreamDialler *self);

/* Waits for nothing any more. A connection that is up keeps its leave. */
void cam_stream_dialler_disarm (CamStreamDialler *self);

/* Now, whatever an earlier end asked for. What is waited for is due at once; nothing happens if nothing is. */
void cam_stream_dialler_insist (CamStreamDialler *self);

/* A session that was left at the camera is no more. */
void cam_stream_dialler_made_room (CamStreamDialler *self);

/* When tick has something to do; INT64_MAX: nothing. */
int64_t cam_stream_dialler_get_due_us (const CamStreamDialler *self);
void cam_stream_dialler_tick (CamStreamDialler *self, bool somebody_waits, int64_t now_us);
