#include "config/srt-url.h"

#include <string.h>

#include "config/config-error.h"
#include "config/config-suggest.h"
#include "config/config-value.h"
#include "config/percent-code.h"

#define MOST_LATENCY_MS "8000"
#define QUOTED_KEY_BYTES 24

typedef struct {
  CamSrtUrl *url; /* borrowed */
  bool has_host;
  bool has_port;
  unsigned seen; /* a bit for each row of keys */
} Reading;

static const char *const mode_words[] = {
    [CAM_SRT_CALLER] = "caller",
    [CAM_SRT_LISTENER] = "listener",
    [CAM_SRT_RENDEZVOUS] = "rendezvous",
};

static bool G_GNUC_PRINTF (2, 3) fail (GError **error, const char *format, ...)
{
  va_list arguments;
  va_start (arguments, format);
  g_autofree char *message = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_set_error_literal (error, CAM_CONFIG_ERROR, CAM_CONFIG_ERROR_VALUE, message);
  return false;
}

/* @range: as config-value's, "MIN MAX". */
static bool
read_count (const char *key, const char *text, const char *range, unsigned *ret_count, GError **error)
{
  g_autoptr (GError) problem = NULL;
  if (cam_config_parse_count (text, range, ret_count, &problem))
    return true;
  return fail (error, "%s=%s", key, problem->message);
}

static bool
read_word (const char *key, const char *text, const char *words, int *ret_number, GError **error)
{
  g_autoptr (GError) problem = NULL;
  if (cam_config_parse_enum (text, words, ret_number, &problem))
    return true;
  return fail (error, "%s=%s", key, problem->message);
}

static bool
take_mode (Reading *self, const char *key, const char *text, GError **error)
{
  int mode = 0;
  if (!read_word (key, text, "caller listener rendezvous", &mode, error))
    return false;
  if (!self->has_port)
    return fail (error, "%s=%s: expected srt://HOST:PORT?%s=%s, or srt: alone for a sender that comes to [SRT] Listen", key,
                 mode_words[mode], key, mode_words[mode]);
  if (!self->has_host && mode != CAM_SRT_LISTENER)
    return fail (error, "%s=%s: the host is missing: expected srt://HOST:PORT", key, mode_words[mode]);
  self->url->mode = (CamSrtMode) mode;
  return true;
}

static bool
take_latency (Reading *self, const char *key, const char *text, GError **error)
{
  return read_count (key, text, "0 " MOST_LATENCY_MS, &self->url->latency_ms, error);
}

static bool
take_passphrase (Reading *self, const char *key, const char *text, GError **error)
{
  self->url->passphrase = cam_secret_new (text, -1);
  if (cam_srt_url_is_passphrase (self->url->passphrase))
    return true;
  return fail (error, "%s: expected " G_STRINGIFY (CAM_SRT_LEAST_PASSPHRASE) " to " G_STRINGIFY (CAM_SRT_MOST_PASSPHRASE) " characters",
               key);
}

static bool
take_key_bytes (Reading *self, const char *key, const char *text, GError **error)
{
  int index = 0;
  if (!read_word (key, text, "16 24 32", &index, error))
    return false;
  self->url->key_bytes = 16 + 8 * (unsigned) index;
  return true;
}

/* Text that goes to the peer or the library: printable, bounded. */
static bool
take_text (const char *key, const char *text, char **ret_text, GError **error)
{
  if (*text == '\0' || strlen (text) > CAM_SRT_MOST_STREAM_ID)
    return fail (error, "%s: expected 1 to " G_STRINGIFY (CAM_SRT_MOST_STREAM_ID) " bytes", key);
  *ret_text = g_strdup (text);
  return true;
}

static bool
take_stream_id (Reading *self, const char *key, const char *text, GError **error)
{
  return take_text (key, text, &self->url->stream_id, error);
}

static bool
take_packet_filter (Reading *self, const char *key, const char *text, GError **error)
{
  return take_text (key, text, &self->url->packet_filter, error);
}

static bool
take_buffer (const char *key, const char *text, uint64_t *ret_bytes, GError **error)
{
  unsigned bytes = 0;
  if (!read_count (key, text, "65536 268435456", &bytes, error))
    return false;
  *ret_bytes = bytes;
  return true;
}

static bool
take_receive_buffer (Reading *self, const char *key, const char *text, GError **error)
{
  return take_buffer (key, text, &self->url->receive_buffer, error);
}

static bool
take_send_buffer (Reading *self, const char *key, const char *text, GError **error)
{
  return take_buffer (key, text, &self->url->send_buffer, error);
}

static bool
take_timeout (Reading *self, const char *key, const char *text, GError **error)
{
  unsigned timeout_ms = 0;
  if (!read_count (key, text, "100 60000", &timeout_ms, error))
    return false;
  self->url->timeout_us = (int64_t) timeout_ms * 1000;
  return true;
}

static bool
take_framing (Reading *self, const char *key, const char *text, GError **error)
{
  int payload = 0;
  if (!read_word (key, text, "auto ts framed raw", &payload, error))
    return false;
  self->url->payload = (CamSrtPayload) payload;
  return true;
}

static bool
take_rate (Reading *self, const char *key, const char *text, GError **error)
{
  return read_count (key, text, "8000 192000", &self->url->rate, error);
}

static bool
take_channels (Reading *self, const char *key, const char *text, GError **error)
{
  return read_count (key, text, "1 8", &self->url->channels, error);
}

static const struct {
  const char *name;
  const char *alias;     /* as srt-live-transmit spells it, too; NULL for none */
  bool is_for_published; /* else of the connection, which [SRT] Listen makes for who comes there */
  bool (*take) (Reading *self, const char *key, const char *text, GError **error);
} keys[] = {
    {"mode", NULL, false, take_mode},
    {"latency", "rcvlatency", false, take_latency},
    {"passphrase", NULL, true, take_passphrase},
    {"pbkeylen", NULL, false, take_key_bytes},
    {"streamid", NULL, false, take_stream_id},
    {"rcvbuf", NULL, false, take_receive_buffer},
    {"sndbuf", NULL, false, take_send_buffer},
    {"timeout", "conntimeo", false, take_timeout},
    {"packetfilter", NULL, false, take_packet_filter},
    {"framing", NULL, true, take_framing},
    {"rate", NULL, true, take_rate},
    {"channels", NULL, true, take_channels},
};

/* A '&' in a passphrase that was pasted as it is makes keys of its rest, so no unknown one is repeated beside a passphrase. */
static bool
refuse_key (const char *query, const char *key, GError **error)
{
  if (strcasestr (query, "passphrase") != NULL)
    return fail (error, "srt: has an option that is not known (in a passphrase, '&' is written %%26)");
  g_autoptr (GPtrArray) known = g_ptr_array_new ();
  for (unsigned i = 0; i < G_N_ELEMENTS (keys); i++)
    g_ptr_array_add (known, (gpointer) keys[i].name);
  const char *near = cam_config_suggest (key, known);
  g_autofree char *shown = g_strndup (key, QUOTED_KEY_BYTES);
  g_autofree char *quoted = cam_config_quote (shown);
  if (near != NULL)
    return fail (error, "unknown srt option %s: did you mean '%s'?", quoted, near);
  return fail (error, "unknown srt option %s", quoted);
}

static bool
take_pair (Reading *self, const char *query, const char *pair, GError **error)
{
  const char *equals = strchrnul (pair, '=');
  g_autofree char *key = g_strndup (pair, (size_t) (equals - pair));
  for (unsigned i = 0; i < G_N_ELEMENTS (keys); i++) {
    if (!g_str_equal (key, keys[i].name) && g_strcmp0 (key, keys[i].alias) != 0)
      continue;
    if (*equals == '\0')
      return fail (error, "srt option '%s' has no value", key);
    if ((self->seen & 1u << i) != 0)
      return fail (error, "srt option '%s' twice", keys[i].name);
    self->seen |= 1u << i;
    if (!self->has_port && !keys[i].is_for_published && keys[i].take != take_mode)
      return fail (error, "srt option '%s': not with srt: alone, whose sender comes to [SRT] Listen", key);
    g_autofree char *text = cam_percent_decode_tolerantly (equals + 1, strlen (equals + 1));
    bool ok = keys[i].take (self, key, text, error);
    explicit_bzero (text, strlen (text));
    return ok;
  }
  return refuse_key (query, key, error);
}

CamSrtUrl *
cam_srt_url_new (void)
{
  CamSrtUrl *self = g_new (CamSrtUrl, 1);
  *self = (CamSrtUrl){.mode = CAM_SRT_PUBLISHED,
                      .latency_ms = CAM_SRT_LATENCY_MS,
                      .timeout_us = CAM_SRT_TIMEOUT_US,
                      .payload = CAM_SRT_PAYLOAD_AUTO,
                      .rate = 48000,
                      .channels = 2};
  return self;
}

CamSrtUrl *
cam_srt_url_parse (const char *query, bool has_host, bool has_port, GError **error)
{
  g_autoptr (CamSrtUrl) self = cam_srt_url_new ();
  if (has_port)
    self->mode = has_host ? CAM_SRT_CALLER : CAM_SRT_LISTENER;
  Reading reading = {.url = self, .has_host = has_host, .has_port = has_port};
  g_auto (GStrv) pairs = g_strsplit (query, "&", -1);
  for (char **pair = pairs; *pair != NULL; pair++) {
    if (**pair != '\0' && !take_pair (&reading, query, *pair, error))
      return NULL;
  }
  return g_steal_pointer (&self);
}

bool
cam_srt_url_is_passphrase (const CamSecret *secret)
{
  const char *text = cam_secret_reveal (secret);
  const size_t length = text != NULL ? strlen (text) : 0;
  return length >= CAM_SRT_LEAST_PASSPHRASE && length <= CAM_SRT_MOST_PASSPHRASE;
}

char *
cam_srt_url_strip (const char *query)
{
  g_auto (GStrv) pairs = g_strsplit (query, "&", -1);
  g_autoptr (GString) clean = g_string_new (NULL);
  for (char **pair = pairs; *pair != NULL; pair++) {
    if (**pair == '\0' || g_str_has_prefix (*pair, "passphrase="))
      continue;
    if (clean->len > 0)
      g_string_append_c (clean, '&');
    g_string_append (clean, *pair);
  }
  return g_string_free (g_steal_pointer (&clean), FALSE);
}

void
cam_srt_url_free (CamSrtUrl *self)
{
  if (self == NULL)
    return;
  cam_secret_unref (self->passphrase);
  g_free (self->stream_id);
  g_free (self->packet_filter);
  g_free (self);
}
