/* Knocks at a camera's door until it opens: a bare TCP connection attempt every interval, several under way where answers are slow, nothing said on
 * any. The first that is accepted is handed over; the rest are closed.
 * Thread: new, free on M; func on the loop. Owner: stream-session. */
#pragma once

#include "core/loop-thread.h"
#include "core/resolver.h"

typedef struct CamTcpProbe CamTcpProbe;

/* Called once, on the loop. @fd: connected, non-blocking, TCP_NODELAY (transfer full). */
typedef void (*CamTcpProbeFunc) (int fd, gpointer data);

/* Knocks at once, then each @interval_us, at each address of the name in turn. Never gives up by itself; a name that does not resolve is asked for again
 * each second, one that does every 10 s: a camera may come back with another address.
 * @data with @destroy (nullable): kept until no call can come any more. */
CamTcpProbe *cam_tcp_probe_new (CamLoopThread *loop,
                                CamResolver *resolver,
                                const char *host,
                                unsigned port,
                                int64_t interval_us,
                                CamTcpProbeFunc func,
                                gpointer data,
                                GDestroyNotify destroy);
void cam_tcp_probe_free (CamTcpProbe *self); /* NULL is fine; the call may still come while this is under way, not after the loop has seen it */
