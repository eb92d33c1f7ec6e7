#include "config/srt-url.h"

#include <string.h>

#include "config/config-error.h"

static CamSrtUrl *
parse_good (const char *query, bool has_host, bool has_port)
{
  g_autoptr (GError) error = NULL;
  CamSrtUrl *url = cam_srt_url_parse (query, has_host, has_port, &error);
  g_assert_no_error (error);
  return url;
}

static void
test_defaults (void)
{
  g_autoptr (CamSrtUrl) url = parse_good ("", true, true);
  g_assert_cmpint (url->mode, ==, CAM_SRT_CALLER);
  g_assert_cmpuint (url->latency_ms, ==, 120);
  g_assert_null (url->passphrase);
  g_assert_cmpuint (url->key_bytes, ==, 0);
  g_assert_null (url->stream_id);
  g_assert_cmpuint (url->receive_buffer, ==, 0);
  g_assert_cmpuint (url->send_buffer, ==, 0);
  g_assert_cmpint (url->timeout_us, ==, 3 * G_USEC_PER_SEC);
  g_assert_null (url->packet_filter);
  g_assert_cmpint (url->payload, ==, CAM_SRT_PAYLOAD_AUTO);
  g_assert_cmpuint (url->rate, ==, 48000);
  g_assert_cmpuint (url->channels, ==, 2);
}

static void
test_modes (void)
{
  static const struct {
    const char *query;
    bool has_host;
    bool has_port;
    CamSrtMode mode;
  } rows[] = {
      {"", true, true, CAM_SRT_CALLER},
      {"", false, true, CAM_SRT_LISTENER},
      {"", false, false, CAM_SRT_PUBLISHED},
      {"mode=caller", true, true, CAM_SRT_CALLER},
      {"mode=listener", true, true, CAM_SRT_LISTENER},
      {"mode=listener", false, true, CAM_SRT_LISTENER},
      {"mode=rendezvous", true, true, CAM_SRT_RENDEZVOUS},
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (CamSrtUrl) url = parse_good (rows[i].query, rows[i].has_host, rows[i].has_port);
    g_assert_cmpint (url->mode, ==, rows[i].mode);
  }
}

static void
test_every_key (void)
{
  g_autoptr (CamSrtUrl) url =
      parse_good ("latency=200&passphrase=a%26b+c#d?e/f&pbkeylen=24&streamid=#!::r=cam,m=request&rcvbuf=1000000&sndbuf=65536&"
                  "timeout=1500&packetfilter=fec,cols:10,rows:5&framing=raw&rate=44100&channels=1&mode=caller",
                  true, true);
  g_assert_cmpuint (url->latency_ms, ==, 200);
  g_assert_cmpstr (cam_secret_reveal (url->passphrase), ==, "a&b+c#d?e/f");
  g_assert_cmpuint (url->key_bytes, ==, 24);
  g_assert_cmpstr (url->stream_id, ==, "#!::r=cam,m=request");
  g_assert_cmpuint (url->receive_buffer, ==, 1000000);
  g_assert_cmpuint (url->send_buffer, ==, 65536);
  g_assert_cmpint (url->timeout_us, ==, 1500 * 1000);
  g_assert_cmpstr (url->packet_filter, ==, "fec,cols:10,rows:5");
  g_assert_cmpint (url->payload, ==, CAM_SRT_PAYLOAD_RAW);
  g_assert_cmpuint (url->rate, ==, 44100);
  g_assert_cmpuint (url->channels, ==, 1);
}

static void
test_words (void)
{
  static const char *const lengths[] = {"pbkeylen=16", "pbkeylen=24", "pbkeylen=32"};
  for (unsigned i = 0; i < G_N_ELEMENTS (lengths); i++) {
    g_autoptr (CamSrtUrl) url = parse_good (lengths[i], true, true);
    g_assert_cmpuint (url->key_bytes, ==, 16 + 8 * i);
  }
  static const char *const framings[] = {"framing=auto", "framing=ts", "framing=framed", "framing=raw"};
  for (unsigned i = 0; i < G_N_ELEMENTS (framings); i++) {
    g_autoptr (CamSrtUrl) url = parse_good (framings[i], false, false);
    g_assert_cmpint (url->payload, ==, (CamSrtPayload) i);
  }
  g_autoptr (CamSrtUrl) aliases = parse_good ("rcvlatency=0&conntimeo=60000", true, true);
  g_assert_cmpuint (aliases->latency_ms, ==, 0);
  g_assert_cmpint (aliases->timeout_us, ==, 60 * G_USEC_PER_SEC);
}

/* The messages are in tests/data/config/bad/srt.expected; here, what cannot be said there. */
static void
test_bad (void)
{
  g_autofree char *long_id = g_strnfill (CAM_SRT_MOST_STREAM_ID + 1, 'x');
  g_autofree char *id = g_strconcat ("streamid=", long_id, NULL);
  g_autofree char *long_passphrase = g_strnfill (CAM_SRT_MOST_PASSPHRASE + 1, 'x');
  g_autofree char *passphrase = g_strconcat ("passphrase=", long_passphrase, NULL);
  const char *const wrong[] = {
      id,  passphrase, "conntimeo=99",        "latency=8001", "latency=-1",  "latency=", "mode=", "mode=Caller",
      "x", "=",        "latency=1&latency=1", "channels=9",   "rate=192001",
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (wrong); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (CamSrtUrl) url = cam_srt_url_parse (wrong[i], true, true, &error);
    g_assert_null (url);
    g_assert_error (error, CAM_CONFIG_ERROR, CAM_CONFIG_ERROR_VALUE);
    g_assert_null (strstr (error->message, long_passphrase));
  }
}

/* What a connection is like is not asked of who waits for a sender at [SRT] Listen, but for the secret. */
static void
test_published (void)
{
  static const char *const wrong[] = {"latency=1",   "pbkeylen=16",      "streamid=x",  "rcvbuf=65536", "sndbuf=65536",
                                      "timeout=100", "packetfilter=fec", "mode=caller", "mode=listener"};
  for (unsigned i = 0; i < G_N_ELEMENTS (wrong); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (CamSrtUrl) url = cam_srt_url_parse (wrong[i], false, false, &error);
    g_assert_null (url);
    g_assert_error (error, CAM_CONFIG_ERROR, CAM_CONFIG_ERROR_VALUE);
  }
  g_autoptr (CamSrtUrl) url = parse_good ("passphrase=0123456789&framing=ts", false, false);
  g_assert_cmpint (url->mode, ==, CAM_SRT_PUBLISHED);
  g_assert_cmpstr (cam_secret_reveal (url->passphrase), ==, "0123456789");
}

static void
test_strip (void)
{
  static const char *const rows[][2] = {
      {"", ""}, {"&&", ""}, {"passphrase=x", ""}, {"a=1&passphrase=x&b=2", "a=1&b=2"}, {"a=1&&b=passphrase=x", "a=1&b=passphrase=x"},
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *clean = cam_srt_url_strip (rows[i][0]);
    g_assert_cmpstr (clean, ==, rows[i][1]);
  }
}

static void
test_passphrase (void)
{
  g_assert_false (cam_srt_url_is_passphrase (NULL));
  for (unsigned length = 0; length < 100; length++) {
    g_autofree char *text = g_strnfill (length, 'x');
    g_autoptr (CamSecret) secret = cam_secret_new (text, -1);
    g_assert_true (cam_srt_url_is_passphrase (secret) == (length >= 10 && length <= 79));
  }
}

static void
test_new (void)
{
  g_autoptr (CamSrtUrl) url = cam_srt_url_new ();
  g_assert_cmpint (url->mode, ==, CAM_SRT_PUBLISHED);
  g_assert_cmpuint (url->latency_ms, ==, CAM_SRT_LATENCY_MS);
  cam_srt_url_free (NULL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/config/srt-url/defaults", test_defaults);
  g_test_add_func ("/config/srt-url/modes", test_modes);
  g_test_add_func ("/config/srt-url/every-key", test_every_key);
  g_test_add_func ("/config/srt-url/words", test_words);
  g_test_add_func ("/config/srt-url/bad", test_bad);
  g_test_add_func ("/config/srt-url/published", test_published);
  g_test_add_func ("/config/srt-url/strip", test_strip);
  g_test_add_func ("/config/srt-url/passphrase", test_passphrase);
  g_test_add_func ("/config/srt-url/new", test_new);
  return g_test_run ();
}
