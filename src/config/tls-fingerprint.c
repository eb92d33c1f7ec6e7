#include "config/tls-fingerprint.h"

#include <string.h>

#include "config/config-error.h"

/* What follows the name of the digest: ours, or openssl's. NULL: something else. */
static const char *
skip_prefix (const char *text)
{
  static const char *const prefixes[] = {"sha256:", "sha256 Fingerprint="};
  for (unsigned i = 0; i < G_N_ELEMENTS (prefixes); i++)
    if (g_ascii_strncasecmp (text, prefixes[i], strlen (prefixes[i])) == 0)
      return text + strlen (prefixes[i]);
  return NULL;
}

bool
cam_tls_fingerprint_parse (const char *text, CamTlsFingerprint *ret_fingerprint, GError **error)
{
  CamTlsFingerprint parsed;
  size_t n_bytes = 0;
  const char *at = skip_prefix (text);
  while (at != NULL && n_bytes < sizeof parsed.bytes && g_ascii_isxdigit (at[0]) && g_ascii_isxdigit (at[1])) {
    parsed.bytes[n_bytes++] = (uint8_t) (g_ascii_xdigit_value (at[0]) * 16 + g_ascii_xdigit_value (at[1]));
    at += at[2] == ':' && n_bytes < sizeof parsed.bytes ? 3 : 2;
  }
  if (at == NULL || n_bytes < sizeof parsed.bytes || *at != '\0') {
    g_autofree char *quoted = cam_config_quote (text);
    g_set_error (error, CAM_CONFIG_ERROR, CAM_CONFIG_ERROR_VALUE, "%s: expected sha256: and 64 hexadecimal digits", quoted);
    return false;
  }
  *ret_fingerprint = parsed;
  return true;
}

void
cam_tls_fingerprint_of (const void *der, size_t size, CamTlsFingerprint *ret_fingerprint)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  gsize length = sizeof ret_fingerprint->bytes;
  g_checksum_update (checksum, der, (gssize) size);
  g_checksum_get_digest (checksum, ret_fingerprint->bytes, &length);
}

bool
cam_tls_fingerprint_equal (const CamTlsFingerprint *self, const CamTlsFingerprint *other)
{
  return memcmp (self->bytes, other->bytes, sizeof self->bytes) == 0;
}

char *
cam_tls_fingerprint_write (const CamTlsFingerprint *self)
{
  GString *text = g_string_new ("sha256");
  for (size_t i = 0; i < sizeof self->bytes; i++)
    g_string_append_printf (text, ":%02X", self->bytes[i]);
  return g_string_free (text, FALSE);
}
