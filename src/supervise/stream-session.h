/* One stream of a camera: its hub and mount, its state, the worker that feeds it now, and when to dial again.
 * What to do when is camera-lifecycle's decision; ending things is the reaper's work.
 * Thread: M. Owner: camera-session. */
#pragma once

#include "config/config-table.h"
#include "supervise/camera-lifecycle.h"
#include "supervise/status.h"
#include "supervise/stream-place.h"

typedef struct CamStreamSession CamStreamSession;

/* Publishes the mount; dials nothing yet. */
CamStreamSession *cam_stream_session_new (const CamStreamPlace *place, CamCameraConfig *camera, unsigned stream);
void cam_stream_session_free (CamStreamSession *self); /* NULL is fine; asserts that it is gone */

/* Dials, or waits for a client with Start=on-demand. A camera with Enabled=no is not started: its mount answers 503. */
void cam_stream_session_start (CamStreamSession *self);

/* A sender has come by itself from @address, for a stream that waits for one (@srt_sender: an accepted SRT socket, transfer full). It takes the place of
 * whoever was there, or is sent away when none is taken now. */
void cam_stream_session_take_sender (CamStreamSession *self, int srt_sender, const char *address);

/* Ends worker and readers; the mount stays and answers 503. Enable starts again, also while that is under way. */
void cam_stream_session_disable (CamStreamSession *self);
void cam_stream_session_enable (CamStreamSession *self);

/* Another configuration of the same camera, in which this stream still exists. @effect: of what changed, as config-diff has it: nobody notices a live one,
 * with reconnects the camera is dialled anew and readers see the slate, with remounts they are ended and the mount is made anew. @srt: as in the place. */
void cam_stream_session_configure (CamStreamSession *self, CamCameraConfig *camera, CamKeyEffect effect, CamSrtPoller *srt);

/* Dials at once if a dial is being waited for, whatever the last failure asked for. */
void cam_stream_session_retry_now (CamStreamSession *self);

/* A session that an earlier process left at the camera is no more. */
void cam_stream_session_made_room (CamStreamSession *self);

/* Ends worker, readers and mount. Twice is fine; the state is GONE when all is done. */
void cam_stream_session_remove (CamStreamSession *self);

CamCameraState cam_stream_session_get_state (const CamStreamSession *self);

/* All that is known of it now, as in stream-chart.h. (transfer full) */
CamStreamStatus *cam_stream_session_describe (CamStreamSession *self, const CamStatus *whole, bool is_beat);

/* Acts on the timers that are due by the clock: called by the session's own source, and by tests that turn the clock. */
void cam_stream_session_tick (CamStreamSession *self);
