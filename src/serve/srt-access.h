/* Whether who comes by SRT may do what his stream id asks for: users and Read= rules as for RTSP, and guessing of passwords made slow.
 * Thread: any; quick, since it is asked within handshakes. Owner: rtsp-server. */
#pragma once

#include "serve/client-registry.h"
#include "serve/serve-rules.h"
#include "srt/srt-reject.h"
#include "wire/srt-stream-id.h"

typedef struct CamSrtAccess CamSrtAccess;

/* Both borrowed. */
CamSrtAccess *cam_srt_access_new (CamServeBook *book, CamClientRegistry *registry);
void cam_srt_access_free (CamSrtAccess *self); /* NULL is fine */

/* For reading and publishing alike; whether the camera waits for a sender is not looked at. */
CamSrtRefusal cam_srt_access_judge (CamSrtAccess *self, GInetAddress *address, const CamSrtStreamId *id, int64_t now_us);
