/* The sockets on which HTTP clients are awaited, as the configuration names them: opened, kept over a reload, and called from inside before we say that we are ready.
 * Thread: M; the descriptors are the door's, which closes them. Owner: http-server. */
#pragma once

#include "core/handed-sockets.h"

#include <glib.h>
#include <stdbool.h>

typedef struct CamHttpListeners CamHttpListeners;

CamHttpListeners *cam_http_listeners_new (CamHandedSockets *handed /* borrowed; NULL: there are none */);
void cam_http_listeners_free (CamHttpListeners *self); /* NULL is fine */

/* What @addresses (nullable: none) take the place of what was: sockets of addresses that stay are kept. @ret_opened, @ret_closed: of int, what has come and what
 * nobody wants any more, (transfer full). Errors: CAM_SERVE_ERROR_BIND; nothing has changed then. */
bool cam_http_listeners_set (CamHttpListeners *self, const char *const *addresses, GArray **ret_opened, GArray **ret_closed, GError **error);

/* "http://ADDRESS:PORT" of each, with the real ports; NULL-terminated, owned by @self. */
const char *const *cam_http_listeners_get_urls (const CamHttpListeners *self);

/* Connects to each from inside, asks for /healthz and waits for an answer, 2 s at most for each. Blocks. Errors: CAM_SERVE_ERROR_BIND. */
bool cam_http_listeners_check (const CamHttpListeners *self, GError **error);
