/* One TCP connection to a camera: resolves its name, tries each address, and hands over the socket or the reason there is none.
 * 5 s for the name, 5 s for each address, 10 s in all; an address that does not answer is tried anew each 500 ms. What is said on the connection is not known here.
 * Thread: L, its loop. Owner: a source. */
#pragma once

#include "core/loop-thread.h"
#include "core/reason.h"
#include "core/resolver.h"

typedef struct CamTcpDialer CamTcpDialer;

/* Called once. @fd: connected, non-blocking, TCP_NODELAY (transfer full), or -1 with @reason (dns, refused, unreachable, timeout, internal) and
 * @detail ("192.0.2.7:554: Connection refused"). The dialer may be freed from within. */
typedef void (*CamTcpDialerFunc) (int fd, CamReason reason, const char *detail, gpointer data);

CamTcpDialer *cam_tcp_dialer_new (CamLoopThread *loop, CamResolver *resolver, const char *host, unsigned port, CamTcpDialerFunc func, gpointer data);
void cam_tcp_dialer_free (CamTcpDialer *self); /* NULL is fine; no call after it */

/* The reason for a failed connection's errno. */
CamReason cam_tcp_reason (int error_number);
