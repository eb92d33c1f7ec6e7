#include "control/token-check.h"

#include <string.h>

enum { HASH_BYTES = 32 };

static void
hash_text (const char *text, uint8_t *ret_hash)
{
  gsize size = HASH_BYTES;
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  g_checksum_update (checksum, (const guchar *) text, (gssize) strlen (text));
  g_checksum_get_digest (checksum, ret_hash, &size);
}

static bool
read_hash (const char *hex, uint8_t *ret_hash)
{
  if (hex == NULL || strlen (hex) != 2 * HASH_BYTES)
    return false;
  for (unsigned i = 0; i < HASH_BYTES; i++) {
    int high = g_ascii_xdigit_value (hex[2 * i]), low = g_ascii_xdigit_value (hex[2 * i + 1]);
    if (high < 0 || low < 0)
      return false;
    ret_hash[i] = (uint8_t) (high << 4 | low);
  }
  return true;
}

/* An empty token is nobody's. */
static bool
get_hash (const CamTokenConfig *token, uint8_t *ret_hash)
{
  const char *text = cam_secret_reveal (token->token);
  if (text == NULL)
    return read_hash (token->hash, ret_hash);
  hash_text (text, ret_hash);
  return text[0] != '\0';
}

static bool
is_equal (const uint8_t *a, const uint8_t *b)
{
  volatile uint8_t difference = 0;
  for (unsigned i = 0; i < HASH_BYTES; i++)
    difference |= a[i] ^ b[i];
  return difference == 0;
}

CamTokenVerdict
cam_token_check (const CamConfigSet *config, const char *authorization, const CamTokenConfig **ret_token)
{
  if (authorization == NULL)
    return CAM_TOKEN_NONE;
  size_t scheme = strcspn (authorization, " ");
  if (scheme != strlen ("Bearer") || g_ascii_strncasecmp (authorization, "Bearer", scheme) != 0)
    return CAM_TOKEN_WRONG;
  uint8_t said[HASH_BYTES], known[HASH_BYTES] = {0};
  hash_text (authorization + scheme + strspn (authorization + scheme, " "), said);
  const CamTokenConfig *found = NULL;
  for (unsigned i = 0; i < config->tokens->len; i++) {
    const CamTokenConfig *token = g_ptr_array_index (config->tokens, i);
    bool is_known = get_hash (token, known);
    if (is_equal (said, known) && is_known)
      found = token;
  }
  if (found == NULL)
    return CAM_TOKEN_WRONG;
  *ret_token = found;
  return CAM_TOKEN_RIGHT;
}
