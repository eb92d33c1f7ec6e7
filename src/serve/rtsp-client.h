/* The one seam to gst-rtsp-server: a DESCRIBE is answered by one of its client objects, which lives on the stack of that request, has no
 * connection, no session and no thread, and is dropped with its media when the answer is there. All other methods are answered by us
 * (docs/decisions/0002).
 * Thread: any loop; everything happens within the call. Owner: the call. */
#pragma once

#include "serve/rtsp-factory.h"
#include "serve/rtsp-mounts.h"

/* The SDP of @factory's stream with the sound that @wish asks for, as the library and our media write it, for a client that came to @local_address
 * (of the o= line).
 * NULL when the library refuses; @ret_status: its status, 200 with an SDP. (transfer full) */
char *cam_rtsp_client_describe (CamRtspMounts *mounts, CamRtspFactory *factory, CamSoundWish wish, GInetAddress *local_address, int *ret_status);
