/* One camera's parts, and their only owner: a stream-session for each stream it has, all on one media loop.
 * Thread: M. Owner: supervisor's table. */
#pragma once

#include "supervise/stream-session.h"

typedef struct CamCameraSession CamCameraSession;

/* Publishes the camera's mounts. */
CamCameraSession *cam_camera_session_new (const CamStreamPlace *place, CamCameraConfig *camera);
void cam_camera_session_free (CamCameraSession *self); /* NULL is fine; asserts that it is gone */

void cam_camera_session_start (CamCameraSession *self);
void cam_camera_session_remove (CamCameraSession *self); /* twice is fine */
const char *cam_camera_session_get_name (const CamCameraSession *self);

/* A sender has come by itself for @stream, which the camera has; as cam_stream_session_take_sender (). */
void cam_camera_session_take_sender (CamCameraSession *self, unsigned stream, int srt_sender, const char *address);

/* A session that an earlier process left at the camera for @stream is no more. */
void cam_camera_session_made_room (CamCameraSession *self, unsigned stream);

/* Dials those of its streams at once that wait for it. */
void cam_camera_session_retry_now (CamCameraSession *self);

bool cam_camera_session_is_gone (const CamCameraSession *self);

/* Adds its streams to the counts; streams of a camera with Enabled=no are not counted. */
void cam_camera_session_count (const CamCameraSession *self, unsigned *connected, unsigned *total);

/* Adds what is known of its streams now to @whole. @is_beat: as in stream-chart.h. */
void cam_camera_session_describe (CamCameraSession *self, CamStatus *whole, bool is_beat);
