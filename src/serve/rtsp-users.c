#include "serve/rtsp-users.h"

#include <string.h>

#include "core/redact.h"
#include "serve/random-bytes.h"
#include "wire/rtsp-auth.h"

/* How long a nonce counts: longer than the pause between two keep-alives of any client, since some do not read the answer to one. */
#define NONCE_LIFE_US (300 * G_USEC_PER_SEC)

/* A nonce is hex of: seconds it was made at (8 bytes, big-endian), 8 random bytes, and the first 16 bytes of the HMAC over both and the binding. */
#define NONCE_TIME_BYTES 8
#define NONCE_RANDOM_BYTES 8
#define NONCE_PROOF_BYTES 16
#define NONCE_BYTES (NONCE_TIME_BYTES + NONCE_RANDOM_BYTES + NONCE_PROOF_BYTES)

#define NAME_LIMIT 64

typedef struct {
  const CamUserConfig *user;  /* borrowed from the configuration */
  char *ha1[CAM_N_DIGESTS];   /* owned; NULL where it is not known */
} User;

struct CamRtspUsers {
  int refs;            /* atomic */
  CamConfigSet *config; /* ref */
  GHashTable *users;   /* name (borrowed) to User, owned */
  bool offers[CAM_N_DIGESTS];
  uint8_t key[32];     /* of the nonces' HMAC */
};

static void
user_free (gpointer data)
{
  User *user = data;
  for (int hash = 0; hash < CAM_N_DIGESTS; hash++)
    g_free (user->ha1[hash]);
  g_free (user);
}

static User *
user_new (const CamUserConfig *config)
{
  User *user = g_new0 (User, 1);
  user->user = config;
  user->ha1[CAM_DIGEST_MD5] = g_strdup (config->md5_hash);
  user->ha1[CAM_DIGEST_SHA256] = g_strdup (config->sha256_hash);
  if (config->password == NULL)
    return user;
  for (int hash = 0; hash < CAM_N_DIGESTS; hash++)
    if (user->ha1[hash] == NULL)
      user->ha1[hash] = cam_auth_ha1 ((CamDigestHash) hash, config->name, CAM_RTSP_REALM, config->password);
  return user;
}

CamRtspUsers *
cam_rtsp_users_new (CamConfigSet *config)
{
  CamRtspUsers *self = g_new0 (CamRtspUsers, 1);
  self->refs = 1;
  self->config = cam_config_set_ref (config);
  self->users = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, user_free);
  cam_random_fill (self->key, sizeof self->key);
  for (unsigned i = 0; i < config->users->len; i++) {
    User *user = user_new (g_ptr_array_index (config->users, i));
    for (int hash = 0; hash < CAM_N_DIGESTS; hash++)
      self->offers[hash] |= user->ha1[hash] != NULL;
    g_hash_table_insert (self->users, user->user->name, user);
  }
  return self;
}

CamRtspUsers *
cam_rtsp_users_ref (CamRtspUsers *self)
{
  g_atomic_int_inc (&self->refs);
  return self;
}

void
cam_rtsp_users_unref (CamRtspUsers *self)
{
  if (self == NULL || !g_atomic_int_dec_and_test (&self->refs))
    return;
  g_hash_table_unref (self->users);
  cam_config_set_unref (self->config);
  g_free (self);
}

void
cam_rtsp_users_inherit (CamRtspUsers *self, const CamRtspUsers *before)
{
  memcpy (self->key, before->key, sizeof self->key);
}

bool
cam_rtsp_users_any (const CamRtspUsers *self)
{
  return g_hash_table_size (self->users) > 0;
}

static void
prove_nonce (const CamRtspUsers *self, const uint8_t *nonce, uint64_t binding, uint8_t *ret_proof)
{
  GHmac *hmac = g_hmac_new (G_CHECKSUM_SHA256, self->key, sizeof self->key);
  g_hmac_update (hmac, nonce, NONCE_TIME_BYTES + NONCE_RANDOM_BYTES);
  g_hmac_update (hmac, (const guchar *) &binding, sizeof binding);
  uint8_t digest[32];
  gsize size = sizeof digest;
  g_hmac_get_digest (hmac, digest, &size);
  g_hmac_unref (hmac);
  memcpy (ret_proof, digest, NONCE_PROOF_BYTES);
}

static char *
make_nonce (const CamRtspUsers *self, uint64_t binding, int64_t now_us)
{
  uint8_t nonce[NONCE_BYTES];
  uint64_t made_at = GUINT64_TO_BE ((uint64_t) (now_us / G_USEC_PER_SEC));
  memcpy (nonce, &made_at, NONCE_TIME_BYTES);
  cam_random_fill (nonce + NONCE_TIME_BYTES, NONCE_RANDOM_BYTES);
  prove_nonce (self, nonce, binding, nonce + NONCE_TIME_BYTES + NONCE_RANDOM_BYTES);
  char *text = g_malloc (2 * NONCE_BYTES + 1);
  for (unsigned i = 0; i < NONCE_BYTES; i++)
    g_snprintf (text + 2 * i, 3, "%02x", nonce[i]);
  return text;
}

static bool
read_nonce (const char *text, uint8_t *ret_nonce)
{
  if (strlen (text) != 2 * NONCE_BYTES)
    return false;
  for (unsigned i = 0; i < NONCE_BYTES; i++) {
    int high = g_ascii_xdigit_value (text[2 * i]), low = g_ascii_xdigit_value (text[2 * i + 1]);
    if (high < 0 || low < 0)
      return false;
    ret_nonce[i] = (uint8_t) (high << 4 | low);
  }
  return true;
}

/* Whether this nonce was made here, for this connection, not too long ago. */
static bool
nonce_counts (const CamRtspUsers *self, const char *text, uint64_t binding, int64_t now_us)
{
  uint8_t nonce[NONCE_BYTES], proof[NONCE_PROOF_BYTES];
  if (!read_nonce (text, nonce))
    return false;
  prove_nonce (self, nonce, binding, proof);
  uint8_t difference = 0;
  for (unsigned i = 0; i < NONCE_PROOF_BYTES; i++)
    difference |= proof[i] ^ nonce[NONCE_TIME_BYTES + NONCE_RANDOM_BYTES + i];
  uint64_t made_at;
  memcpy (&made_at, nonce, NONCE_TIME_BYTES);
  int64_t age_us = now_us - (int64_t) GUINT64_FROM_BE (made_at) * G_USEC_PER_SEC;
  return difference == 0 && age_us <= NONCE_LIFE_US;
}

/* What an unknown user's proof is checked against, so that it takes as long as a wrong password. */
static const char *
get_ha1 (const User *user, CamDigestHash hash)
{
  static const char *const nobody[CAM_N_DIGESTS] = {
      [CAM_DIGEST_MD5] = "00000000000000000000000000000000",
      [CAM_DIGEST_SHA256] = "0000000000000000000000000000000000000000000000000000000000000000",
  };
  return user != NULL && user->ha1[hash] != NULL ? user->ha1[hash] : nobody[hash];
}

static CamLogin
fail_login (const char *name, char **ret_name)
{
  *ret_name = cam_redact_text (name, -1, NAME_LIMIT);
  return CAM_LOGIN_FAILED;
}

/* Hashes what was said, since a hash may be all that is known of a user. */
const CamUserConfig *
cam_rtsp_users_check_password (const CamRtspUsers *self, const char *name, const CamSecret *password)
{
  const User *user = g_hash_table_lookup (self->users, name);
  CamDigestHash hash = user != NULL && user->ha1[CAM_DIGEST_SHA256] == NULL ? CAM_DIGEST_MD5 : CAM_DIGEST_SHA256;
  g_autofree char *ha1 = cam_auth_ha1 (hash, name, CAM_RTSP_REALM, password);
  g_autoptr (CamSecret) said = cam_secret_new (ha1, -1);
  g_autoptr (CamSecret) known = cam_secret_new (get_ha1 (user, hash), -1);
  return cam_secret_equal (said, known) && user != NULL && password != NULL ? user->user : NULL;
}

static CamLogin
check_basic (const CamRtspUsers *self, const char *name, const CamSecret *password, const CamUserConfig **ret_user, char **ret_name)
{
  *ret_user = cam_rtsp_users_check_password (self, name, password);
  return *ret_user != NULL ? CAM_LOGIN_OK : fail_login (name, ret_name);
}

CamLogin
cam_rtsp_users_check (const CamRtspUsers *self,
                      const char *authorization,
                      const char *method,
                      const char *uri,
                      uint64_t binding,
                      bool is_sealed,
                      int64_t now_us,
                      const CamUserConfig **ret_user,
                      char **ret_name)
{
  *ret_user = NULL;
  *ret_name = NULL;
  g_autofree char *name = NULL;
  g_autoptr (CamSecret) password = NULL;
  if (is_sealed && authorization != NULL && cam_auth_basic_parse (authorization, &name, &password))
    return check_basic (self, name, password, ret_user, ret_name);
  g_autoptr (CamAuthResponse) response = authorization != NULL ? cam_auth_response_parse (authorization) : NULL;
  if (response == NULL || !response->is_digest || g_strcmp0 (response->realm, CAM_RTSP_REALM) != 0)
    return CAM_LOGIN_NONE;
  const User *user = g_hash_table_lookup (self->users, response->username);
  bool is_known = user != NULL && user->ha1[response->hash] != NULL;
  bool proves = cam_auth_response_check (response, get_ha1 (user, response->hash), method);
  if (!is_known || !proves || !cam_auth_uri_matches (response->uri, uri))
    return fail_login (response->username, ret_name);
  if (!nonce_counts (self, response->nonce, binding, now_us))
    return CAM_LOGIN_STALE;
  *ret_user = user->user;
  return CAM_LOGIN_OK;
}

void
cam_rtsp_users_challenge (const CamRtspUsers *self, CamRtspMessage *response, bool stale, uint64_t binding, bool is_sealed, int64_t now_us)
{
  /* MD5 last: ffmpeg and live555 take the last Digest header whatever its algorithm, and know MD5 only (docs/decisions/0006). */
  static const CamDigestHash order[CAM_N_DIGESTS] = { CAM_DIGEST_SHA256, CAM_DIGEST_MD5 };
  g_autofree char *nonce = make_nonce (self, binding, now_us);
  for (unsigned i = 0; i < CAM_N_DIGESTS; i++)
    if (self->offers[order[i]]) {
      g_autofree char *value = cam_auth_server_challenge (CAM_RTSP_REALM, nonce, order[i], stale);
      cam_rtsp_message_add (response, "WWW-Authenticate", value);
    }
  if (is_sealed)
    cam_rtsp_message_add (response, "WWW-Authenticate", "Basic realm=\"" CAM_RTSP_REALM "\", charset=\"UTF-8\"");
}
