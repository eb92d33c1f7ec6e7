/* The HTTP API, health and metrics as the daemon sees them: one door of the control desk, with libsoup behind it. docs/decisions/0036 says what libsoup is
 * kept from. Inside: http-listeners [M], http-door, http-connection, http-stream, http-exchange.
 * Thread: M, unless said. Owner: the control desk, from new on. */
#pragma once

#include "control/control-desk.h"
#include "core/handed-sockets.h"

typedef struct CamHttpServer CamHttpServer;

/* Binds [HTTP] Listen and accepts at once; says once who will be refused when that is open to others and no token is configured. @config: a reference is
 * taken: what holds until the first status. @handed: borrowed, outlives it. (transfer none) Errors: CAM_SERVE_ERROR_BIND. */
CamHttpServer *cam_http_server_new (CamControlDesk *desk, CamConfigSet *config, CamHandedSockets *handed, GError **error);

/* What the ready line says: "http://ADDRESS:PORT" of each listener, NULL-terminated, owned by @self. */
const char *const *cam_http_server_get_addresses (const CamHttpServer *self);

/* One connection to each listener from inside, answered by /healthz. Blocks for 2 s at most each. Errors: CAM_SERVE_ERROR_BIND. */
bool cam_http_server_check (const CamHttpServer *self, GError **error);

/* What /readyz says. */
void cam_http_server_set_ready (CamHttpServer *self, bool is_ready);

/* Opens what is new in another configuration's [HTTP] Listen, as a part of its reload; then adopt or abandon. @config: a reference is taken.
 * Errors: CAM_SERVE_ERROR_BIND, naming the address; nothing has changed then. */
bool cam_http_server_prepare (CamHttpServer *self, CamConfigSet *config, GError **error);
void cam_http_server_abandon (CamHttpServer *self); /* nothing was prepared: fine */
void cam_http_server_adopt (CamHttpServer *self);
