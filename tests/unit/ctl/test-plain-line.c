#include "ctl/plain-line.h"

static void
test_lines (void)
{
  static const struct {
    const char *text;
    unsigned limit;
    const char *line;
  } rows[] = {
      {"Tür 'x' \"y\"", 20, "Tür 'x' \"y\""},
      {"a\033[2J\nb\x7f", 20, "a?[2J?b?"},
      {"\xc2\x9b" "31m", 20, "?31m"},          /* CSI as one character */
      {"a\xe2\x80\xae" "b", 20, "a?b"},        /* right to left from here on */
      {"\xff\xc3", 20, "??"},
      {"abcd", 4, "abcd"},
      {"abcde", 4, "abc…"},
      {"äöüß", 3, "äö…"},
      {"ab", 1, "…"},
      {"", 5, ""},
      {"ab", 0, ""},
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *line = cam_plain_line (rows[i].text, rows[i].limit);
    g_assert_cmpstr (line, ==, rows[i].line);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/plain-line/lines", test_lines);
  return g_test_run ();
}
