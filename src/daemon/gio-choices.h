/* What GIO does below connections to cameras, which GStreamer makes with it.
 * Thread: M, before any other thread: it changes the environment. Owner: none. */
#pragma once

/* Cameras show their certificate each time: GLib's TLS resumes a session with a host without a look at its certificate, whoever began it, so that
 * what one stream of a camera believes would hold for another with another TLSFingerprint=. So no tickets are asked for, which is what TLS 1.3 resumes by
 * ($G_TLS_GNUTLS_PRIORITY).
 * Cameras are reached without a proxy ($GIO_USE_PROXY_RESOLVER): asking for one takes threads, D-Bus and a library that is not made for threads.
 * What is set already stays. */
void cam_gio_choose (void);
