#include "wire/bit-reader.h"

#include <glib.h>

static void
test_bits (void)
{
  const uint8_t data[] = {0xa5, 0xff, 0x00, 0x12, 0x34, 0x56, 0x78};
  CamBitReader reader = cam_bit_reader_new (data, sizeof data);
  g_assert_true (cam_bit_reader_read_flag (&reader));
  g_assert_cmphex (cam_bit_reader_read (&reader, 7), ==, 0x25);
  cam_bit_reader_skip (&reader, 12);
  g_assert_cmphex (cam_bit_reader_read (&reader, 4), ==, 0);
  g_assert_true (cam_bit_reader_has_bytes (&reader));
  g_assert_cmphex (cam_bit_reader_read (&reader, 32), ==, 0x12345678);
  g_assert_false (reader.failed);
  g_assert_false (cam_bit_reader_has_bytes (&reader));
  g_assert_cmphex (cam_bit_reader_read (&reader, 1), ==, 0);
  g_assert_true (reader.failed);
}

static void
test_emulation_prevention (void)
{
  const uint8_t data[] = {0, 0, 3, 1, 0, 0, 3, 0, 0, 3, 3, 3, 0, 0, 3};
  const uint8_t expected[] = {0, 0, 1, 0, 0, 0, 0, 3, 3, 0, 0};
  CamBitReader reader = cam_bit_reader_new (data, sizeof data);
  for (size_t i = 0; i < sizeof expected; i++)
    g_assert_cmphex (cam_bit_reader_read (&reader, 8), ==, expected[i]);
  g_assert_false (reader.failed);
  cam_bit_reader_skip (&reader, 40);
  g_assert_true (reader.failed);
}

static void
test_skipping_bytes (void)
{
  const uint8_t data[] = {0xa5, 0, 0, 3, 1, 0x5a, 0x0f};
  for (unsigned bits = 0; bits <= 8; bits++) {
    CamBitReader one = cam_bit_reader_new (data, sizeof data);
    CamBitReader other = cam_bit_reader_new (data, sizeof data);
    cam_bit_reader_skip (&one, bits + 32);
    cam_bit_reader_skip (&other, bits);
    cam_bit_reader_skip_bytes (&other, 4);
    for (unsigned i = bits; i < 16; i++)
      g_assert_cmpuint (cam_bit_reader_read (&one, 1), ==, cam_bit_reader_read (&other, 1));
    g_assert_false (one.failed || other.failed);
    cam_bit_reader_skip_bytes (&other, 0);
    g_assert_false (other.failed);
    cam_bit_reader_skip_bytes (&other, SIZE_MAX);
    g_assert_true (other.failed);
    g_assert_cmpuint (cam_bit_reader_read (&other, 32), ==, 0);
  }
}

static void
test_golomb (void)
{
  /* 1 | 010 | 011 | 00100 | 00101 | 1 0… and so on: 0, 1, 2, 3, 4, 0 */
  const uint8_t data[] = {0xa6, 0x42, 0xc0};
  CamBitReader reader = cam_bit_reader_new (data, sizeof data);
  for (uint32_t i = 0; i < 5; i++)
    g_assert_cmpuint (cam_bit_reader_read_unsigned (&reader), ==, i);
  g_assert_cmpuint (cam_bit_reader_read_unsigned (&reader), ==, 0);
  const int32_t signs[] = {0, 1, -1, 2, -2};
  reader = cam_bit_reader_new (data, sizeof data);
  for (size_t i = 0; i < G_N_ELEMENTS (signs); i++)
    g_assert_cmpint (cam_bit_reader_read_signed (&reader), ==, signs[i]);
}

static void
test_golomb_limits (void)
{
  const uint8_t longest[] = {0, 1, 0, 1, 0xff, 0xff, 0xff, 0xff};
  CamBitReader reader = cam_bit_reader_new (longest, sizeof longest);
  cam_bit_reader_skip (&reader, 0);
  g_assert_cmpuint (cam_bit_reader_read_unsigned (&reader), ==, (1u << 15) - 1);
  const uint8_t most[] = {0, 0, 3, 0, 1, 0xff, 0xff, 0xff, 0xff};
  reader = cam_bit_reader_new (most, sizeof most);
  g_assert_cmpuint (cam_bit_reader_read_unsigned (&reader), ==, UINT32_MAX - 1);
  g_assert_false (reader.failed);
  const uint8_t too_long[] = {0, 0, 3, 0, 0, 3, 0x80, 0xff, 0xff, 0xff, 0xff};
  reader = cam_bit_reader_new (too_long, sizeof too_long);
  g_assert_cmpuint (cam_bit_reader_read_unsigned (&reader), ==, 0);
  g_assert_true (reader.failed);
  reader = cam_bit_reader_new (too_long, 1);
  g_assert_cmpint (cam_bit_reader_read_signed (&reader), ==, 0);
  g_assert_true (reader.failed);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/bit-reader/bits", test_bits);
  g_test_add_func ("/bit-reader/emulation-prevention", test_emulation_prevention);
  g_test_add_func ("/bit-reader/skipping-bytes", test_skipping_bytes);
  g_test_add_func ("/bit-reader/golomb", test_golomb);
  g_test_add_func ("/bit-reader/golomb-limits", test_golomb_limits);
  return g_test_run ();
}
