#include "wire/ts-pes.h"

#include "codec-fixture.h"

static void
test_read (void)
{
  static const struct {
    const char *hex;
    CamTsPesVerdict verdict;
    CamTsPesHeader header;
  } rows[] = {
      {"000001 e0 0000 84 80 05 2100010001", CAM_TS_PES_READ, {14, false, 0, true, false, false, 0, 0}},
      {"000001 e0 0000 84 c0 0a 3100070001 1100050001 ffff", CAM_TS_PES_READ, {19, false, 0, true, true, false, 0x18000, 0x10000}},
      {"000001 c0 0010 80 80 05 2fffffffff", CAM_TS_PES_READ, {14, true, 8, true, false, false, 0x1ffffffff, 0x1ffffffff}},
      {"000001 c0 0003 80 00 00", CAM_TS_PES_READ, {9, true, 0, false, false, false, 0, 0}},
      {"000001 bd 0000 90 00 00", CAM_TS_PES_READ, {9, false, 0, false, false, true, 0, 0}},
      {"000001 bd 0000 80 00 03 ffffff", CAM_TS_PES_READ, {12, false, 0, false, false, false, 0, 0}}, /* stuffing */
      {"000001 e0 0000 80 80 03 210001", CAM_TS_PES_READ, {12, false, 0, false, false, false, 0, 0}}, /* no room for the time */
      {"000001 e0 0000 80 c0 05 3100010001", CAM_TS_PES_READ, {14, false, 0, true, false, false, 0, 0}},
      {"000001 e0 0000 80 40 05 3100010001", CAM_TS_PES_READ, {14, false, 0, false, false, false, 0, 0}}, /* a forbidden flag */
      {"", CAM_TS_PES_SHORT, {0}},
      {"0000", CAM_TS_PES_SHORT, {0}},
      {"000001 e0 0000 80 80", CAM_TS_PES_SHORT, {0}},
      {"000001 e0 0000 80 80 05 21000100", CAM_TS_PES_SHORT, {0}},
      {"000002 e0 0000 80 80 05 2100010001", CAM_TS_PES_BAD, {0}},
      {"01", CAM_TS_PES_BAD, {0}},
      {"000001 be 0010 ffffffff", CAM_TS_PES_BAD, {0}},            /* padding */
      {"000001 e0 0000 40 80 05 2100010001", CAM_TS_PES_BAD, {0}}, /* MPEG-1 */
      {"000001 e0 0007 80 80 05 2100010001", CAM_TS_PES_BAD, {0}}, /* shorter than its header */
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GBytes) bytes = codec_from_hex (rows[i].hex);
    size_t size = 0;
    const uint8_t *data = g_bytes_get_data (bytes, &size);
    CamTsPesHeader header = {0};
    const CamTsPesHeader *expected = &rows[i].header;
    g_test_message ("%s", rows[i].hex);
    g_assert_cmpint (cam_ts_pes_read (data, size, &header), ==, rows[i].verdict);
    g_assert_cmpuint (header.bytes, ==, expected->bytes);
    g_assert_cmpint (header.is_bounded, ==, expected->is_bounded);
    g_assert_cmpuint (header.payload, ==, expected->payload);
    g_assert_cmpint (header.has_pts, ==, expected->has_pts);
    g_assert_cmpint (header.has_dts, ==, expected->has_dts);
    g_assert_cmpint (header.is_scrambled, ==, expected->is_scrambled);
    g_assert_cmpuint (header.pts, ==, expected->pts);
    g_assert_cmpuint (header.dts, ==, expected->dts);
  }
}

static void
test_round_trip (void)
{
  for (unsigned bit = 0; bit < 34; bit++) {
    CamTsPes pes = {CAM_TS_STREAM_ID_VIDEO, 1000, UINT64_C (1) << bit, (UINT64_C (1) << bit) - (bit % 3)};
    uint8_t out[CAM_TS_PES_MOST_BYTES_WRITTEN];
    size_t bytes = cam_ts_pes_write (&pes, out);
    CamTsPesHeader header;
    g_assert_cmpint (cam_ts_pes_read (out, bytes, &header), ==, CAM_TS_PES_READ);
    g_assert_cmpuint (header.bytes, ==, bytes);
    g_assert_cmpuint (header.payload, ==, 1000);
    g_assert_true (header.has_pts);
    g_assert_cmpint (header.has_dts, ==, bit % 3 > 0);
    g_assert_cmpuint (header.pts, ==, pes.pts & CAM_TS_TIME_MASK);
    g_assert_cmpuint (header.dts, ==, pes.dts & CAM_TS_TIME_MASK);
  }
}

/* A length that has no room says 0. */
static void
test_length (void)
{
  static const struct {
    size_t payload;
    unsigned length;
  } rows[] = {{1, 9}, {65527, 65535}, {65528, 0}, {4000000, 0}};
  for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {
    CamTsPes pes = {CAM_TS_STREAM_ID_VIDEO, rows[i].payload, 1, 1};
    uint8_t out[CAM_TS_PES_MOST_BYTES_WRITTEN];
    cam_ts_pes_write (&pes, out);
    g_assert_cmpuint ((unsigned) out[4] << 8 | out[5], ==, rows[i].length);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/wire/ts-pes/read", test_read);
  g_test_add_func ("/wire/ts-pes/round-trip", test_round_trip);
  g_test_add_func ("/wire/ts-pes/length", test_length);
  return g_test_run ();
}
