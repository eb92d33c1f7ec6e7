#include "supervise/refusal-report.h"

#define MINUTE (60 * (int64_t) G_USEC_PER_SEC)

static void
test_once_a_minute (void)
{
  CamRefusalReport *report = cam_refusal_report_new ();
  unsigned silent = 7;
  g_assert_true (cam_refusal_report_note (report, "192.0.2.1", "no such camera", 5, &silent));
  g_assert_cmpuint (silent, ==, 0);
  for (unsigned i = 0; i < 99; i++)
    g_assert_false (cam_refusal_report_note (report, "192.0.2.1", "no such camera", 4 + MINUTE, &silent));
  /* Another reason, another address: news. */
  g_assert_true (cam_refusal_report_note (report, "192.0.2.11", "no such camera", 4 + MINUTE, &silent));
  g_assert_cmpuint (silent, ==, 0);
  g_assert_true (cam_refusal_report_note (report, "192.0.2.1", "wrong passphrase", 4 + MINUTE, &silent));
  g_assert_cmpuint (silent, ==, 99);
  g_assert_true (cam_refusal_report_note (report, "192.0.2.1", "no such camera", 5 + MINUTE, &silent));
  g_assert_cmpuint (silent, ==, 0);
  cam_refusal_report_free (report);
}

/* However many names somebody tries. */
static void
test_lines_of_one_address (void)
{
  CamRefusalReport *report = cam_refusal_report_new ();
  unsigned lines = 0, silent = 0;
  for (unsigned i = 0; i < 1000; i++) {
    g_autofree char *text = g_strdup_printf ("no camera %u", i);
    lines += cam_refusal_report_note (report, "192.0.2.1", text, i, &silent);
  }
  g_assert_cmpuint (lines, ==, CAM_REFUSAL_REPORT_LINES);
  g_assert_true (cam_refusal_report_note (report, "192.0.2.1", "no camera 0", MINUTE, &silent));
  g_assert_cmpuint (silent, ==, 1000 - CAM_REFUSAL_REPORT_LINES);
  cam_refusal_report_free (report);
}

/* However many addresses somebody has: neither the log nor our memory grows with them. */
static void
test_flood (void)
{
  CamRefusalReport *report = cam_refusal_report_new ();
  unsigned lines = 0, silent;
  for (unsigned i = 0; i < 10000; i++) {
    g_autofree char *address = g_strdup_printf ("192.0.%u.%u", i / 256, i % 256);
    lines += cam_refusal_report_note (report, address, "no such camera", i, &silent);
  }
  g_assert_cmpuint (lines, ==, CAM_REFUSAL_REPORT_ADDRESSES);
  g_assert_true (cam_refusal_report_note (report, "198.51.100.1", "no such camera", 3 * MINUTE, &silent));
  cam_refusal_report_free (report);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/refusal-report/once-a-minute", test_once_a_minute);
  g_test_add_func ("/refusal-report/lines-of-one-address", test_lines_of_one_address);
  g_test_add_func ("/refusal-report/flood", test_flood);
  return g_test_run ();
}
