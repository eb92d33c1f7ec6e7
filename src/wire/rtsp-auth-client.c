#include "wire/rtsp-auth.h"

#include <string.h>

#include "wire/auth-header.h"
#include "wire/digest.h"

#define STALE_NONCES 3 /* in a row: a camera that calls each nonce stale would be asked for ever */

/* In order of strength. */
typedef enum { STRENGTH_NONE, STRENGTH_BASIC, STRENGTH_MD5, STRENGTH_SHA256 } Strength;

struct CamAuthClient {
  char *username;      /* owned, NULL for none */
  CamSecret *password; /* owned ref, NULL for none */

  CamAuthStatement *challenge; /* borrowed from statements */
  GPtrArray *statements;       /* owned; of the header that the challenge came in; NULL before */
  Strength strength;           /* of the challenge */
  char *cnonce;                /* owned */
  uint32_t count;              /* of requests with this nonce */

  bool is_answering; /* no request was accepted since the challenge */
  unsigned stale;    /* nonces called stale since then */
};

CamAuthClient *
cam_auth_client_new (const char *username, CamSecret *password)
{
  CamAuthClient *self = g_new0 (CamAuthClient, 1);
  self->username = g_strdup (username);
  self->password = cam_secret_ref (password);
  return self;
}

void
cam_auth_client_free (CamAuthClient *self)
{
  if (self == NULL)
    return;
  g_free (self->username);
  cam_secret_unref (self->password);
  g_clear_pointer (&self->statements, g_ptr_array_unref);
  g_free (self->cnonce);
  g_free (self);
}

/* qop is a list; auth-int would ask for a hash over bodies that RTSP seldom has. */
static bool
offers_auth (const char *qop)
{
  g_auto (GStrv) words = g_strsplit_set (qop, ", \t", -1);
  for (char **word = words; *word != NULL; word++) {
    if (g_ascii_strcasecmp (*word, "auth") == 0)
      return true;
  }
  return false;
}

static Strength
judge (const CamAuthStatement *challenge)
{
  CamDigestHash hash;
  bool is_session = false;
  if (g_ascii_strcasecmp (challenge->scheme, "Basic") == 0)
    return STRENGTH_BASIC;
  if (g_ascii_strcasecmp (challenge->scheme, "Digest") != 0 || cam_auth_statement_get (challenge, "nonce") == NULL)
    return STRENGTH_NONE;
  if (!cam_digest_read_algorithm (cam_auth_statement_get (challenge, "algorithm"), &hash, &is_session))
    return STRENGTH_NONE;
  const char *qop = cam_auth_statement_get (challenge, "qop");
  if (qop != NULL && *qop != '\0' && !offers_auth (qop))
    return STRENGTH_NONE;
  switch (hash) {
  case CAM_DIGEST_SHA256:
    return STRENGTH_SHA256;
  case CAM_DIGEST_MD5:
  case CAM_N_DIGESTS:
    break;
  }
  return STRENGTH_MD5;
}

/* The first of the strongest challenges; @ret_statements: what owns it. (transfer full) */
static CamAuthStatement *
choose (const char *const *values, GPtrArray **ret_statements, Strength *ret_strength)
{
  g_autoptr (GPtrArray) owner = NULL;
  CamAuthStatement *best = NULL;
  Strength strongest = STRENGTH_NONE;
  for (size_t i = 0; values[i] != NULL; i++) {
    g_autoptr (GPtrArray) statements = cam_auth_header_read (values[i], true);
    for (unsigned j = 0; statements != NULL && j < statements->len; j++) {
      const Strength strength = judge (statements->pdata[j]);
      if (strength <= strongest)
        continue;
      strongest = strength;
      best = statements->pdata[j];
      g_clear_pointer (&owner, g_ptr_array_unref);
      owner = g_ptr_array_ref (statements);
    }
  }
  *ret_statements = g_steal_pointer (&owner);
  *ret_strength = strongest;
  return best;
}

/* Whether another try makes sense after the answer to one challenge met @challenge. */
static bool
is_worth_a_try (CamAuthClient *self, const CamAuthStatement *challenge, Strength strength)
{
  const char *stale = cam_auth_statement_get (challenge, "stale");
  if (!self->is_answering || strength > self->strength)
    return true;
  if (stale == NULL || g_ascii_strcasecmp (stale, "true") != 0 || self->stale >= STALE_NONCES)
    return false;
  self->stale++;
  return true;
}

CamAuthOutcome
cam_auth_client_challenge (CamAuthClient *self, const char *const *values, const char *cnonce)
{
  g_autoptr (GPtrArray) statements = NULL;
  Strength strength = STRENGTH_NONE;
  if (self->username == NULL && self->password == NULL)
    return CAM_AUTH_FAILED;
  CamAuthStatement *challenge = choose (values, &statements, &strength);
  if (challenge == NULL)
    return CAM_AUTH_UNSUPPORTED;
  if (!is_worth_a_try (self, challenge, strength))
    return CAM_AUTH_FAILED;
  g_clear_pointer (&self->statements, g_ptr_array_unref);
  self->statements = g_steal_pointer (&statements);
  self->challenge = challenge;
  self->strength = strength;
  g_free (self->cnonce);
  self->cnonce = g_strdup (cnonce);
  self->count = 0;
  self->is_answering = true;
  return CAM_AUTH_RETRY;
}

void
cam_auth_client_accepted (CamAuthClient *self)
{
  self->is_answering = false;
  self->stale = 0;
}

static const char *
get_username (const CamAuthClient *self)
{
  return self->username != NULL ? self->username : "";
}

static char *
write_basic (const CamAuthClient *self)
{
  const char *password = cam_secret_reveal (self->password);
  g_autofree char *pair = g_strconcat (get_username (self), ":", password != NULL ? password : "", NULL);
  g_autofree char *encoded = g_base64_encode ((const guchar *) pair, strlen (pair));
  return g_strconcat ("Basic ", encoded, NULL);
}

/* With @separator before it. */
static void
append_quoted (GString *text, const char *separator, const char *name, const char *value)
{
  g_string_append_printf (text, "%s%s=\"", separator, name);
  for (const char *at = value; *at != '\0'; at++) {
    if (*at == '"' || *at == '\\')
      g_string_append_c (text, '\\');
    g_string_append_c (text, *at);
  }
  g_string_append_c (text, '"');
}

static char *
make_ha1 (const CamAuthClient *self, CamDigestHash hash, bool is_session, const char *realm, const char *nonce)
{
  g_autofree char *ha1 = cam_auth_ha1 (hash, get_username (self), realm, self->password);
  if (!is_session)
    return g_steal_pointer (&ha1);
  return cam_digest_of (hash, ha1, nonce, self->cnonce, NULL);
}

static char *
write_digest (CamAuthClient *self, const char *method, const char *uri)
{
  const char *given_realm = cam_auth_statement_get (self->challenge, "realm");
  const char *realm = given_realm != NULL ? given_realm : "";
  const char *algorithm = cam_auth_statement_get (self->challenge, "algorithm");
  const char *opaque = cam_auth_statement_get (self->challenge, "opaque");
  const char *qop = cam_auth_statement_get (self->challenge, "qop");
  CamDigestInput input = {.nonce = cam_auth_statement_get (self->challenge, "nonce"), .uri = uri};
  bool is_session = false;
  const bool is_known = cam_digest_read_algorithm (algorithm, &input.hash, &is_session);
  g_assert (is_known); /* judge () asked */
  g_autofree char *nc = g_strdup_printf ("%08x", ++self->count);
  input.qop = qop != NULL && *qop != '\0' ? "auth" : NULL;
  input.nc = nc;
  input.cnonce = self->cnonce;
  g_autofree char *ha1 = make_ha1 (self, input.hash, is_session, realm, input.nonce);
  g_autofree char *response = cam_digest_respond (&input, ha1, method);

  GString *text = g_string_new ("Digest ");
  append_quoted (text, "", "username", get_username (self));
  append_quoted (text, ", ", "realm", realm);
  append_quoted (text, ", ", "nonce", input.nonce);
  append_quoted (text, ", ", "uri", uri);
  append_quoted (text, ", ", "response", response);
  if (algorithm != NULL)
    g_string_append_printf (text, ", algorithm=%s", algorithm);
  if (opaque != NULL)
    append_quoted (text, ", ", "opaque", opaque);
  if (input.qop != NULL)
    g_string_append_printf (text, ", qop=auth, nc=%s", nc);
  if (input.qop != NULL || is_session)
    append_quoted (text, ", ", "cnonce", self->cnonce);
  return g_string_free (text, FALSE);
}

char *
cam_auth_client_header (CamAuthClient *self, const char *method, const char *uri)
{
  switch (self->strength) {
  case STRENGTH_NONE:
    break;
  case STRENGTH_BASIC:
    return write_basic (self);
  case STRENGTH_MD5:
  case STRENGTH_SHA256:
    return write_digest (self, method, uri);
  }
  return NULL;
}
