#include "core/line-ring.h"

#include <string.h>

static void
add (CamLineRing *ring, const char *text)
{
  cam_line_ring_add (ring, 3, 7, 11, text, strlen (text));
}

static void
test_empty (void)
{
  g_autoptr (CamLineRing) ring = cam_line_ring_new (4096);
  uint64_t cursor = 0;
  CamLine line = {.number = 99};
  char text[CAM_LINE_MAX_BYTES + 1] = "untouched";
  g_assert_false (cam_line_ring_next (ring, &cursor, &line, text));
  g_assert_cmpuint (cursor, ==, 0);
  g_assert_cmpuint (line.number, ==, 99);
  g_assert_cmpstr (text, ==, "untouched");
}

static void
test_order (void)
{
  g_autoptr (CamLineRing) ring = cam_line_ring_new (4096);
  add (ring, "first");
  cam_line_ring_add (ring, 1, -5, INT64_MAX, "second", 3);
  add (ring, "");
  uint64_t cursor = 0;
  CamLine line;
  char text[CAM_LINE_MAX_BYTES + 1];
  g_assert_true (cam_line_ring_next (ring, &cursor, &line, text));
  g_assert_cmpstr (text, ==, "first");
  g_assert_cmpuint (line.number, ==, 1);
  g_assert_cmpuint (line.level, ==, 3);
  g_assert_cmpint (line.us, ==, 7);
  g_assert_cmpint (line.unix_us, ==, 11);
  g_assert_true (cam_line_ring_next (ring, &cursor, &line, text));
  g_assert_cmpstr (text, ==, "sec");
  g_assert_cmpuint (line.number, ==, 2);
  g_assert_cmpint (line.us, ==, -5);
  g_assert_cmpint (line.unix_us, ==, INT64_MAX);
  g_assert_true (cam_line_ring_next (ring, &cursor, &line, text));
  g_assert_cmpstr (text, ==, "");
  g_assert_false (cam_line_ring_next (ring, &cursor, &line, text));
  add (ring, "later");
  g_assert_true (cam_line_ring_next (ring, &cursor, &line, text));
  g_assert_cmpstr (text, ==, "later");
}

/* Each line names its number and has a size of its own, so that lines lie across the end in every way. */
static void
test_oldest_gives_way (void)
{
  g_autoptr (CamLineRing) ring = cam_line_ring_new (4099);
  uint64_t slow = 0;
  char text[CAM_LINE_MAX_BYTES + 1];
  for (unsigned i = 1; i <= 5000; i++) {
    g_autofree char *padding = g_strnfill (i % 97, 'x');
    g_autofree char *added = g_strdup_printf ("%u %s", i, padding);
    add (ring, added);
    uint64_t cursor = 0;
    CamLine line;
    uint64_t last = 0;
    unsigned count = 0;
    while (i % 100 == 0 && cam_line_ring_next (ring, &cursor, &line, text)) {
      g_assert_cmpuint (g_ascii_strtoull (text, NULL, 10), ==, line.number);
      g_assert_true (last == 0 || line.number == last + 1);
      last = line.number;
      count++;
    }
    g_assert_true (i % 100 != 0 || (last == i && count >= 20));
  }
  CamLine line;
  g_assert_true (cam_line_ring_next (ring, &slow, &line, text)); /* one whose place is gone goes on with the oldest */
  g_assert_cmpuint (line.number, >, 4900);
}

static void
test_long_lines_are_cut (void)
{
  g_autoptr (CamLineRing) ring = cam_line_ring_new (4096);
  g_autoptr (GString) long_text = g_string_new ("a");
  while (long_text->len < 3 * CAM_LINE_MAX_BYTES)
    g_string_append (long_text, "é");
  add (ring, long_text->str);
  uint64_t cursor = 0;
  CamLine line;
  char text[CAM_LINE_MAX_BYTES + 1];
  g_assert_true (cam_line_ring_next (ring, &cursor, &line, text));
  g_assert_cmpuint (line.size, ==, CAM_LINE_MAX_BYTES - 1);
  g_assert_cmpuint (strlen (text), ==, line.size);
  g_assert_true (g_utf8_validate (text, -1, NULL));
  g_autofree char *bytes = g_strnfill (CAM_LINE_MAX_BYTES, 'b');
  add (ring, bytes);
  g_assert_true (cam_line_ring_next (ring, &cursor, &line, text));
  g_assert_cmpstr (text, ==, bytes);
  g_autofree char *odd = g_strnfill (CAM_LINE_MAX_BYTES + 1, (char) 0x80); /* nothing begins a character: nothing is kept */
  add (ring, odd);
  g_assert_true (cam_line_ring_next (ring, &cursor, &line, text));
  g_assert_cmpuint (line.size, ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/core/line-ring/empty", test_empty);
  g_test_add_func ("/core/line-ring/order", test_order);
  g_test_add_func ("/core/line-ring/oldest-gives-way", test_oldest_gives_way);
  g_test_add_func ("/core/line-ring/long-lines-are-cut", test_long_lines_are_cut);
  return g_test_run ();
}
