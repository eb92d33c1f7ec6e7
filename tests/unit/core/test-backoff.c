#include "core/backoff.h"

#include <glib.h>

#define SECOND G_USEC_PER_SEC

static void
test_bounds_double_up_to_the_cap (void)
{
  static const int64_t bounds_s[] = {1, 2, 4, 8, 16, 32, 60, 60, 60};
  CamBackoff longest = {.shortest_us = SECOND, .longest_us = 60 * SECOND};
  CamBackoff shortest = longest;
  CamBackoff patient = longest;
  for (unsigned i = 0; i < G_N_ELEMENTS (bounds_s); i++) {
    int64_t bound_us = bounds_s[i] * SECOND;
    g_assert_cmpint (cam_backoff_next_us (&longest, 0), ==, bound_us);
    g_assert_cmpint (cam_backoff_next_us (&shortest, UINT32_MAX), ==, bound_us - (int64_t) (((uint64_t) bound_us * UINT32_MAX) >> 32));
    g_assert_cmpint (cam_backoff_next_patient_us (&patient, UINT32_MAX), >=, SECOND);
    g_assert_cmpuint (longest.failures, ==, i + 1);
  }
}

static void
test_jitter_is_uniform (void)
{
  CamBackoff backoff = {.shortest_us = SECOND, .longest_us = SECOND};
  g_assert_cmpint (cam_backoff_next_us (&backoff, UINT32_C (1) << 31), ==, 500000);
  g_assert_cmpint (cam_backoff_next_us (&backoff, UINT32_C (1) << 30), ==, 750000);
}

static void
test_patience (void)
{
  static const struct {
    uint32_t random;
    int64_t pause_us[3];
  } rows[] = {
    {0, {60 * SECOND, 120 * SECOND, 150 * SECOND}},
    {UINT32_C (1) << 31, {60 * SECOND, 90 * SECOND, 105 * SECOND}},
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {
    CamBackoff backoff = {.shortest_us = 60 * SECOND, .longest_us = 150 * SECOND};
    for (unsigned n = 0; n < G_N_ELEMENTS (rows[i].pause_us); n++)
      g_assert_cmpint (cam_backoff_next_patient_us (&backoff, rows[i].random), ==, rows[i].pause_us[n]);
  }
}

static void
test_reset (void)
{
  CamBackoff backoff = {.shortest_us = SECOND, .longest_us = 60 * SECOND};
  cam_backoff_next_us (&backoff, 0);
  cam_backoff_next_us (&backoff, 0);
  cam_backoff_reset (&backoff);
  g_assert_cmpint (cam_backoff_next_us (&backoff, 0), ==, SECOND);
}

static void
test_never_overflows (void)
{
  CamBackoff backoff = {.shortest_us = INT64_MAX / 2 + 1, .longest_us = INT64_MAX, .failures = UINT32_MAX};
  for (unsigned i = 0; i < 3; i++) {
    int64_t pause_us = cam_backoff_next_us (&backoff, UINT32_C (1) << 31);
    g_assert_cmpint (pause_us, ==, INT64_MAX - INT64_MAX / 2);
    g_assert_cmpint (cam_backoff_next_us (&backoff, UINT32_MAX), >, 0);
    g_assert_cmpint (cam_backoff_next_patient_us (&backoff, UINT32_MAX), >, INT64_MAX / 2);
    g_assert_cmpuint (backoff.failures, ==, UINT32_MAX);
  }
  g_assert_cmpint (cam_backoff_next_us (&backoff, 0), ==, INT64_MAX);
}

static void
test_odd_settings (void)
{
  CamBackoff nothing = {.shortest_us = 0, .longest_us = 0};
  g_assert_cmpint (cam_backoff_next_us (&nothing, 0), ==, 1);
  g_assert_cmpint (cam_backoff_next_us (&nothing, UINT32_MAX), ==, 1);
  g_assert_cmpint (cam_backoff_next_patient_us (&nothing, UINT32_MAX), ==, 1);
  CamBackoff crossed = {.shortest_us = 60 * SECOND, .longest_us = SECOND};
  g_assert_cmpint (cam_backoff_next_us (&crossed, 0), ==, SECOND);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/core/backoff/bounds", test_bounds_double_up_to_the_cap);
  g_test_add_func ("/core/backoff/jitter", test_jitter_is_uniform);
  g_test_add_func ("/core/backoff/patience", test_patience);
  g_test_add_func ("/core/backoff/reset", test_reset);
  g_test_add_func ("/core/backoff/overflow", test_never_overflows);
  g_test_add_func ("/core/backoff/odd-settings", test_odd_settings);
  return g_test_run ();
}
