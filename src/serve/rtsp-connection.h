/* One client's TCP connection: its socket, what came and is not whole yet, what has to go out, and its deadlines. It lives on exactly one loop at
 * a time: where it was accepted, until a request names a mount, then on that mount's loop.
 * What requests mean is rtsp-dialogue's business.
 * Thread: the loop it lives on. Owner: itself; it ends when its socket, its client or a deadline says so, or when it is asked to. */
#pragma once

#include "serve/client-link.h"
#include "serve/rtsp-peer.h"
#include "serve/serve-loop.h"

/* Takes @link and what is in @peer; the registry has admitted it, which is given back at its end. On @home.
 * @accepted_us: since when it has been awaited to speak. */
void cam_rtsp_connection_start (CamServeLoop *home, CamClientLink *link, CamRtspPeer *peer, int64_t accepted_us);

/* For the dialogue: queues bytes (transfer full); written when the request is done, or with the data that follows. */
void cam_rtsp_connection_queue_answer (CamRtspConnection *self, GBytes *answer);

/* Writes what is queued now, for what must not come after data on another way (PLAY's answer and UDP). */
void cam_rtsp_connection_flush (CamRtspConnection *self);

/* What its loop and its mount's audience know it by. Asked to leave it says BYE on the tracks that play, leaves the client some time to take its
 * leave, then closes; it resets at the end of the grace. (transfer none) */
CamServeGuest *cam_rtsp_connection_get_guest (CamRtspConnection *self);

/* Ends it with a reset, at the end of this turn; nothing more is said. Twice is fine. */
void cam_rtsp_connection_reset (CamRtspConnection *self);
