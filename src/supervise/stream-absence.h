/* What stands in for a stream while its camera is away: what it carries and its last picture, remembered over restarts, and the slate that is made of
 * them. What carries it on is stream-session's decision.
 * Thread: M. Owner: stream-session. */
#pragma once

#include "core/reason.h"
#include "supervise/stream-place.h"

typedef struct CamStreamAbsence CamStreamAbsence;

/* @place, @camera: borrowed, the camera until another is set. */
CamStreamAbsence *cam_stream_absence_new (const CamStreamPlace *place, const CamCameraConfig *camera, unsigned stream, CamStreamHub *hub);
void cam_stream_absence_free (CamStreamAbsence *self); /* NULL is fine; ends it */

/* Another configuration of the same camera: what is shown changes at once. Unless @is_remembered_alike, what was learned of it before is not believed. */
void cam_stream_absence_set_camera (CamStreamAbsence *self, const CamCameraConfig *camera, bool is_remembered_alike);

/* Tells the hub what the stream carried in earlier times, if that is remembered and nothing newer is known. */
void cam_stream_absence_recall (CamStreamAbsence *self);

/* Remembers what the hub knows. @is_urgent: it may be the last chance. False: the picture is still to come. */
bool cam_stream_absence_keep (CamStreamAbsence *self, bool is_urgent);

/* The camera is away from now on; what it carries is known to the hub. @reason: CAM_REASON_NONE when it was not there before. */
void cam_stream_absence_begin (CamStreamAbsence *self, CamReason reason);

/* The newest reason why it stays away. Nothing happens before begin. */
void cam_stream_absence_explain (CamStreamAbsence *self, CamReason reason);

/* The camera is back, or the readers go. Twice is fine. */
void cam_stream_absence_end (CamStreamAbsence *self);

/* For how long a slate was shown, all times together, in µs. */
int64_t cam_stream_absence_get_shown_us (const CamStreamAbsence *self);
