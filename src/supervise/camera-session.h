/* One camera's parts, and their only owner: a stream-session for each stream it has, all on one media loop. Its configuration may change, or it may be
 * configured no more; a stream that leaves while another configuration asks for it again is made anew when the old one is gone.
 * Thread: M. Owner: supervisor's table. */
#pragma once

#include "config/config-diff.h"
#include "supervise/stream-session.h"

typedef struct CamCameraSession CamCameraSession;

/* Publishes the camera's mounts. */
CamCameraSession *cam_camera_session_new (const CamStreamPlace *place, CamCameraConfig *camera);
void cam_camera_session_free (CamCameraSession *self); /* NULL is fine; asserts that it is gone */

void cam_camera_session_start (CamCameraSession *self);

/* Another configuration of the same camera, also of one that was removed and is not gone yet. @effects: of what changed, for each stream that is there before
 * and after. @srt: as in the place. */
void cam_camera_session_configure (CamCameraSession *self, CamCameraConfig *camera, const CamKeyEffect effects[CAM_N_STREAMS], CamSrtPoller *srt);

void cam_camera_session_remove (CamCameraSession *self); /* twice is fine */

/* Frees streams that are gone and makes those anew that are configured again: to be called after the place's gone. */
void cam_camera_session_settle (CamCameraSession *self);

const char *cam_camera_session_get_name (const CamCameraSession *self);
CamLoopThread *cam_camera_session_get_loop (const CamCameraSession *self);
bool cam_camera_session_is_enabled (const CamCameraSession *self); /* configured, and so */

/* NULL: it has no such stream now. */
CamStreamSession *cam_camera_session_get_stream (CamCameraSession *self, unsigned stream);

/* A sender has come by itself for @stream; as cam_stream_session_take_sender (). False: the camera has no such stream (any more). */
bool cam_camera_session_take_sender (CamCameraSession *self, unsigned stream, int srt_sender, const char *address);

/* A session that an earlier process left at the camera for @stream is no more. */
void cam_camera_session_made_room (CamCameraSession *self, unsigned stream);

/* Dials those of its streams at once that wait for it. */
void cam_camera_session_retry_now (CamCameraSession *self);

/* Nothing of it is there any more, and nothing is asked for. */
bool cam_camera_session_is_gone (const CamCameraSession *self);

/* Adds its streams to the counts; streams of a camera with Enabled=no are not counted. */
void cam_camera_session_count (const CamCameraSession *self, unsigned *connected, unsigned *total);

/* Adds what is known of its streams now to @whole. @is_beat: as in stream-chart.h. */
void cam_camera_session_describe (CamCameraSession *self, CamStatus *whole, bool is_beat);
