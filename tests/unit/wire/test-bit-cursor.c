#include "wire/bit-cursor.h"

#include <glib.h>

static const uint8_t bytes[] = {0xa5, 0x0f, 0xff, 0x00, 0x12};

static void
test_read (void)
{
  CamBitCursor cursor = cam_bit_cursor_new (bytes, sizeof bytes);
  g_assert_cmpuint (cam_bit_cursor_read (&cursor, 0), ==, 0);
  g_assert_cmpuint (cam_bit_cursor_read (&cursor, 1), ==, 1);
  g_assert_cmpuint (cam_bit_cursor_read (&cursor, 7), ==, 0x25);
  cam_bit_cursor_skip (&cursor, 4);
  g_assert_cmpuint (cam_bit_cursor_read (&cursor, 12), ==, 0xfff);
  g_assert_cmpuint (cam_bit_cursor_left (&cursor), ==, 16);
  g_assert_cmpuint (cam_bit_cursor_read (&cursor, 17), ==, 0);
  g_assert_true (cursor.failed);
  g_assert_cmpuint (cam_bit_cursor_left (&cursor), ==, 0);
  cursor = cam_bit_cursor_new (bytes, 4);
  g_assert_cmpuint (cam_bit_cursor_read (&cursor, 32), ==, 0xa50fff00);
  g_assert_false (cursor.failed);
  cam_bit_cursor_skip (&cursor, 1);
  g_assert_true (cursor.failed);
}

static void
test_copy (void)
{
  uint8_t out[4] = {0xee, 0xee, 0xee, 0xee};
  CamBitCursor cursor = cam_bit_cursor_new (bytes, sizeof bytes);
  g_assert_true (cam_bit_cursor_copy (&cursor, 12, out));
  g_assert_cmpmem (out, 3, "\xa5\x00\xee", 3);
  g_assert_true (cam_bit_cursor_copy (&cursor, 16, out));
  g_assert_cmpmem (out, 3, "\xff\xf0\xee", 3);
  g_assert_true (cam_bit_cursor_copy (&cursor, 0, out));
  g_assert_false (cam_bit_cursor_copy (&cursor, 13, out));
  g_assert_cmpmem (out, 3, "\xff\xf0\xee", 3);
  g_assert_true (cursor.failed);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/wire/bit-cursor/read", test_read);
  g_test_add_func ("/wire/bit-cursor/copy", test_copy);
  return g_test_run ();
}
