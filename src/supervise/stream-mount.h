/* A stream's mount as its session has it: published at once, its readers ended by the reaper, made anew when what clients are told of it changes.
 * Thread: M. Owner: stream-session. */
#pragma once

#include "supervise/stream-place.h"

typedef struct CamStreamMount CamStreamMount;

/* Publishes. @hub: ref. @wanted, @data: as cam_rtsp_server_publish (). @reaped: on M, when an end that was asked for below is complete. */
CamStreamMount *cam_stream_mount_new (const CamStreamPlace *place, CamCameraConfig *camera, unsigned stream, CamStreamHub *hub,
                                      CamMountWantedFunc wanted, gpointer wanted_data, void (*reaped) (gpointer data), gpointer data);
void cam_stream_mount_free (CamStreamMount *self); /* NULL is fine; nothing is being ended any more */

unsigned cam_stream_mount_count_readers (const CamStreamMount *self);

/* Ends the readers: BYE on all tracks, then closed. The mount stays, but for remove. Reaped is called later. */
void cam_stream_mount_end_readers (CamStreamMount *self);
void cam_stream_mount_remove (CamStreamMount *self);

/* Another configuration of the same camera: of whom it concerns from now on, its readers notice nothing. */
void cam_stream_mount_set_camera (CamStreamMount *self, CamCameraConfig *camera);

/* A new mount in the old one's place, made as the camera's configuration says now. Its readers were ended before. */
void cam_stream_mount_renew (CamStreamMount *self);
