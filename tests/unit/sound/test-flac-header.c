#include "sound/flac-header.h"

#include <glib.h>
#include <string.h>

enum { STREAMINFO = 34, LAST = 0x80, COMMENT = 4 };

/* The beginning of a block whose bytes count up from @first. */
static void
add_block (GByteArray *out, uint8_t type, size_t length, size_t here, uint8_t first)
{
  uint8_t header[] = {type, (uint8_t) (length >> 16), (uint8_t) (length >> 8), (uint8_t) length};
  g_byte_array_append (out, header, sizeof header);
  for (size_t i = 0; i < here; i++) {
    uint8_t byte = (uint8_t) (first + i);
    g_byte_array_append (out, &byte, 1);
  }
}

static GByteArray *
begin_header (void)
{
  return g_byte_array_append (g_byte_array_new (), (const uint8_t *) "fLaC", 4);
}

static const uint8_t frame[] = {0xff, 0xf8, 0xc9, 0x18, 0x00, 0xc2};

static void
check_read (CamFlacHeader *header, const GByteArray *bytes, size_t expected, bool is_new)
{
  g_autofree uint8_t *exact = g_memdup2 (bytes->data, bytes->len);
  bool was_new = !is_new;
  g_assert_cmpuint (cam_flac_header_read (header, exact, bytes->len, &was_new), ==, expected);
  g_assert_cmpint (was_new, ==, is_new);
}

/* All of it in one message, the first frame behind it; then the same once more, then another one. */
static void
test_whole (void)
{
  CamFlacHeader header = {0};
  for (unsigned i = 0; i < 3; i++) {
    g_autoptr (GByteArray) bytes = begin_header ();
    add_block (bytes, 0, STREAMINFO, STREAMINFO, i == 2 ? 9 : 1);
    add_block (bytes, LAST | COMMENT, 40, 40, 0);
    size_t size = bytes->len;
    g_byte_array_append (bytes, frame, sizeof frame);
    check_read (&header, bytes, size, i != 1);
    g_assert_false (header.is_inside);
    g_assert_cmpmem (header.preamble, 8, "fLaC\x80\0\0\x22", 8);
    g_assert_cmpuint (header.preamble[8], ==, i == 2 ? 9 : 1);
  }
}

/* As an encoder writes it: a message each, and a picture that goes on in the next ones. */
static void
test_in_pieces (void)
{
  CamFlacHeader header = {0};
  g_autoptr (GByteArray) marker = begin_header ();
  check_read (&header, marker, 4, false);
  g_autoptr (GByteArray) info = g_byte_array_new ();
  add_block (info, 0, STREAMINFO, STREAMINFO, 1);
  check_read (&header, info, info->len, true);
  g_autoptr (GByteArray) picture = g_byte_array_new ();
  add_block (picture, LAST | 6, 2000, 1308, 0);
  check_read (&header, picture, picture->len, false);
  g_assert_cmpuint (header.to_skip, ==, 2000 - 1308);
  g_autoptr (GByteArray) rest = g_byte_array_new ();
  g_byte_array_set_size (rest, 2000 - 1308);
  memset (rest->data, 0xff, rest->len);
  g_byte_array_append (rest, frame, sizeof frame);
  check_read (&header, rest, 2000 - 1308, false);
  g_assert_false (header.is_inside);
}

static void
test_frames_alone (void)
{
  CamFlacHeader header = {0};
  g_autoptr (GByteArray) bytes = g_byte_array_append (g_byte_array_new (), frame, sizeof frame);
  check_read (&header, bytes, 0, false);
  g_autoptr (GByteArray) nothing = g_byte_array_new ();
  check_read (&header, nothing, 0, false);
  g_assert_false (header.has_preamble);
}

/* A header that ends otherwise than it says: frames follow, or half a block's header, or STREAMINFO of another size. */
static void
test_broken (void)
{
  CamFlacHeader header = {0};
  g_autoptr (GByteArray) then_frame = g_byte_array_append (begin_header (), frame, sizeof frame);
  check_read (&header, then_frame, 4, false);
  g_assert_false (header.is_inside);
  g_autoptr (GByteArray) half = g_byte_array_append (begin_header (), (const uint8_t *) "\0\0\0", 3);
  check_read (&header, half, 4, false);
  g_assert_false (header.is_inside);
  for (size_t length = 0; length < 100; length++) {
    g_autoptr (GByteArray) odd = begin_header ();
    add_block (odd, LAST, length, MIN (length, 33), 0);
    check_read (&header, odd, odd->len, false);
    g_assert_false (header.has_preamble);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/flac-header/whole", test_whole);
  g_test_add_func ("/flac-header/in-pieces", test_in_pieces);
  g_test_add_func ("/flac-header/frames-alone", test_frames_alone);
  g_test_add_func ("/flac-header/broken", test_broken);
  return g_test_run ();
}
