/* What readers of one stream see while its camera is away (Slate=): the last picture at once; for notice the same, darkened, with the camera's name,
 * since when and why in words, as soon as the picture program has drawn it, and again when the reason changes, at most every 10 s.
 * Thread: M. Owner: stream-session. */
#pragma once

#include "config/camera-config.h"
#include "core/reason.h"
#include "supervise/offline-slate.h"
#include "supervise/picture-job.h"

typedef struct CamStreamSlate CamStreamSlate;

/* All borrowed; they outlive the slate, the camera until another is set. */
CamStreamSlate *cam_stream_slate_new (const CamCameraConfig *camera, unsigned stream, CamStreamHub *hub, CamLoopThread *loop, CamPictureDesk *desk);
void cam_stream_slate_free (CamStreamSlate *self); /* NULL is fine; ends it */

/* Another configuration of the same camera. True: Slate= is another one; what was shown is not any more. */
bool cam_stream_slate_set_camera (CamStreamSlate *self, const CamCameraConfig *camera);

/* The camera is away since @since_us (wall clock, µs since 1970). @picture: the last key unit (length-prefixed NAL units, or a JPEG), NULL: none is known.
 * With Slate=none nothing is shown. Called while shown: the new values hold. */
void cam_stream_slate_begin (CamStreamSlate *self, CamStreamDescription *description, GBytes *picture, int64_t since_us, CamReason reason);

/* The reason has changed; nothing happens while nothing is shown. */
void cam_stream_slate_explain (CamStreamSlate *self, CamReason reason);

/* The camera is back, or the readers go. Orders posted to the loop after it find the slate hidden. Twice is fine. */
void cam_stream_slate_end (CamStreamSlate *self);
