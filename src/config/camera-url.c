#include "config/camera-url.h"

#include <gio/gio.h>
#include <string.h>

#include "camrelay/limits.h"
#include "config/config-error.h"
#include "config/percent-code.h"
#include "config/test-url.h"

#define HOST_NAME_CHARACTERS 253 /* RFC 1035, 2.3.4, as text without the last dot */

static bool
fail (GError **error, const char *message)
{
  g_set_error_literal (error, CAM_CONFIG_ERROR, CAM_CONFIG_ERROR_VALUE, message);
  return false;
}

static void
take_user_info (CamCameraUrl *self, const char *text, size_t length)
{
  if (length == 0)
    return;
  const char *colon = memchr (text, ':', length);
  const size_t name_length = colon != NULL ? (size_t) (colon - text) : length;
  self->username = cam_percent_decode_tolerantly (text, name_length);
  if (colon == NULL)
    return;
  char *password = cam_percent_decode_tolerantly (colon + 1, length - name_length - 1);
  self->password = cam_secret_new (password, -1);
  explicit_bzero (password, strlen (password));
  g_free (password);
}

static bool
take_bracketed_host (CamCameraUrl *self, const char *text, size_t length, const char **ret_rest, GError **error)
{
  const char *end = memchr (text, ']', length);
  if (end == NULL)
    return fail (error, "the IPv6 address has no closing bracket");
  g_autofree char *host = g_strndup (text + 1, (size_t) (end - text) - 1);
  /* "fe80::1%eth0": the zone is not part of what GLib reads as an address. */
  g_autofree char *address = g_strndup (host, strcspn (host, "%"));
  g_autoptr (GInetAddress) parsed = g_inet_address_new_from_string (address);
  if (parsed == NULL || g_inet_address_get_family (parsed) != G_SOCKET_FAMILY_IPV6)
    return fail (error, "there is no IPv6 address between the brackets");
  self->host = g_steal_pointer (&host);
  *ret_rest = end + 1;
  return true;
}

static bool
take_named_host (CamCameraUrl *self, const char *text, size_t length, const char **ret_rest, GError **error)
{
  size_t host_length = 0;
  while (host_length < length && (g_ascii_isalnum (text[host_length]) || strchr ("-._", text[host_length]) != NULL))
    host_length++;
  if (host_length == 0)
    return fail (error, "the host is missing: expected rtsp://HOST/PATH");
  if (host_length > HOST_NAME_CHARACTERS)
    return fail (error, "the host name is longer than 253 characters");
  if (host_length < length && text[host_length] != ':')
    return fail (error, "the host holds a character that no host name has");
  if (host_length < length && memchr (text + host_length + 1, ':', length - host_length - 1) != NULL)
    return fail (error,
                 "there is more than one ':' after the host: an IPv6 address stands in brackets, a '/' in a password is written %2F");
  self->host = g_strndup (text, host_length);
  *ret_rest = text + host_length;
  return true;
}

/* The text of a wrong port may be a piece of a password with a '/' in it, so it is never repeated. */
static bool
take_port (CamCameraUrl *self, const char *text, const char *end, GError **error)
{
  if (text == end)
    return true;
  if (*text != ':')
    return fail (error, "only ':PORT' can follow the bracket");
  g_autofree char *digits = g_strndup (text + 1, (size_t) (end - text) - 1);
  guint64 port = 0;
  if (*digits == '\0')
    return true;
  if (!g_ascii_string_to_unsigned (digits, 10, 1, 65535, &port, NULL))
    return fail (error, "the port is not a number from 1 to 65535 (in a password, '/' is written %2F)");
  self->port = (unsigned) port;
  return true;
}

/* The authority ends at the first '/', or at a '?' after the last '@' before it: '?', '#' and '@' may be parts of a password. */
static bool
parse_authority (CamCameraUrl *self, const char *scheme, const char *rest, GError **error)
{
  if (!g_str_has_prefix (rest, "//"))
    return fail (error, "expected rtsp://HOST/PATH");
  const char *authority = rest + 2;
  const size_t up_to_slash = strcspn (authority, "/");
  const char *at = memrchr (authority, '@', up_to_slash);
  const char *host = at != NULL ? at + 1 : authority;
  const size_t host_length = strcspn (host, "/?");
  const char *path = host + host_length;
  if (at != NULL)
    take_user_info (self, authority, (size_t) (at - authority));
  const char *port = NULL;
  const bool ok =
      *host == '[' ? take_bracketed_host (self, host, host_length, &port, error) : take_named_host (self, host, host_length, &port, error);
  if (!ok || !take_port (self, port, path, error))
    return false;
  self->path = g_strconcat (*path == '/' ? "" : "/", path, NULL);
  g_autofree char *host_text = g_strndup (host, (size_t) (port - host));
  g_autofree char *port_text = port + 1 < path ? g_strdup_printf (":%u", self->port) : g_strdup ("");
  self->clean = g_strconcat (scheme, "//", host_text, port_text, self->path, NULL);
  return true;
}

static bool
parse_rtsp (CamCameraUrl *self, const char *rest, GError **error)
{
  self->port = 554;
  return parse_authority (self, "rtsp:", rest, error);
}

static bool
parse_rtsps (CamCameraUrl *self, const char *rest, GError **error)
{
  self->port = 322;
  return parse_authority (self, "rtsps:", rest, error);
}

static bool
parse_rtsp_http (CamCameraUrl *self, const char *rest, GError **error)
{
  self->port = 80;
  return parse_authority (self, "rtsp+http:", rest, error);
}

static bool
parse_test (CamCameraUrl *self, const char *rest, GError **error)
{
  if (*rest != '\0' && *rest != '?')
    return fail (error, "expected test: or test:?OPTION=VALUE&…");
  const char *query = *rest == '?' ? rest + 1 : rest;
  CamTestUrl options;
  if (!cam_test_url_parse (query, &options, error))
    return false;
  self->path = g_strdup (query);
  self->clean = g_strconcat ("test:", rest, NULL);
  return true;
}

/* "file:PATH", relative or not, and "file:///PATH"; taken as it is, without percent-decoding. */
static bool
parse_file (CamCameraUrl *self, const char *rest, GError **error)
{
  if (g_str_has_prefix (rest, "//") && rest[2] != '/')
    return fail (error, "a file: URL has no host: expected file:PATH");
  const char *path = g_str_has_prefix (rest, "//") ? rest + 2 : rest;
  if (*path == '\0')
    return fail (error, "the path is missing: expected file:PATH");
  self->path = g_strdup (path);
  self->clean = g_strconcat ("file:", rest, NULL);
  return true;
}

/* "//", HOST, ":PORT" of an srt: URL, up to its query; @length bytes. */
static bool
parse_srt_authority (CamCameraUrl *self, const char *text, size_t length, GError **error)
{
  const char *host = text + strlen ("//");
  const char *end = text + length;
  if (memchr (text, '@', length) != NULL)
    return fail (error, "an srt: URL has no user: what the peer wants to know stands in streamid=, the secret in passphrase=");
  if (end > host && end[-1] == '/')
    end--;
  if (memchr (host, '/', (size_t) (end - host)) != NULL)
    return fail (error, "an srt: URL has no path: what the peer wants to know stands in streamid=");
  const char *port = host;
  bool ok = true;
  if (*host == '[')
    ok = take_bracketed_host (self, host, (size_t) (end - host), &port, error);
  else if (host < end && *host != ':')
    ok = take_named_host (self, host, (size_t) (end - host), &port, error);
  if (!ok || !take_port (self, port, end, error))
    return false;
  if (self->port == 0)
    return fail (error, "the port is missing: expected srt://HOST:PORT, srt://:PORT to listen there, or srt: alone");
  g_autofree char *host_text = g_strndup (host, (size_t) (port - host));
  self->clean = g_strdup_printf ("srt://%s:%u", host_text, self->port);
  return true;
}

/* In an srt: URL user, host and port end at the first '?', or there is nothing of them. */
static bool
parse_srt (CamCameraUrl *self, const char *rest, GError **error)
{
  const size_t length = strcspn (rest, "?");
  const char *query = rest[length] == '?' ? rest + length + 1 : rest + length;
  if (length == 0)
    self->clean = g_strdup ("srt:");
  else if (!g_str_has_prefix (rest, "//"))
    return fail (error, "expected srt://HOST:PORT, srt://:PORT to listen there, or srt: alone");
  else if (!parse_srt_authority (self, rest, length, error))
    return false;
  self->srt = cam_srt_url_parse (query, self->host != NULL, self->port != 0, error);
  if (self->srt == NULL)
    return false;
  self->password = cam_secret_ref (self->srt->passphrase);
  self->path = cam_srt_url_strip (query);
  g_autofree char *bare = g_steal_pointer (&self->clean);
  self->clean = g_strconcat (bare, *self->path != '\0' ? "?" : "", self->path, NULL);
  return true;
}

static const struct {
  const char *name; /* with ':' */
  CamScheme scheme;
  bool (*parse) (CamCameraUrl *self, const char *rest, GError **error);
} schemes[] = {
    {"rtsp:", CAM_SCHEME_RTSP, parse_rtsp},
    {"rtsps:", CAM_SCHEME_RTSPS, parse_rtsps},
    {"rtsp+http:", CAM_SCHEME_RTSP_HTTP, parse_rtsp_http},
    {"test:", CAM_SCHEME_TEST, parse_test},
    {"file:", CAM_SCHEME_FILE, parse_file},
    {"srt:", CAM_SCHEME_SRT, parse_srt},
};

static bool
has_scheme (const char *text, const char *name)
{
  return g_ascii_strncasecmp (text, name, strlen (name)) == 0;
}

static bool
check_text (const char *text, GError **error)
{
  if (strlen (text) > CAM_LIMIT_URI_BYTES)
    return fail (error, "the URL is longer than " G_STRINGIFY (CAM_LIMIT_URI_BYTES) " bytes");
  if (!g_utf8_validate (text, -1, NULL))
    return fail (error, "the URL is not UTF-8");
  for (const char *at = text; *at != '\0'; at++) {
    if (g_ascii_iscntrl (*at))
      return fail (error, "the URL holds a control character");
  }
  return true;
}

static bool
parse_with_scheme (CamCameraUrl *self, const char *text, GError **error)
{
  for (unsigned i = 0; i < G_N_ELEMENTS (schemes); i++) {
    if (!has_scheme (text, schemes[i].name))
      continue;
    self->scheme = schemes[i].scheme;
    return schemes[i].parse (self, text + strlen (schemes[i].name), error);
  }
  return fail (error, "expected rtsp://HOST/PATH, srt://HOST:PORT, test: or file:PATH");
}

CamCameraUrl *
cam_camera_url_parse (const char *text, GError **error)
{
  if (!check_text (text, error))
    return NULL;
  g_autoptr (CamCameraUrl) self = g_new0 (CamCameraUrl, 1);
  if (!parse_with_scheme (self, text, error))
    return NULL;
  if (self->host != NULL && self->srt == NULL && strchr (self->path, ' ') != NULL) {
    fail (error, "the path holds a space: it is written %20");
    return NULL;
  }
  return g_steal_pointer (&self);
}

void
cam_camera_url_free (CamCameraUrl *self)
{
  if (self == NULL)
    return;
  g_free (self->username);
  cam_secret_unref (self->password);
  g_free (self->host);
  g_free (self->path);
  g_free (self->clean);
  cam_srt_url_free (self->srt);
  g_free (self);
}
