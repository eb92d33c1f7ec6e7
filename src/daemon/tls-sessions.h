/* How TLS towards cameras begins: with the camera's certificate, each time.
 * Thread: M, before any other thread: it changes the environment. Owner: none. */
#pragma once

/* GLib's TLS resumes a session with a host without a look at its certificate, whoever began it: what one stream of a camera believes would hold for
 * another with another TLSFingerprint=. So no tickets are asked for, which is what TLS 1.3 resumes by. $G_TLS_GNUTLS_PRIORITY is left alone when it
 * is set. */
void cam_tls_sessions_forbid (void);
