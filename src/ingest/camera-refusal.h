/* What a camera means by refusing a request: the reason, and for how long it wants to be left alone. Cameras say much in words that RTSP has
 * numbers for, so the phrase, the headers and the body are listened to.
 * Thread: pure. Owner: none. */
#pragma once

#include "core/reason.h"
#include "wire/rtsp-message.h"

/* @answer: status 400 or more. @was_logged_in: the same user and password were good enough on this connection before. */
CamReason cam_camera_refusal_reason (const CamRtspMessage *answer, bool was_logged_in);

/* The same for a description that cam_sdp_read () refused. */
CamReason cam_camera_sdp_reason (const GError *error);

/* Retry-After in µs, an hour at most; 0: it does not say, or not in seconds. */
int64_t cam_camera_refusal_retry_after_us (const CamRtspMessage *answer);
