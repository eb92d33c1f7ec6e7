#include "wire/adts.h"

#include "codec-fixture.h"

static void
test_read (void)
{
  static const struct {
    const char *hex;
    bool is_read;
    const char *config;
    uint32_t rate;
    size_t header_bytes, bytes;
  } rows[] = {
      {"fff1 4c80 2ebffc", true, "1190", 48000, 7, 373}, /* LC, stereo, of libavcodec */
      {"fff9 5080 2ebffc", true, "1210", 44100, 7, 373}, /* the same as MPEG-2 */
      {"fff0 5040 2ebffc 0000", true, "1208", 44100, 9, 373},
      {"fff1 6040 03bffc", true, "1408", 16000, 7, 29},
      {"fff1 3040 03bffc", true, "0e08", 7350, 7, 29}, /* main */
      {"fff1 4c80 2ebffd", false, NULL, 0, 0, 0},      /* two frames in one */
      {"fff1 7480 2ebffc", false, NULL, 0, 0, 0},      /* reserved rate */
      {"fff1 4c00 2ebffc", false, NULL, 0, 0, 0},      /* channels in the frame */
      {"fff1 4c80 00fffc", false, NULL, 0, 0, 0},      /* nothing behind the header */
      {"fff3 4c80 2ebffc", false, NULL, 0, 0, 0},      /* MPEG audio's layers */
      {"ffe1 4c80 2ebffc", false, NULL, 0, 0, 0},
      {"fff1 4c80 2ebf", false, NULL, 0, 0, 0},
      {"", false, NULL, 0, 0, 0},
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GBytes) bytes = codec_from_hex (rows[i].hex);
    CamAdtsFrame frame = {0};
    g_test_message ("%s", rows[i].hex);
    g_assert_cmpint (cam_adts_read (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), &frame), ==, rows[i].is_read);
    g_assert_cmpuint (frame.header_bytes, ==, rows[i].header_bytes);
    g_assert_cmpuint (frame.bytes, ==, rows[i].bytes);
    if (!rows[i].is_read)
      continue;
    uint8_t config[CAM_ADTS_CONFIG_BYTES];
    cam_adts_write_config (&frame, config);
    g_autoptr (GBytes) expected = codec_from_hex (rows[i].config);
    g_assert_cmpmem (config, sizeof config, g_bytes_get_data (expected, NULL), g_bytes_get_size (expected));
    g_assert_cmpuint (cam_aac_get_rate (frame.rate_index), ==, rows[i].rate);
  }
}

static void
test_write (void)
{
  static const struct {
    const char *config;
    const char *header; /* of 366 bytes; NULL: there is no word for it */
  } rows[] = {
      {"1190", "fff1 4c80 2ebffc"},
      {"1208", "fff1 5040 2ebffc"},
      {"11b8", "fff1 4dc0 2ebffc"},       /* 7.1 */
      {"2b11880000", "fff1 5880 2ebffc"}, /* HE-AAC: the header has the core, decoders find the rest */
      {"1194", NULL},                     /* frames of 960 samples */
      {"b98c00", NULL},                   /* low delay */
      {"1780181c90", NULL},               /* a rate of its own */
      {"", NULL},
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GBytes) config = codec_from_hex (rows[i].config);
    CamAdtsFrame frame = {0};
    g_test_message ("%s", rows[i].config);
    g_assert_cmpint (cam_adts_from_config (config, &frame), ==, rows[i].header != NULL);
    if (rows[i].header == NULL)
      continue;
    uint8_t out[CAM_ADTS_HEADER_BYTES];
    cam_adts_write (&frame, 366, out);
    g_autoptr (GBytes) expected = codec_from_hex (rows[i].header);
    g_assert_cmpmem (out, sizeof out, g_bytes_get_data (expected, NULL), g_bytes_get_size (expected));
    CamAdtsFrame again;
    g_assert_true (cam_adts_read (out, sizeof out, &again));
    g_assert_cmpuint (again.bytes, ==, 373);
  }
  CamAdtsFrame none;
  g_assert_false (cam_adts_from_config (NULL, &none));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/wire/adts/read", test_read);
  g_test_add_func ("/wire/adts/write", test_write);
  return g_test_run ();
}
