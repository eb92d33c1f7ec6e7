#include "serve/connection-deadlines.h"

#include <glib.h>

#define S INT64_C (1000000)

static const CamConnectionLimits limits = {.request_us = 10 * S, .reader_us = 30 * S};

static void
assert_next (CamConnectionTimes times, CamDeadline expected, int64_t expected_us)
{
  int64_t due_us = 0;
  g_assert_cmpint (cam_connection_next_deadline (&times, &limits, &due_us), ==, expected);
  g_assert_cmpint (due_us, ==, expected_us);
}

static void
test_each_deadline (void)
{
  assert_next ((CamConnectionTimes){.opened_us = 5 * S, .alive_us = 5 * S}, CAM_DEADLINE_SILENT, 15 * S);
  assert_next ((CamConnectionTimes){.opened_us = 5 * S, .alive_us = 5 * S, .partial_since_us = 14 * S}, CAM_DEADLINE_HALF_REQUEST, 24 * S);
  assert_next ((CamConnectionTimes){.opened_us = 5 * S, .alive_us = 9 * S, .has_spoken = true}, CAM_DEADLINE_IDLE, 69 * S);
  assert_next ((CamConnectionTimes){.opened_us = 5 * S, .alive_us = 9 * S, .has_spoken = true, .blocked_since_us = 20 * S},
               CAM_DEADLINE_BLOCKED, 50 * S);
  assert_next ((CamConnectionTimes){.opened_us = 5 * S, .alive_us = 9 * S, .has_spoken = true, .held_until_us = 11 * S}, CAM_DEADLINE_HELD,
               11 * S);
}

static void
test_the_nearest_wins (void)
{
  CamConnectionTimes times = {
      .opened_us = S, .alive_us = S, .has_spoken = true, .partial_since_us = 3 * S, .blocked_since_us = 2 * S, .held_until_us = 4 * S};
  assert_next (times, CAM_DEADLINE_HELD, 4 * S);
  times.held_until_us = 0;
  assert_next (times, CAM_DEADLINE_HALF_REQUEST, 13 * S);
  times.partial_since_us = 0;
  assert_next (times, CAM_DEADLINE_BLOCKED, 32 * S);
  times.blocked_since_us = 0;
  assert_next (times, CAM_DEADLINE_IDLE, 61 * S);
}

/* Once it is being closed, nothing else counts. */
static void
test_closing_is_above_all (void)
{
  CamConnectionTimes times = {.opened_us = S, .alive_us = S, .held_until_us = 2 * S, .gone_by_us = 40 * S};
  assert_next (times, CAM_DEADLINE_GONE, 40 * S);
  times.part_by_us = 39 * S;
  assert_next (times, CAM_DEADLINE_PART, 39 * S);
  times.part_by_us = 40 * S;
  assert_next (times, CAM_DEADLINE_GONE, 40 * S);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/connection-deadlines/each-deadline", test_each_deadline);
  g_test_add_func ("/connection-deadlines/the-nearest-wins", test_the_nearest_wins);
  g_test_add_func ("/connection-deadlines/closing-is-above-all", test_closing_is_above_all);
  return g_test_run ();
}
