/* Clients of an rtsps:// port that are not inside yet. Each has CAM_CONNECTION_SILENCE_US from its acceptance on. Until it greets it costs a
 * descriptor; then it waits for one of a few places, since GIO shakes hands on a thread. Who does not hurry there makes room for others that wait,
 * and those of an address that has no place yet come first. Afterwards it is an rtsp-connection like any other.
 * Thread: loop 0, but for new and free (M). Owner: front-door. */
#pragma once

#include "serve/rtsp-peer.h"
#include "serve/serve-loop.h"
#include "serve/tls-identity.h"

typedef struct CamTlsHandshakes CamTlsHandshakes;

#define CAM_TLS_PLACES 8                            /* of the ten threads that GIO has at hand */
#define CAM_TLS_PATIENCE_US (2 * INT64_C (1000000)) /* how long a place is kept while others wait for one */

/* @home: loop 0, borrowed. @identity: takes a reference. */
CamTlsHandshakes *cam_tls_handshakes_new (CamServeLoop *home, CamTlsIdentity *identity);
void cam_tls_handshakes_free (CamTlsHandshakes *self); /* NULL is fine; closed and gone by now */

/* On the loop. What is shown from the next handshake on. */
void cam_tls_handshakes_set_identity (CamTlsHandshakes *self, CamTlsIdentity *identity);

/* Takes @fd, connected and non-blocking, and what is in @peer; the registry has admitted it, which is given back at its end. */
void cam_tls_handshakes_begin (CamTlsHandshakes *self, int fd, CamRtspPeer *peer);

/* Sends all away; nobody is taken any more. @gone is called once, when nobody is here any more, and is the last that is done with @self. */
void cam_tls_handshakes_close (CamTlsHandshakes *self, void (*gone) (gpointer data), gpointer data);
