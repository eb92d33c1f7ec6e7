#include "wire/latm.h"

#include "codec-fixture.h"

static void
test_config (void)
{
  static const struct {
    const char *about;
    const char *hex;
    const char *audio; /* the AudioSpecificConfig in it; NULL: refused */
    size_t frame_bits; /* 0: each says its own */
    size_t other_bits;
  } rows[] = {
      {"as libavformat has it", "400028103fc0", "1408", 0, 0},
      {"frames of one size", "4000281040a0", "1408", 200, 0},
      {"other data", "400028103ff01020", "1408", 0, 260},
      {"a checksum", "400028103fdab0", "1408", 0, 0},
      {"HE-AAC", "40005815101fe0", "2c0a8800", 0, 0},
      {"version 1, longer than it needs", "8078000181408561ff0240", "140856", 0, 9},
      {"version 1, no length", "80780000014081fe00", NULL, 0, 0},
      {"version 1, shorter than it is", "80780000814081fe00", NULL, 0, 0},
      {"version 1, longer than there is room for",
       "80780010209140800000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
       "00000000000000000000000000000000001fe00",
       NULL, 0, 0},
      {"a version to come", "c000000000000000", NULL, 0, 0},
      {"time framing of each its own", "000028103fc0", NULL, 0, 0},
      {"two frames", "410028103fc0", NULL, 0, 0},
      {"two programs", "401028103fc0", NULL, 0, 0},
      {"two layers", "400228103fc0", NULL, 0, 0},
      {"CELP frames", "40002810c000", NULL, 0, 0},
      {"low delay, whose length is not known", "400178103fc0", NULL, 0, 0},
      {"no audio configuration", "400008103fc0", NULL, 0, 0},
      {"cut off", "40002810", NULL, 0, 0},
      {"other data without end", "400028103ffffffffffffffffffffff0", NULL, 0, 0},
      {"nothing", "", NULL, 0, 0},
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GBytes) bytes = codec_from_hex (rows[i].hex);
    size_t size = 0;
    const uint8_t *data = g_bytes_get_data (bytes, &size);
    CamBitCursor cursor = cam_bit_cursor_new (data, size);
    CamLatmConfig config;
    bool valid = cam_latm_config_read (&cursor, &config);
    g_test_message ("%s: %d", rows[i].about, valid);
    g_assert_cmpint (valid, ==, rows[i].audio != NULL);
    if (!valid)
      continue;
    g_autofree char *audio = codec_to_hex (config.config, config.config_size);
    g_assert_cmpstr (audio, ==, rows[i].audio);
    g_assert_cmpuint (config.aac.sample_rate, ==, 16000);
    g_assert_cmpint (config.has_fixed_frames, ==, rows[i].frame_bits > 0);
    g_assert_cmpuint (config.frame_bits, ==, rows[i].frame_bits);
    g_assert_cmpuint (config.other_data_bits, ==, rows[i].other_bits);
    g_assert_cmpuint (cam_bit_cursor_left (&cursor), <, 8);
  }
}

/* What SDPs have: whole, and ended behind the AudioSpecificConfig as GStreamer does. */
static void
test_config_of_sdp (void)
{
  static const struct {
    const char *hex;
    const char *audio; /* NULL: refused */
  } rows[] = {
      {"400028103fc0", "1408"}, {"40002810adca00", "140856e500"}, {"40002810", "1408"}, {"4000", NULL}, {"", NULL}, {"1408", NULL},
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GBytes) bytes = codec_from_hex (rows[i].hex);
    CamLatmConfig config;
    g_assert_cmpint (cam_latm_config_read_bytes (bytes, &config), ==, rows[i].audio != NULL);
    if (rows[i].audio == NULL)
      continue;
    g_autofree char *audio = codec_to_hex (config.config, config.config_size);
    g_assert_cmpstr (audio, ==, rows[i].audio);
  }
}

static void
test_frame_bits (void)
{
  static const struct {
    const char *hex;
    bool valid;
    size_t bits;
  } rows[] = {
      {"02aabb", true, 16}, {"00", false, 0}, {"03aabb", false, 0}, {"ff", false, 0}, {"", false, 0},
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GBytes) bytes = codec_from_hex (rows[i].hex);
    size_t size = 0;
    const uint8_t *data = g_bytes_get_data (bytes, &size);
    CamBitCursor cursor = cam_bit_cursor_new (data, size);
    CamLatmConfig config = {.has_fixed_frames = false};
    size_t bits = 0;
    g_assert_cmpint (cam_latm_read_frame_bits (&cursor, &config, &bits), ==, rows[i].valid);
    g_assert_cmpuint (bits, ==, rows[i].bits);
  }
  CamLatmConfig fixed = {.has_fixed_frames = true, .frame_bits = 16};
  CamBitCursor cursor = cam_bit_cursor_new ((const uint8_t *) "ab", 2);
  size_t bits = 0;
  g_assert_true (cam_latm_read_frame_bits (&cursor, &fixed, &bits));
  g_assert_cmpuint (bits, ==, 16);
  cam_bit_cursor_skip (&cursor, 1);
  g_assert_false (cam_latm_read_frame_bits (&cursor, &fixed, &bits));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/wire/latm/config", test_config);
  g_test_add_func ("/wire/latm/config-of-sdp", test_config_of_sdp);
  g_test_add_func ("/wire/latm/frame-bits", test_frame_bits);
  return g_test_run ();
}
