#include "supervise/arrival-report.h"

#include <glib.h>

static void
test_flood (void)
{
  CamArrivalReport report = { 0 };
  unsigned silent = 1;
  const int64_t began_us = 5 * G_USEC_PER_SEC;
  for (unsigned i = 0; i < CAM_ARRIVAL_REPORT_LINES; i++) {
    g_assert_true (cam_arrival_report_note (&report, began_us, &silent));
    g_assert_cmpuint (silent, ==, 0);
  }
  for (unsigned i = 0; i < 10000; i++)
    g_assert_false (cam_arrival_report_note (&report, began_us + i, &silent));
  g_assert_cmpuint (silent, ==, 0);
  g_assert_true (cam_arrival_report_note (&report, began_us + 60 * G_USEC_PER_SEC, &silent));
  g_assert_cmpuint (silent, ==, 10000);
  g_assert_true (cam_arrival_report_note (&report, began_us + 60 * G_USEC_PER_SEC, &silent));
  g_assert_cmpuint (silent, ==, 0);
}

/* Who comes now and then is always told. */
static void
test_now_and_then (void)
{
  CamArrivalReport report = { 0 };
  for (int i = 0; i < 1000; i++) {
    unsigned silent = 1;
    g_assert_true (cam_arrival_report_note (&report, i * INT64_C (1) * G_USEC_PER_SEC, &silent));
    g_assert_cmpuint (silent, ==, 0);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/arrival-report/flood", test_flood);
  g_test_add_func ("/arrival-report/now-and-then", test_now_and_then);
  return g_test_run ();
}
