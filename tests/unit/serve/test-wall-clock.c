#include "serve/wall-clock.h"

#include <glib.h>

static void
test_first_slew_sets (void)
{
  CamWallClock clock = {0};
  cam_wall_clock_slew (&clock, 1000, 5001000);
  g_assert_cmpint (cam_wall_clock_at (&clock, 2000), ==, 5002000);
}

static void
test_a_step_is_followed_slowly (void)
{
  CamWallClock clock = {0};
  cam_wall_clock_set (&clock, 0, 0);
  cam_wall_clock_slew (&clock, 10000000, 10000000 + 60000000);
  g_assert_cmpint (cam_wall_clock_at (&clock, 10000000), ==, 10000000 + 5000);
  cam_wall_clock_slew (&clock, 20000000, 20000000 - 60000000);
  g_assert_cmpint (cam_wall_clock_at (&clock, 20000000), ==, 20000000);
}

static void
test_small_errors_vanish (void)
{
  CamWallClock clock = {0};
  cam_wall_clock_set (&clock, 0, 1000);
  cam_wall_clock_slew (&clock, 5000000, 5000000 + 1100);
  g_assert_cmpint (cam_wall_clock_at (&clock, 5000000), ==, 5001100);
}

static void
test_time_standing_still_moves_nothing (void)
{
  CamWallClock clock = {0};
  cam_wall_clock_set (&clock, 100, 100);
  cam_wall_clock_slew (&clock, 100, 999);
  cam_wall_clock_slew (&clock, 50, 999);
  g_assert_cmpint (cam_wall_clock_at (&clock, 100), ==, 100);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/wall-clock/first-slew-sets", test_first_slew_sets);
  g_test_add_func ("/wall-clock/a-step-is-followed-slowly", test_a_step_is_followed_slowly);
  g_test_add_func ("/wall-clock/small-errors-vanish", test_small_errors_vanish);
  g_test_add_func ("/wall-clock/time-standing-still-moves-nothing", test_time_standing_still_moves_nothing);
  return g_test_run ();
}
