#include "supervise/failure-report.h"

#include <glib.h>

#define SECOND G_USEC_PER_SEC

static void
test_first_and_change (void)
{
  CamFailureReport report = { 0 };
  g_assert_cmpint (cam_failure_report_note (&report, CAM_REASON_REFUSED, 100 * SECOND), ==, CAM_FAILURE_NEW);
  g_assert_cmpint (cam_failure_report_note (&report, CAM_REASON_REFUSED, 101 * SECOND), ==, CAM_FAILURE_SILENT);
  g_assert_cmpint (cam_failure_report_note (&report, CAM_REASON_TIMEOUT, 102 * SECOND), ==, CAM_FAILURE_NEW);
  g_assert_cmpint (cam_failure_report_note (&report, CAM_REASON_REFUSED, 103 * SECOND), ==, CAM_FAILURE_NEW);
  g_assert_cmpuint (report.failures, ==, 1);
}

static void
test_count_once_a_minute (void)
{
  CamFailureReport report = { 0 };
  unsigned lines = 0;
  for (int second = 0; second <= 180; second++)
    lines += cam_failure_report_note (&report, CAM_REASON_AUTH, (1000 + second) * (int64_t) SECOND) != CAM_FAILURE_SILENT;
  g_assert_cmpuint (lines, ==, 4); /* at 0, 60, 120 and 180 s */
  g_assert_cmpuint (report.failures, ==, 181);
  g_assert_cmpint (report.first_us, ==, 1000 * (int64_t) SECOND);
}

static void
test_minute_is_exact (void)
{
  CamFailureReport report = { 0 };
  cam_failure_report_note (&report, CAM_REASON_AUTH, 0);
  g_assert_cmpint (cam_failure_report_note (&report, CAM_REASON_AUTH, 60 * SECOND - 1), ==, CAM_FAILURE_SILENT);
  g_assert_cmpint (cam_failure_report_note (&report, CAM_REASON_AUTH, 60 * SECOND), ==, CAM_FAILURE_STILL);
}

static void
test_success_makes_news (void)
{
  CamFailureReport report = { 0 };
  cam_failure_report_note (&report, CAM_REASON_STALL, SECOND);
  cam_failure_report_reset (&report);
  g_assert_cmpint (cam_failure_report_note (&report, CAM_REASON_STALL, 2 * SECOND), ==, CAM_FAILURE_NEW);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/failure-report/first-and-change", test_first_and_change);
  g_test_add_func ("/failure-report/count-once-a-minute", test_count_once_a_minute);
  g_test_add_func ("/failure-report/minute-is-exact", test_minute_is_exact);
  g_test_add_func ("/failure-report/success-makes-news", test_success_makes_news);
  return g_test_run ();
}
