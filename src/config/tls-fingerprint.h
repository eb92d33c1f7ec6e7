/* The SHA-256 of a certificate as people write it: "sha256:" and 32 bytes in hex, with colons between them or not, as openssl prints it.
 * Which certificate it is compared with is not known here.
 * Thread: pure. Owner: the caller, by value. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct {
  uint8_t bytes[32];
} CamTlsFingerprint;

/* Errors: CAM_CONFIG_ERROR_VALUE. "sha256:" may be in any case, or be what openssl writes before it ("sha256 Fingerprint="). */
bool cam_tls_fingerprint_parse (const char *text, CamTlsFingerprint *ret_fingerprint, GError **error);

/* Of a certificate in DER form. */
void cam_tls_fingerprint_of (const void *der, size_t size, CamTlsFingerprint *ret_fingerprint);
bool cam_tls_fingerprint_equal (const CamTlsFingerprint *self, const CamTlsFingerprint *other);

/* "sha256:AB:CD:…", as parse takes it. (transfer full) */
char *cam_tls_fingerprint_write (const CamTlsFingerprint *self);
