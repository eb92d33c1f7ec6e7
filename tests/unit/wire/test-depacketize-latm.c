#include "codec-fixture.h"

/* What libavformat says of AAC-LC, 16 kHz, mono, in an SDP. */
#define MUX_CONFIG "400028103fc0"

/* The same in band: useSameStreamMux=0, the configuration (44 bits as far as it goes), then what is given, all shifted to whole bytes. */
static char *
in_band (const char *mux_hex, unsigned mux_bits, const char *rest_hex)
{
  GString *bits = g_string_new (mux_hex != NULL ? "0" : "1");
  for (unsigned i = 0; i < mux_bits; i++)
    g_string_append_c (bits, g_ascii_xdigit_value (mux_hex[i / 4]) >> (3 - i % 4) & 1 ? '1' : '0');
  for (const char *digit = rest_hex; *digit != '\0'; digit++)
    for (unsigned i = 0; i < 4; i++)
      g_string_append_c (bits, g_ascii_xdigit_value (*digit) >> (3 - i) & 1 ? '1' : '0');
  while (bits->len % 4 != 0 || bits->len % 8 != 0)
    g_string_append_c (bits, '0');
  GString *hex = g_string_new (NULL);
  for (size_t i = 0; i < bits->len; i += 4) {
    unsigned value = 0;
    for (unsigned j = 0; j < 4; j++)
      value = value << 1 | (bits->str[i + j] == '1');
    g_string_append_printf (hex, "%x", value);
  }
  g_string_free (bits, TRUE);
  return g_string_free (hex, FALSE);
}

static CamDepacketizer *
open_latm (bool config_in_band, const char *config)
{
  g_autoptr (CamTrack) track = cam_track_new (CAM_CODEC_AAC);
  track->clock_rate = 16000;
  track->config = config != NULL ? codec_from_hex (config) : NULL;
  CamSdpMedia media = {.track = track, .payload_type = 97, .is_latm = true, .latm_config_in_band = config_in_band};
  return cam_depacketizer_new (&media);
}

static void
assert_track (CamDepacketizer *self, const char *config, unsigned channels)
{
  g_autoptr (CamTrack) track = cam_depacketizer_ref_track (self);
  g_autoptr (CamTrack) again = cam_depacketizer_ref_track (self);
  g_assert_nonnull (track);
  g_assert_true (track == again);
  g_autofree char *hex = codec_to_hex (g_bytes_get_data (track->config, NULL), g_bytes_get_size (track->config));
  g_assert_cmpstr (hex, ==, config);
  g_assert_cmpuint (track->channels, ==, channels);
  g_assert_cmpuint (track->sample_rate, ==, 16000);
}

static void
test_from_sdp (void)
{
  CamDepacketizer *self = open_latm (false, MUX_CONFIG);
  assert_track (self, "1408", 1);
  codec_assert (self, 100, true, false, "03 aabbcc", "100 aabbcc");
  codec_assert (self, 1124, true, false, "02 aabb 01 cc", "1124 aabb; 2148 cc"); /* several in one */
  codec_assert (self, 1, true, false, "00", "");
  codec_assert (self, 1, true, false, "", "");
  codec_assert (self, 1, true, false, "05 aabb", "");
  codec_assert (self, 1, true, false, "ff", "");
  g_assert_cmpuint (cam_depacketizer_get_counters (self).malformed, ==, 4);
  cam_depacketizer_free (self);
}

static void
test_long_frame (void)
{
  CamDepacketizer *self = open_latm (false, MUX_CONFIG);
  g_autofree uint8_t *payload = g_malloc0 (2 + 300);
  payload[0] = 255;
  payload[1] = 45;
  CamRtpPacket packet = {.payload_type = 97, .marker = true, .time = 9, .payload = payload, .size = 302};
  cam_depacketizer_push (self, &packet, false, 0);
  CamDepacketizedUnit unit;
  g_assert_true (cam_depacketizer_next (self, &unit));
  g_assert_cmpuint (unit.size, ==, 300);
  g_assert_false (cam_depacketizer_next (self, &unit));
  cam_depacketizer_free (self);
}

static void
test_in_band (void)
{
  CamDepacketizer *self = open_latm (true, NULL);
  g_assert_null (cam_depacketizer_ref_track (self));
  g_autofree char *same = in_band (NULL, 0, "02aabb");
  codec_assert (self, 0, true, false, same, ""); /* no configuration yet */
  g_autofree char *first = in_band (MUX_CONFIG, 44, "03aabbcc");
  codec_assert (self, 1024, true, false, first, "1024 aabbcc");
  assert_track (self, "1408", 1);
  codec_assert (self, 2048, true, false, same, "2048 aabb");
  g_autoptr (CamTrack) before = cam_depacketizer_ref_track (self);
  codec_assert (self, 3072, true, false, first, "3072 aabbcc");
  g_autoptr (CamTrack) after = cam_depacketizer_ref_track (self);
  g_assert_true (before == after);
  g_autofree char *stereo = in_band ("400028203fc0", 44, "01dd");
  codec_assert (self, 4096, true, false, stereo, "4096 dd");
  assert_track (self, "1410", 2);
  g_autofree char *torn = in_band (MUX_CONFIG, 20, "");
  codec_assert (self, 5120, true, false, torn, "");
  codec_assert (self, 6144, true, false, same, "6144 aabb");
  cam_depacketizer_free (self);
}

static void
test_fragments (void)
{
  CamDepacketizer *self = open_latm (false, MUX_CONFIG);
  codec_assert (self, 10, false, false, "04 aabb", "");
  codec_assert (self, 10, true, false, "ccdd", "10 aabbccdd");
  codec_assert (self, 20, false, false, "04 aabb", ""); /* its end is lost */
  codec_assert (self, 30, true, true, "01 ee", "30 ee");
  g_assert_cmpuint (cam_depacketizer_get_counters (self).damaged, ==, 1);
  codec_assert (self, 40, false, false, "04 aa", ""); /* its middle is lost */
  codec_assert (self, 40, false, true, "cc", "");
  codec_assert (self, 40, true, false, "dd", "");
  codec_assert (self, 50, true, false, "01 ff", "50 ff");
  codec_assert (self, 60, false, false, "02 aabb", ""); /* a camera without markers */
  codec_assert (self, 70, false, false, "02 ccdd", "60 aabb");
  codec_assert (self, 80, false, false, "02 eeff", "70 ccdd");
  cam_depacketizer_reset (self);
  codec_assert (self, 90, true, false, "01 11", "90 11");
  cam_depacketizer_free (self);
}

/* An element that never ends takes no more than 64 KiB. */
static void
test_endless (void)
{
  CamDepacketizer *self = open_latm (false, MUX_CONFIG);
  g_autofree uint8_t *payload = g_malloc0 (1000);
  CamRtpPacket packet = {.payload_type = 97, .time = 9, .payload = payload, .size = 1000};
  for (unsigned i = 0; i < 1000; i++)
    cam_depacketizer_push (self, &packet, false, 0);
  g_assert_cmpuint (cam_depacketizer_get_counters (self).oversize, ==, 1);
  codec_assert (self, 10, true, false, "01 ff", "10 ff");
  cam_depacketizer_free (self);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/wire/depacketize-latm/from-sdp", test_from_sdp);
  g_test_add_func ("/wire/depacketize-latm/long-frame", test_long_frame);
  g_test_add_func ("/wire/depacketize-latm/in-band", test_in_band);
  g_test_add_func ("/wire/depacketize-latm/fragments", test_fragments);
  g_test_add_func ("/wire/depacketize-latm/endless", test_endless);
  return g_test_run ();
}
