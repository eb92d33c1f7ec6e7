#include "config/percent-code.h"

#include <glib.h>
#include <string.h>

static void
test_decode (void)
{
  static const struct {
    const char *text;
    const char *expected;
  } rows[] = {
      {"", ""},     {"plain", "plain"},   {"a%26b%2Fc", "a&b/c"}, {"%c3%a4", "ä"},    {"100%", "100%"},
      {"%4", "%4"}, {"%zz%20", "%zz%20"}, {"%ff", "%ff"},         {"a%00b", "a%00b"}, {"a%0ab", "a%0ab"},
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *decoded = cam_percent_decode_tolerantly (rows[i].text, strlen (rows[i].text));
    g_assert_cmpstr (decoded, ==, rows[i].expected);
  }
}

static void
test_length (void)
{
  g_autofree char *decoded = cam_percent_decode_tolerantly ("%41%42", 3);
  g_assert_cmpstr (decoded, ==, "A");
  g_autofree char *cut = cam_percent_decode_tolerantly ("%41%42", 5);
  g_assert_cmpstr (cut, ==, "%41%4");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/config/percent-code/decode", test_decode);
  g_test_add_func ("/config/percent-code/length", test_length);
  return g_test_run ();
}
