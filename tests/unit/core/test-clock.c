#include "core/clock.h"

#include <glib.h>

typedef struct {
  CamClock clock;
  int64_t now_us;
} HandTurnedClock;

static int64_t
read_hand (const CamClock *clock)
{
  return ((const HandTurnedClock *) clock)->now_us;
}

static void
test_monotonic (void)
{
  const CamClock *clock = cam_clock_monotonic ();
  g_assert_true (clock == cam_clock_monotonic ());
  int64_t before = g_get_monotonic_time ();
  int64_t now = cam_clock_now_us (clock);
  g_assert_cmpint (now, >=, before);
  g_assert_cmpint (now, <=, g_get_monotonic_time ());
}

static void
test_hand_turned (void)
{
  HandTurnedClock hand = {.clock.now_us = read_hand, .now_us = 7};
  g_assert_cmpint (cam_clock_now_us (&hand.clock), ==, 7);
  hand.now_us += G_USEC_PER_SEC;
  g_assert_cmpint (cam_clock_now_us (&hand.clock), ==, 1000007);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/core/clock/monotonic", test_monotonic);
  g_test_add_func ("/core/clock/hand-turned", test_hand_turned);
  return g_test_run ();
}
