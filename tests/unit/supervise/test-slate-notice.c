#include "supervise/slate-notice.h"

#include <glib.h>

#define NOON_US INT64_C (1767268800000000) /* 2026-01-01 12:00:00 UTC */
#define PAUSE_US CAM_SLATE_NOTICE_PAUSE_US

static void
test_drawn_once (void)
{
  CamSlateNotice notice = cam_slate_notice_new (NOON_US, CAM_REASON_CLOSED, 0);
  g_assert_cmpint (cam_slate_notice_get_due_us (&notice), ==, 0);
  cam_slate_notice_note_drawn (&notice, 500);
  g_assert_cmpint (cam_slate_notice_get_due_us (&notice), ==, INT64_MAX);
  notice.reason = CAM_REASON_CLOSED;
  g_assert_cmpint (cam_slate_notice_get_due_us (&notice), ==, INT64_MAX);
}

static void
test_drawn_again (void)
{
  CamSlateNotice notice = cam_slate_notice_new (NOON_US, CAM_REASON_CLOSED, 0);
  cam_slate_notice_note_drawn (&notice, 500);
  notice.reason = CAM_REASON_REFUSED;
  g_assert_cmpint (cam_slate_notice_get_due_us (&notice), ==, 500 + PAUSE_US);
  notice.reason = CAM_REASON_CLOSED; /* and back again before it was time */
  g_assert_cmpint (cam_slate_notice_get_due_us (&notice), ==, INT64_MAX);
  notice.since_us += G_USEC_PER_SEC;
  g_assert_cmpint (cam_slate_notice_get_due_us (&notice), ==, 500 + PAUSE_US);
  cam_slate_notice_note_drawn (&notice, 500 + PAUSE_US);
  g_assert_cmpint (cam_slate_notice_get_due_us (&notice), ==, INT64_MAX);
}

/* On demand, or after a restart: the camera may be there before anybody could read it. */
static void
test_grace (void)
{
  CamSlateNotice notice = cam_slate_notice_new (NOON_US, CAM_REASON_NONE, 700);
  g_assert_cmpint (cam_slate_notice_get_due_us (&notice), ==, 700 + CAM_SLATE_NOTICE_GRACE_US);
  notice.reason = CAM_REASON_REFUSED;
  g_assert_cmpint (cam_slate_notice_get_due_us (&notice), ==, 0);
}

static void
test_failed (void)
{
  const int64_t pauses_s[] = {30, 60, 120, 240, 480, 960, 960, 960};
  CamSlateNotice notice = cam_slate_notice_new (NOON_US, CAM_REASON_CLOSED, 0);
  for (size_t i = 0; i < G_N_ELEMENTS (pauses_s); i++) {
    cam_slate_notice_note_drawn (&notice, 500);
    cam_slate_notice_note_outcome (&notice, false);
    g_assert_cmpint (cam_slate_notice_get_due_us (&notice), ==, 500 + pauses_s[i] * G_USEC_PER_SEC);
  }
  notice.reason = CAM_REASON_REFUSED; /* does not make it sooner */
  g_assert_cmpint (cam_slate_notice_get_due_us (&notice), ==, 500 + 960 * G_USEC_PER_SEC);
  cam_slate_notice_note_drawn (&notice, 500);
  cam_slate_notice_note_outcome (&notice, true);
  g_assert_cmpint (cam_slate_notice_get_due_us (&notice), ==, INT64_MAX);
}

static void
test_text (void)
{
  const struct {
    int64_t since_us, today_us;
    CamReason reason;
    const char *text;
  } rows[] = {
      {NOON_US, NOON_US, CAM_REASON_CLOSED, "offline since 12:00:00\nthe camera closed the connection"},
      {NOON_US + 999999, NOON_US + INT64_C (43199000000), CAM_REASON_NONE, "offline since 12:00:00"},
      {NOON_US, NOON_US + INT64_C (43200000000), CAM_REASON_NONE, "offline since 2026-01-01 12:00:00"},
      {INT64_MAX, NOON_US, CAM_REASON_NONE, "offline"},
  };
  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++) {
    CamSlateNotice notice = cam_slate_notice_new (rows[i].since_us, rows[i].reason, 0);
    g_autofree char *text = cam_slate_notice_format (&notice, rows[i].today_us);
    g_assert_cmpstr (text, ==, rows[i].text);
  }
}

int
main (int argc, char **argv)
{
  g_setenv ("TZ", "UTC", TRUE);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/slate-notice/drawn-once", test_drawn_once);
  g_test_add_func ("/slate-notice/drawn-again", test_drawn_again);
  g_test_add_func ("/slate-notice/grace", test_grace);
  g_test_add_func ("/slate-notice/failed", test_failed);
  g_test_add_func ("/slate-notice/text", test_text);
  return g_test_run ();
}
