#include "wire/digest.h"

#include <string.h>

typedef struct {
  const char *name;
  const char *session_name;
  GChecksumType type;
} HashRow;

static const HashRow hash_rows[CAM_N_DIGESTS] = {
    [CAM_DIGEST_MD5] = {"MD5", "MD5-sess", G_CHECKSUM_MD5},
    [CAM_DIGEST_SHA256] = {"SHA-256", "SHA-256-sess", G_CHECKSUM_SHA256},
};

const char *
cam_digest_get_name (CamDigestHash hash)
{
  return hash_rows[hash].name;
}

bool
cam_digest_read_algorithm (const char *text, CamDigestHash *ret_hash, bool *ret_is_session)
{
  for (unsigned i = 0; i < CAM_N_DIGESTS; i++) {
    const bool is_session = text != NULL && g_ascii_strcasecmp (text, hash_rows[i].session_name) == 0;
    if (!is_session && text != NULL && g_ascii_strcasecmp (text, hash_rows[i].name) != 0)
      continue;
    *ret_hash = (CamDigestHash) i;
    *ret_is_session = is_session;
    return true;
  }
  return false;
}

char *
cam_digest_of (CamDigestHash hash, const char *first, ...)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (hash_rows[hash].type);
  va_list parts;
  va_start (parts, first);
  for (const char *part = first; part != NULL; part = va_arg (parts, const char *)) {
    if (part != first)
      g_checksum_update (checksum, (const guchar *) ":", 1);
    g_checksum_update (checksum, (const guchar *) part, (gssize) strlen (part));
  }
  va_end (parts);
  return g_strdup (g_checksum_get_string (checksum));
}

char *
cam_digest_respond (const CamDigestInput *input, const char *ha1, const char *method)
{
  g_autofree char *ha2 = cam_digest_of (input->hash, method, input->uri, NULL);
  if (input->qop == NULL)
    return cam_digest_of (input->hash, ha1, input->nonce, ha2, NULL);
  return cam_digest_of (input->hash, ha1, input->nonce, input->nc, input->cnonce, input->qop, ha2, NULL);
}

char *
cam_auth_ha1 (CamDigestHash hash, const char *username, const char *realm, const CamSecret *password)
{
  const char *text = cam_secret_reveal (password);
  return cam_digest_of (hash, username, realm, text != NULL ? text : "", NULL);
}
