#include "ctl/value-text.h"

#include <math.h>

static void
assert_text (char *text, const char *expected)
{
  g_assert_cmpstr (text, ==, expected);
  g_free (text);
}

static void
test_ages (void)
{
  static const struct {
    double seconds;
    const char *text;
  } rows[] = {
      {NAN, "-"},     {INFINITY, "-"},   {1e300, "-"},         {-3, "0.0 s"},          {0.04, "0.0 s"},        {9.94, "9.9 s"},           {9.96, "10 s"},
      {119.4, "119 s"}, {120, "2 min"},  {7199, "119 min"},    {7200, "2 h 0 min"},    {172799, "47 h 59 min"}, {172800, "2 d 0 h"},      {1e6, "11 d 13 h"},
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++)
    assert_text (cam_value_text_age (rows[i].seconds), rows[i].text);
}

static void
test_rates_and_sizes (void)
{
  assert_text (cam_value_text_bit_rate (0), "0 bit/s");
  assert_text (cam_value_text_bit_rate (999), "999 bit/s");
  assert_text (cam_value_text_bit_rate (64000), "64 kbit/s");
  assert_text (cam_value_text_bit_rate (999999), "1.0 Mbit/s");
  assert_text (cam_value_text_bit_rate (4240000), "4.2 Mbit/s");
  assert_text (cam_value_text_bit_rate (1e15), "1000000 Gbit/s");
  assert_text (cam_value_text_bit_rate (NAN), "-");
  assert_text (cam_value_text_bytes (512), "512 B");
  assert_text (cam_value_text_bytes (3565158), "3.4 MiB");
  assert_text (cam_value_text_bytes (20 * 1024.0 * 1024), "20 MiB");
  assert_text (cam_value_text_bytes (NAN), "-");
}

static void
test_numbers (void)
{
  assert_text (cam_value_text_number (29.97, 1), "30.0");
  assert_text (cam_value_text_number (3, 0), "3");
  assert_text (cam_value_text_number (NAN, 1), "-");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/value-text/ages", test_ages);
  g_test_add_func ("/value-text/rates-and-sizes", test_rates_and_sizes);
  g_test_add_func ("/value-text/numbers", test_numbers);
  return g_test_run ();
}
