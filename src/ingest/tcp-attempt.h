/* One attempt to connect to one address: begins it and says what became of it. Who tries which address for how long is not known here.
 * Thread: any. Owner: none, functions. */
#pragma once

#include <gio/gio.h>

/* Begins to connect. 0 with @ret_fd: non-blocking, TCP_NODELAY (transfer full), writable once it is known what became of it; else an errno. */
int cam_tcp_attempt_begin (GInetAddress *address, unsigned port, int *ret_fd);

/* Once @fd is writable: 0 when it is connected, else an errno. */
int cam_tcp_attempt_outcome (int fd);
