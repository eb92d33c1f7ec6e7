#include "wire/rtsp-auth.h"

#include <string.h>

#include "wire/auth-header.h"
#include "wire/digest.h"
#include "wire/rtsp-uri.h"

#define TRACK_PREFIX "/stream="
#define BASIC "Basic "

enum { BASIC_BYTES = 4096 };

/* live555 reads realm, nonce and stale in this order and spelling only. */
char *
cam_auth_server_challenge (const char *realm, const char *nonce, CamDigestHash hash, bool stale)
{
  return g_strdup_printf ("Digest realm=\"%s\", nonce=\"%s\"%s, algorithm=%s, qop=\"auth\"", realm, nonce, stale ? ", stale=true" : "",
                          cam_digest_get_name (hash));
}

/* The base64 behind "Basic " decoded, NUL-terminated; NULL when there is none. */
static char *
decode_basic (const char *value, gsize *ret_size)
{
  const size_t scheme = strlen (BASIC);
  if (strlen (value) > BASIC_BYTES || g_ascii_strncasecmp (value, BASIC, scheme) != 0)
    return NULL;
  const char *text = value + scheme + strspn (value + scheme, " ");
  const size_t length = strspn (text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");
  const size_t padding = strspn (text + length, "=");
  if (length == 0 || padding > 2 || (length + padding) % 4 != 0 || text[length + padding] != '\0')
    return NULL;
  return (char *) g_base64_decode (text, ret_size);
}

bool
cam_auth_basic_parse (const char *value, char **ret_name, CamSecret **ret_password)
{
  gsize size = 0;
  char *text = decode_basic (value, &size);
  const char *colon = text != NULL ? memchr (text, ':', size) : NULL;
  bool is_good = colon != NULL && strlen (text) == size;
  if (is_good) {
    *ret_name = g_strndup (text, (size_t) (colon - text));
    *ret_password = cam_secret_new (colon + 1, -1);
  }
  if (text != NULL)
    explicit_bzero (text, size);
  g_free (text);
  return is_good;
}

void
cam_auth_response_free (CamAuthResponse *self)
{
  if (self == NULL)
    return;
  g_free (self->username);
  g_free (self->realm);
  g_free (self->nonce);
  g_free (self->uri);
  g_free (self->response);
  g_free (self->qop);
  g_free (self->nc);
  g_free (self->cnonce);
  g_free (self);
}

static bool
is_hex (const char *text, size_t length)
{
  return text != NULL && strlen (text) == length && strspn (text, "0123456789abcdefABCDEF") == length;
}

static bool
is_complete (const CamAuthResponse *self)
{
  if (self->username == NULL || self->realm == NULL || self->nonce == NULL || self->uri == NULL)
    return false;
  if (!is_hex (self->response, self->hash == CAM_DIGEST_MD5 ? 32 : 64))
    return false;
  if (self->qop == NULL)
    return true;
  return strcmp (self->qop, "auth") == 0 && is_hex (self->nc, 8) && self->cnonce != NULL;
}

CamAuthResponse *
cam_auth_response_parse (const char *value)
{
  g_autoptr (GPtrArray) statements = cam_auth_header_read (value, false);
  if (statements == NULL || statements->len != 1)
    return NULL;
  const CamAuthStatement *credentials = statements->pdata[0];
  CamDigestHash hash;
  bool is_session = false;
  if (g_ascii_strcasecmp (credentials->scheme, "Digest") != 0)
    return NULL;
  if (!cam_digest_read_algorithm (cam_auth_statement_get (credentials, "algorithm"), &hash, &is_session) || is_session)
    return NULL;
  g_autoptr (CamAuthResponse) self = g_new0 (CamAuthResponse, 1);
  self->is_digest = true;
  self->hash = hash;
  self->username = g_strdup (cam_auth_statement_get (credentials, "username"));
  self->realm = g_strdup (cam_auth_statement_get (credentials, "realm"));
  self->nonce = g_strdup (cam_auth_statement_get (credentials, "nonce"));
  self->uri = g_strdup (cam_auth_statement_get (credentials, "uri"));
  self->response = g_strdup (cam_auth_statement_get (credentials, "response"));
  self->qop = g_strdup (cam_auth_statement_get (credentials, "qop"));
  self->nc = g_strdup (cam_auth_statement_get (credentials, "nc"));
  self->cnonce = g_strdup (cam_auth_statement_get (credentials, "cnonce"));
  return is_complete (self) ? g_steal_pointer (&self) : NULL;
}

/* In a time that depends on the lengths only; hex of any case. */
static bool
is_same_hex (const char *a, const char *b)
{
  const size_t length = strlen (a);
  if (length != strlen (b))
    return false;
  int difference = 0;
  for (size_t i = 0; i < length; i++)
    difference |= g_ascii_xdigit_value (a[i]) ^ g_ascii_xdigit_value (b[i]);
  return difference == 0;
}

bool
cam_auth_response_check (const CamAuthResponse *self, const char *ha1, const char *method)
{
  const CamDigestInput input = {
      .hash = self->hash,
      .nonce = self->nonce,
      .uri = self->uri,
      .qop = self->qop,
      .nc = self->nc,
      .cnonce = self->cnonce,
  };
  g_autofree char *expected = cam_digest_respond (&input, ha1, method);
  return is_same_hex (expected, self->response);
}

/* How long @uri is without a slash at its end. */
static size_t
measure (const char *uri, size_t length)
{
  return length > 0 && uri[length - 1] == '/' ? length - 1 : length;
}

/* How long @uri is without the track at its end, its whole length if it has none. */
static size_t
measure_without_track (const char *uri)
{
  const size_t length = measure (uri, strlen (uri));
  const size_t track = strlen (TRACK_PREFIX "0");
  if (length < track || !g_ascii_isdigit (uri[length - 1]))
    return length;
  return strncmp (uri + length - track, TRACK_PREFIX, track - 1) == 0 ? length - track : length;
}

/* Whether @text is the first @length bytes of @uri, with or without a slash behind either. */
static bool
is_same_uri (const char *text, const char *uri, size_t length)
{
  const size_t size = measure (text, strlen (text));
  return size == measure (uri, length) && memcmp (text, uri, size) == 0;
}

bool
cam_auth_uri_matches (const char *digest_uri, const char *request_uri)
{
  const char *path = cam_rtsp_uri_get_path (request_uri);
  const char *uri = digest_uri[0] == '/' && path != NULL ? path : request_uri;
  return is_same_uri (digest_uri, uri, strlen (uri)) || is_same_uri (digest_uri, uri, measure_without_track (uri));
}
