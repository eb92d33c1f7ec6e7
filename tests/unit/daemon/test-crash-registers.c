#include "daemon/crash-registers.h"

#include <glib.h>
#include <string.h>

static uint64_t
pack (const char *text)
{
  uint64_t value = 0;
  memcpy (&value, text, strlen (text));
  return value;
}

static void
test_text (void)
{
  static const char *const texts[] = {"secret-1", "p@ss", "~~~~~", "a b c d "};
  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    g_assert_true (cam_crash_registers_is_text (pack (texts[i])));
}

static void
test_numbers (void)
{
  const uint64_t numbers[] = {0, 1, 0x7f2a00001234, UINT64_MAX, 0x4141, 0x414141, pack ("abc"), pack ("abcd\x7f"), pack ("\nabcd"), 0x6161616100000000, (uint64_t) numbers};
  for (gsize i = 0; i < G_N_ELEMENTS (numbers); i++)
    g_assert_false (cam_crash_registers_is_text (numbers[i]));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/crash-registers/text", test_text);
  g_test_add_func ("/crash-registers/numbers", test_numbers);
  return g_test_run ();
}
