/* The few local UDP ports that our calls leave from. libsrt would take one a call, with two threads, and stand still for 10 ms with a lock that every sender needs
 * whenever it gives one back. Rendezvous needs a port of its own, and what we listen on is srt-door's.
 * Thread: T. Owner: the poller. */
#pragma once

typedef struct CamSrtPorts CamSrtPorts;

CamSrtPorts *cam_srt_ports_new (void);
void cam_srt_ports_free (CamSrtPorts *self); /* NULL is fine */

/* Binds @socket, which is to call somebody of @family (AF_INET, AF_INET6). Where that fails it stays unbound, and libsrt takes a port for it. */
void cam_srt_ports_bind (CamSrtPorts *self, int socket, int family);
