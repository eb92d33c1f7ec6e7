/* The sockets on which HTTP clients are awaited, as the configuration names them: opened, kept over a reload, and called from inside before we say that we are ready.
 * Thread: M; the descriptors are the door's, which closes them. Owner: http-server. */
#pragma once

#include "core/handed-sockets.h"

#include <glib.h>
#include <stdbool.h>

typedef struct CamHttpListeners CamHttpListeners;

CamHttpListeners *cam_http_listeners_new (CamHandedSockets *handed /* borrowed; NULL: there are none */);
void cam_http_listeners_free (CamHttpListeners *self); /* NULL is fine */

/* Opens what is new of @addresses (nullable: none), which are to take the place of what was; then adopt or abandon. Sockets of addresses that stay are kept. Until
 * then those that are in the way of a new one (the same port) accept nobody. Errors: CAM_SERVE_ERROR_BIND, naming the address; nothing has changed then. */
bool cam_http_listeners_prepare (CamHttpListeners *self, const char *const *addresses, GError **error);

/* As if nothing had been prepared; nothing was: fine. */
void cam_http_listeners_abandon (CamHttpListeners *self);

/* What was prepared holds. @ret_opened, @ret_closed: of int, what has come and what nobody wants any more, (transfer full). */
void cam_http_listeners_adopt (CamHttpListeners *self, GArray **ret_opened, GArray **ret_closed);

/* "http://ADDRESS:PORT" of each, with the real ports; NULL-terminated, owned by @self. */
const char *const *cam_http_listeners_get_urls (const CamHttpListeners *self);

/* Connects to each from inside, asks for /healthz and waits for an answer, 2 s at most for each. Blocks. Errors: CAM_SERVE_ERROR_BIND. */
bool cam_http_listeners_check (const CamHttpListeners *self, GError **error);
