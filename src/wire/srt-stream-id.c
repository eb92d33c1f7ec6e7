#include "wire/srt-stream-id.h"

#include <string.h>

#define MOST_BYTES 512 /* SRT: SRTO_STREAMID */
#define STANDARD_PREFIX "#!::"

static const struct {
  const char *word; /* in lower case */
  unsigned stream;
} streams[] = {{"main", 0}, {"sub", 1}};

void
cam_srt_stream_id_free (CamSrtStreamId *self)
{
  if (self == NULL)
    return;
  g_free (self->username);
  cam_secret_unref (self->password);
  g_free (self);
}

static bool
read_stream (CamSrtStreamId *self, const char *text)
{
  for (unsigned i = 0; i < G_N_ELEMENTS (streams); i++) {
    if (g_ascii_strcasecmp (text, streams[i].word) != 0)
      continue;
    self->stream = streams[i].stream;
    return true;
  }
  return false;
}

static bool
read_form (CamSrtStreamId *self, const char *text)
{
  if (g_ascii_strcasecmp (text, "ts") == 0)
    self->form = CAM_SRT_FORM_TS;
  else if (g_ascii_strcasecmp (text, "framed") == 0)
    self->form = CAM_SRT_FORM_FRAMED;
  else
    return false;
  return true;
}

static bool
read_audio (CamSrtStreamId *self, const char *text)
{
  return *text != '\0' && g_strlcpy (self->audio, text, sizeof self->audio) < sizeof self->audio;
}

/* "audio=opus&form=framed": these two only, since nothing else could be meant. */
static bool
read_query (CamSrtStreamId *self, const char *query)
{
  g_auto (GStrv) options = g_strsplit (query, "&", -1);
  for (char **option = options; *option != NULL; option++) {
    bool is_good = false;
    if (g_str_has_prefix (*option, "audio="))
      is_good = read_audio (self, *option + strlen ("audio="));
    else if (g_str_has_prefix (*option, "form="))
      is_good = read_form (self, *option + strlen ("form="));
    if (!is_good)
      return false;
  }
  return true;
}

/* "NAME", "/NAME", "NAME/sub", each with a query or without, as in an rtsp: URL. */
static bool
read_resource (CamSrtStreamId *self, const char *text)
{
  g_autofree char *path = g_ascii_strdown (*text == '/' ? text + 1 : text, -1);
  char *query = strchr (path, '?');
  if (query != NULL)
    *query++ = '\0';
  char *stream = strchr (path, '/');
  if (stream != NULL)
    *stream++ = '\0';
  size_t length = strspn (path, "abcdefghijklmnopqrstuvwxyz0123456789_-");
  if (length == 0 || path[length] != '\0' || length >= sizeof self->camera || !g_ascii_isalnum (path[0]))
    return false;
  memcpy (self->camera, path, length + 1);
  return (stream == NULL || read_stream (self, stream)) && (query == NULL || read_query (self, query));
}

/* An empty user is none. */
static void
take_user (CamSrtStreamId *self, const char *name, size_t length)
{
  g_free (self->username);
  self->username = length > 0 ? g_strndup (name, length) : NULL;
}

static void
take_password (CamSrtStreamId *self, const char *text)
{
  cam_secret_unref (self->password);
  self->password = cam_secret_new (text, -1);
}

/* What stands behind "publish:" or "read:": NAME[:user:password]; a password may hold colons. */
static bool
read_short (CamSrtStreamId *self, const char *text)
{
  g_autofree char *resource = g_strndup (text, strcspn (text, ":"));
  const char *rest = text + strlen (resource);
  if (*rest == ':') {
    rest++;
    size_t length = strcspn (rest, ":");
    take_user (self, rest, length);
    if (rest[length] == ':')
      take_password (self, rest + length + 1);
  }
  return read_resource (self, resource);
}

static bool
read_mode (CamSrtStreamId *self, const char *text)
{
  if (g_ascii_strcasecmp (text, "publish") == 0)
    self->wish = CAM_SRT_WANTS_PUBLISH;
  else if (g_ascii_strcasecmp (text, "request") == 0)
    self->wish = CAM_SRT_WANTS_READ;
  else
    return false;
  return true;
}

/* One "key=value" of the standard's form; keys of others (h: host, t: type, and their own) are none of our business. */
static bool
read_pair (CamSrtStreamId *self, const char *key, const char *value)
{
  if (g_str_equal (key, "m"))
    return read_mode (self, value);
  if (g_str_equal (key, "r"))
    return read_resource (self, value);
  if (g_str_equal (key, "u"))
    take_user (self, value, strlen (value));
  else if (g_str_equal (key, "s"))
    take_password (self, value);
  else if (g_str_equal (key, "f"))
    return read_form (self, value);
  else if (g_str_equal (key, "a"))
    return read_audio (self, value);
  return true;
}

/* "m=publish,r=NAME,…"; who says no mode wants to read (AccessControl.md: m defaults to request). */
static bool
read_standard (CamSrtStreamId *self, const char *text)
{
  self->wish = CAM_SRT_WANTS_READ;
  g_auto (GStrv) pairs = g_strsplit (text, ",", -1);
  for (char **pair = pairs; *pair != NULL; pair++) {
    char *equals = strchr (*pair, '=');
    if (equals == NULL)
      return false;
    *equals = '\0';
    if (!read_pair (self, *pair, equals + 1))
      return false;
  }
  return self->camera[0] != '\0';
}

/* False: it begins like one of ours and is wrong. */
static bool
read_text (CamSrtStreamId *self, const char *text)
{
  if (g_str_has_prefix (text, STANDARD_PREFIX))
    return read_standard (self, text + strlen (STANDARD_PREFIX));
  if (g_str_has_prefix (text, "publish:")) {
    self->wish = CAM_SRT_WANTS_PUBLISH;
    return read_short (self, text + strlen ("publish:"));
  }
  if (g_str_has_prefix (text, "read:")) {
    self->wish = CAM_SRT_WANTS_READ;
    return read_short (self, text + strlen ("read:"));
  }
  return true;
}

CamSrtStreamId *
cam_srt_stream_id_parse (const char *text)
{
  if (strlen (text) > MOST_BYTES || !g_utf8_validate (text, -1, NULL))
    return NULL;
  for (const char *at = text; *at != '\0'; at++)
    if (g_ascii_iscntrl (*at))
      return NULL;
  g_autoptr (CamSrtStreamId) self = g_new0 (CamSrtStreamId, 1);
  return read_text (self, text) ? g_steal_pointer (&self) : NULL;
}
