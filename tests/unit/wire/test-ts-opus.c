#include "wire/ts-opus.h"

#include "codec-fixture.h"

static void
test_read (void)
{
  static const struct {
    const char *hex;
    CamTsOpusVerdict verdict;
    size_t header_bytes, bytes;
  } rows[] = {
      {"7fe0 03 aabbcc", CAM_TS_OPUS_READ, 3, 3},
      {"7fe0 ff 00", CAM_TS_OPUS_READ, 4, 255},
      {"7fe0 ff ff 05", CAM_TS_OPUS_READ, 5, 515},
      {"7ff0 03 0138", CAM_TS_OPUS_READ, 5, 3}, /* start trim, as ffmpeg writes the first packet */
      {"7ff8 03 0138 0010", CAM_TS_OPUS_READ, 7, 3},
      {"7fe4 03 02 aabb", CAM_TS_OPUS_READ, 6, 3}, /* an extension */
      {"7ffc 03 0138 0010 01 aa", CAM_TS_OPUS_READ, 9, 3},
      {"7fe0 00", CAM_TS_OPUS_READ, 3, 0},
      {"7fe4 03", CAM_TS_OPUS_SHORT, 0, 0},
      {"7fe0 ff", CAM_TS_OPUS_SHORT, 0, 0},
      {"7fe0", CAM_TS_OPUS_SHORT, 0, 0},
      {"7f", CAM_TS_OPUS_SHORT, 0, 0},
      {"", CAM_TS_OPUS_SHORT, 0, 0},
      {"7fc0 03", CAM_TS_OPUS_BAD, 0, 0},
      {"ffe0 03", CAM_TS_OPUS_BAD, 0, 0},
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GBytes) bytes = codec_from_hex (rows[i].hex);
    CamTsOpusFrame frame = {0};
    g_test_message ("%s", rows[i].hex);
    g_assert_cmpint (cam_ts_opus_read (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), &frame), ==, rows[i].verdict);
    g_assert_cmpuint (frame.header_bytes, ==, rows[i].header_bytes);
    g_assert_cmpuint (frame.bytes, ==, rows[i].bytes);
  }
}

static void
test_round_trip (void)
{
  for (size_t size = 0; size < 2000; size++) {
    uint8_t out[16];
    size_t bytes = cam_ts_opus_write (size, out);
    CamTsOpusFrame frame;
    g_assert_cmpuint (bytes, ==, CAM_TS_OPUS_HEADER_BYTES (size));
    g_assert_cmpint (cam_ts_opus_read (out, bytes, &frame), ==, CAM_TS_OPUS_READ);
    g_assert_cmpuint (frame.header_bytes, ==, bytes);
    g_assert_cmpuint (frame.bytes, ==, size);
  }
}

static void
test_samples (void)
{
  static const struct {
    const char *hex;
    unsigned samples;
  } rows[] = {
      {"00", 480},    {"08", 960}, {"10", 1920},   {"18", 2880}, {"60", 480},  {"68", 960},  {"78", 960},
      {"80", 120},    {"88", 240}, {"f0", 480},    {"f8", 960},  {"f9", 1920}, {"fa", 1920}, {"fb03", 2880},
      {"fb46", 5760}, {"fb07", 0}, {"1b02", 5760}, {"1b03", 0},  {"fb00", 0},  {"fb", 0},    {"", 0},
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GBytes) bytes = codec_from_hex (rows[i].hex);
    g_test_message ("%s", rows[i].hex);
    g_assert_cmpuint (cam_opus_count_samples (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes)), ==, rows[i].samples);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/wire/ts-opus/read", test_read);
  g_test_add_func ("/wire/ts-opus/round-trip", test_round_trip);
  g_test_add_func ("/wire/ts-opus/samples", test_samples);
  return g_test_run ();
}
