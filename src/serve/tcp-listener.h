/* One TCP socket on which clients are awaited, of whatever protocol: bound as the configuration says, named as the ready line does, called from inside.
 * Thread: any. Owner: whoever opened it closes it. */
#pragma once

#include "core/handed-sockets.h"

#define CAM_TCP_BACKLOG 1024 /* connections that may wait to be accepted */

/* Listens for what @scheme ("rtsp", "rtsps", "http") names on @text, one of the list @addresses: "host:port", "[v6]:port"; port 0: any. "[::]" takes IPv4, too,
 * unless another of the list wants that on the same port, and is 0.0.0.0 on a box without IPv6, said once. One of @handed is taken if it fits; NULL: there are none. Non-blocking. −1: CAM_SERVE_ERROR_BIND naming the address and why. */
int cam_tcp_listener_open (CamHandedSockets *handed, const char *scheme, const char *text, const char *const *addresses, GError **error);

/* Where @fd really listens: "rtsp://127.0.0.1:8554" with @scheme "rtsp". (transfer full) */
char *cam_tcp_listener_describe (int fd, const char *scheme);

/* A connection to @fd from inside, under way and non-blocking, to be closed by the caller; one on every address is called on its loopback one. −1: it cannot be made. */
int cam_tcp_listener_call (int fd);
