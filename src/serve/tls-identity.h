/* The server's certificate and its key, read again when their files change. Both are proved by a handshake with ourselves before they are used, so
 * that a key of another certificate is found out here; a change for the worse is said once and leaves what was there in use.
 * Thread: any. Owner: rtsp-server; a look that is under way holds a reference. */
#pragma once

#include <gio/gio.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct CamTlsIdentity CamTlsIdentity;

/* Reads the files; blocks for some milliseconds. @key_file: NULL or "": the key is in @certificate_file. Says when the certificate is out of date.
 * Errors: CAM_SERVE_ERROR_TLS naming the key of the configuration and the file. */
CamTlsIdentity *cam_tls_identity_new (const char *certificate_file, const char *key_file, GError **error);
CamTlsIdentity *cam_tls_identity_ref (CamTlsIdentity *self);
void cam_tls_identity_unref (CamTlsIdentity *self); /* NULL is fine */

/* The server's side of TLS over @stream, with what is in use now; hands are not shaken. Errors: what GIO says. */
GTlsConnection *cam_tls_identity_accept (CamTlsIdentity *self, GIOStream *stream, GError **error);

/* Whether the files were looked at less than a second ago, or that takes longer than a second by now: nobody waits for a sick disk. */
bool cam_tls_identity_is_fresh (CamTlsIdentity *self, int64_t now_us);

/* Looks at the files on a thread of GIO's, unless somebody does already. @done is called in the caller's thread-default context, unless
 * @cancellable was cancelled. */
void cam_tls_identity_look (CamTlsIdentity *self, GCancellable *cancellable, void (*done) (gpointer data), gpointer data);

/* The caller's side of TLS over @stream, for whom it does not matter who answers. Errors: what GIO says. */
GTlsConnection *cam_tls_call_anybody (GIOStream *stream, GError **error);
