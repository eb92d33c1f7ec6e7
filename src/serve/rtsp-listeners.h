/* The sockets on which RTSP clients are awaited: bound from the configuration's addresses, named as the ready line says them.
 * Thread: M; the descriptors may be used by whoever accepts. Owner: rtsp-server. */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "core/handed-sockets.h"

typedef struct CamRtspListeners CamRtspListeners;

/* Binds each of @addresses and those of @sealed, where TLS is spoken (NULL: none): "host:port", "[v6]:port"; port 0: any. "[::]" takes IPv4 too, and is 0.0.0.0 on a box without IPv6, said once.
 * @handed: sockets that were handed over, taken where they fit; NULL: none. Errors: CAM_SERVE_ERROR_BIND naming the address and why. */
CamRtspListeners *cam_rtsp_listeners_new (const char *const *addresses, const char *const *sealed, CamHandedSockets *handed, GError **error);

/* The same while those of @before are open: what both ask for in the same words is shared, and stays open as long as one of them is there. */
CamRtspListeners *cam_rtsp_listeners_new_beside (const CamRtspListeners *before, const char *const *addresses, const char *const *sealed,
                                                 CamHandedSockets *handed, GError **error);
void cam_rtsp_listeners_free (CamRtspListeners *self); /* NULL is fine; closes what nobody else has */

/* @after is in its place from now on: of what that does not have none is kept for the next process. */
void cam_rtsp_listeners_note_replaced (const CamRtspListeners *self, const CamRtspListeners *after, CamHandedSockets *handed);

unsigned cam_rtsp_listeners_count (const CamRtspListeners *self);
int cam_rtsp_listeners_get (const CamRtspListeners *self, unsigned index); /* borrowed; non-blocking */
bool cam_rtsp_listeners_is_sealed (const CamRtspListeners *self, unsigned index);

/* "rtsp://ADDRESS:PORT" or "rtsps://…" of each, with the real ports; NULL-terminated, owned by @self. */
const char *const *cam_rtsp_listeners_get_urls (const CamRtspListeners *self);

/* Connects to each from inside, asks OPTIONS and waits for 200, 2 s at most for each. Blocks. Errors: CAM_SERVE_ERROR_BIND. */
bool cam_rtsp_listeners_check (const CamRtspListeners *self, GError **error);
