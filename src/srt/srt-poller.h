/* The one thread that talks to libsrt about all sockets: waits for what they have to say, reads messages, notices ends, opens and closes.
 * Nobody else waits for libsrt, ever. What is said on a connection is srt-connection's business, who may call is srt-door's.
 * Thread: new, stop, free on M; T is the poller's own. Owner: the daemon; connections and doors borrow it. */
#pragma once

#include <glib.h>
#include <stdbool.h>

typedef struct CamSrtPoller CamSrtPoller;

/* Brings the library up (srt-library) and starts the thread. One a process. Errors: CAM_SRT_ERROR_LIBRARY, G_THREAD_ERROR. */
CamSrtPoller *cam_srt_poller_new (GError **error);

/* Closes what is left open and ends the thread; connections that are still there are told that they ended (closed), as far as their loops run. To be called before the loops
 * end on which connections live; what is freed afterwards is freed at once. Waits @wait_us at most. False: it has not ended by then; nothing is freed, and the process must end. */
bool cam_srt_poller_stop (CamSrtPoller *self, gint64 wait_us);
void cam_srt_poller_free (CamSrtPoller *self); /* NULL is fine; after stop, and after all connections and doors were freed */

/* Closes an accepted socket that nobody wants, from any thread, at once. */
void cam_srt_poller_discard (CamSrtPoller *self, int socket);
