#include "supervise/stream-session.h"

#include "core/log.h"
#include "stream-fixture.h"

static void
test_disabled (StreamFixture *fixture, gconstpointer data)
{
  fixture->camera->enabled = false;
  stream_fixture_begin (fixture);
  g_assert_cmpuint (rooms_below.published, ==, 1);
  stream_fixture_pass (fixture, 100 * SECOND);
  stream_fixture_assert_state (fixture, CAM_CAMERA_OFF);
  g_assert_cmpuint (rooms_below.made, ==, 0);
}

static void
test_goes_live (StreamFixture *fixture, gconstpointer data)
{
  stream_fixture_begin (fixture);
  stream_fixture_assert_state (fixture, CAM_CAMERA_CONNECTING);
  g_assert_cmpuint (rooms_below.made, ==, 1);
  g_assert_cmpint (cam_stream_hub_get_feed (rooms_below.setup.hub), ==, CAM_FEED_NONE);
  stream_fixture_go_live (fixture, fixture->h264);
  stream_fixture_assert_state (fixture, CAM_CAMERA_LIVE);
  g_assert_cmpint (cam_stream_hub_get_feed (rooms_below.setup.hub), ==, CAM_FEED_CAMERA);
  g_autoptr (CamStreamDescription) known = cam_stream_hub_ref_description (rooms_below.setup.hub);
  g_assert_true (known == fixture->h264);
  g_assert_cmpuint (rooms_below.gone_on, ==, 1);
}

static void
test_backs_off (StreamFixture *fixture, gconstpointer data)
{
  stream_fixture_begin (fixture);
  int64_t bound_us = SECOND;
  for (unsigned i = 1; i < 12; i++) {
    g_assert_cmpuint (rooms_below.made, ==, i);
    stream_fixture_end (fixture, CAM_REASON_PROTOCOL);
    g_assert_cmpuint (rooms_below.freed, ==, i);
    stream_fixture_pass (fixture, bound_us);
    stream_fixture_assert_state (fixture, CAM_CAMERA_CONNECTING);
    bound_us = MIN (bound_us * 2, 60 * SECOND);
  }
}

/* Cameras lock accounts: a wrong password is tried again after a minute at the earliest. */
static void
test_auth_waits_longer (StreamFixture *fixture, gconstpointer data)
{
  stream_fixture_begin (fixture);
  stream_fixture_end (fixture, CAM_REASON_AUTH);
  stream_fixture_pass (fixture, 59 * SECOND);
  g_assert_cmpuint (rooms_below.made, ==, 1);
  stream_fixture_pass (fixture, 2 * SECOND);
  g_assert_cmpuint (rooms_below.made, ==, 2);
}

static void
test_back_with_the_same (StreamFixture *fixture, gconstpointer data)
{
  stream_fixture_begin (fixture);
  stream_fixture_go_live (fixture, fixture->h264);
  stream_fixture_pass (fixture, 60 * SECOND);
  stream_fixture_end (fixture, CAM_REASON_STALL);
  stream_fixture_assert_state (fixture, CAM_CAMERA_HELD);
  g_assert_cmpuint (rooms_below.made, ==, 2); /* at once */
  g_assert_cmpint (cam_stream_hub_get_feed (rooms_below.setup.hub), ==, CAM_FEED_NONE);
  unsigned version = cam_stream_hub_get_version (rooms_below.setup.hub);
  stream_fixture_pass (fixture, 5 * SECOND);
  g_autoptr (CamStreamDescription) same = stream_fixture_new_description (CAM_CODEC_H264);
  stream_fixture_go_live (fixture, same);
  stream_fixture_assert_state (fixture, CAM_CAMERA_LIVE);
  g_assert_cmpint (cam_stream_hub_get_feed (rooms_below.setup.hub), ==, CAM_FEED_CAMERA);
  g_assert_cmpuint (cam_stream_hub_get_version (rooms_below.setup.hub), ==, version);
  stream_fixture_pass (fixture, 20 * SECOND);
  stream_fixture_assert_state (fixture, CAM_CAMERA_LIVE);
  g_assert_cmpuint (rooms_below.audiences_ended, ==, 0);
}

static void
test_back_with_another (StreamFixture *fixture, gconstpointer data)
{
  stream_fixture_begin (fixture);
  rooms_below.readers = 3;
  stream_fixture_go_live (fixture, fixture->h264);
  stream_fixture_pass (fixture, 60 * SECOND);
  stream_fixture_end (fixture, CAM_REASON_RESET);
  stream_fixture_go_live (fixture, fixture->h265);
  stream_fixture_assert_state (fixture, CAM_CAMERA_CLEARING);
  g_assert_cmpuint (rooms_below.audiences_ended, ==, 1);
  g_assert_cmpuint (rooms_below.gone_on, ==, 1); /* the new worker is parked */
  rooms_below_audience_gone ();
  stream_fixture_settle (fixture);
  stream_fixture_assert_state (fixture, CAM_CAMERA_LIVE);
  g_assert_cmpuint (rooms_below.gone_on, ==, 2);
  g_assert_cmpuint (rooms_below.made, ==, 2);
  g_autoptr (CamStreamDescription) known = cam_stream_hub_ref_description (rooms_below.setup.hub);
  g_assert_true (known == fixture->h265);
  g_assert_cmpuint (cam_stream_hub_get_version (rooms_below.setup.hub), ==, 2);
}

static void
test_parked_worker_ends (StreamFixture *fixture, gconstpointer data)
{
  stream_fixture_begin (fixture);
  stream_fixture_go_live (fixture, fixture->h264);
  stream_fixture_pass (fixture, 60 * SECOND);
  stream_fixture_end (fixture, CAM_REASON_RESET);
  stream_fixture_go_live (fixture, fixture->h265);
  stream_fixture_end (fixture, CAM_REASON_CLOSED);
  stream_fixture_assert_state (fixture, CAM_CAMERA_CLEARING);
  rooms_below_audience_gone ();
  stream_fixture_settle (fixture);
  stream_fixture_pass (fixture, 2 * SECOND);
  stream_fixture_assert_state (fixture, CAM_CAMERA_CONNECTING);
  g_assert_cmpuint (rooms_below.gone_on, ==, 1);
}

static void
test_hold_over (StreamFixture *fixture, gconstpointer data)
{
  stream_fixture_begin (fixture);
  rooms_below.readers = 1;
  stream_fixture_go_live (fixture, fixture->h264);
  stream_fixture_pass (fixture, 60 * SECOND);
  stream_fixture_end (fixture, CAM_REASON_STALL);
  stream_fixture_pass (fixture, 9 * SECOND);
  stream_fixture_assert_state (fixture, CAM_CAMERA_HELD);
  stream_fixture_pass (fixture, SECOND);
  stream_fixture_assert_state (fixture, CAM_CAMERA_CLEARING);
  g_assert_cmpuint (rooms_below.audiences_ended, ==, 1);
  g_assert_null (cam_stream_hub_ref_description (rooms_below.setup.hub));
  rooms_below_audience_gone ();
  stream_fixture_settle (fixture);
  stream_fixture_assert_state (fixture, CAM_CAMERA_CONNECTING);
  stream_fixture_go_live (fixture, fixture->h264);
  stream_fixture_assert_state (fixture, CAM_CAMERA_LIVE);
}

/* A camera that accepts and hangs up at once is not dialled in a circle. */
static void
test_short_success_is_a_failure (StreamFixture *fixture, gconstpointer data)
{
  stream_fixture_begin (fixture);
  for (unsigned i = 1; i < 4; i++) {
    stream_fixture_go_live (fixture, fixture->h264);
    stream_fixture_end (fixture, CAM_REASON_CLOSED);
    stream_fixture_assert_state (fixture, CAM_CAMERA_HELD);
    stream_fixture_pass (fixture, (INT64_C (1) << i) * SECOND);
    g_assert_cmpuint (rooms_below.made, ==, i + 1);
  }
}

/* One connection at a time: the next dial waits until the old worker is gone. */
static void
test_dial_waits_for_the_old_worker (StreamFixture *fixture, gconstpointer data)
{
  stream_fixture_begin (fixture);
  rooms_below.is_stubborn = true;
  stream_fixture_go_live (fixture, fixture->h264);
  stream_fixture_pass (fixture, 60 * SECOND);
  stream_fixture_end (fixture, CAM_REASON_STALL);
  stream_fixture_pass (fixture, SECOND);
  g_assert_cmpuint (rooms_below.made, ==, 1);
  stream_fixture_pass (fixture, 3 * SECOND);
  g_assert_true (cam_reaper_is_quarantined (fixture->place.reaper, "driveway"));
  rooms_below.is_stubborn = false;
  stream_fixture_pass (fixture, SECOND);
  g_assert_cmpuint (rooms_below.made, ==, 2);
  g_assert_cmpuint (rooms_below.freed, ==, 1);
  stream_fixture_assert_state (fixture, CAM_CAMERA_HELD);
}

static void
test_late_news_are_ignored (StreamFixture *fixture, gconstpointer data)
{
  stream_fixture_begin (fixture);
  CamIngestSetup old = rooms_below.setup;
  stream_fixture_end (fixture, CAM_REASON_TIMEOUT);
  stream_fixture_pass (fixture, 2 * SECOND);
  old.events->live (old.generation, fixture->h264, old.data);
  old.events->ended (old.generation, &(CamIngestEnd){ .reason = CAM_REASON_RESET, .detail = "" }, old.data);
  stream_fixture_settle (fixture);
  stream_fixture_assert_state (fixture, CAM_CAMERA_CONNECTING);
  g_assert_cmpuint (rooms_below.made, ==, 2);
  g_assert_cmpuint (rooms_below.gone_on, ==, 0);
}

static void
test_removed_while_live (StreamFixture *fixture, gconstpointer data)
{
  stream_fixture_begin (fixture);
  stream_fixture_go_live (fixture, fixture->h264);
  g_autoptr (CamStreamHub) hub = cam_stream_hub_ref (rooms_below.setup.hub);
  cam_stream_session_remove (fixture->session);
  /* A worker's last words while everything leaves. */
  rooms_below_ended (CAM_REASON_NONE);
  stream_fixture_settle (fixture);
  stream_fixture_assert_state (fixture, CAM_CAMERA_LEAVING);
  g_assert_cmpint (cam_stream_hub_get_feed (hub), ==, CAM_FEED_NONE);
  g_assert_cmpuint (rooms_below.stopped, ==, 1);
}

static void
test_removed_while_clearing (StreamFixture *fixture, gconstpointer data)
{
  stream_fixture_begin (fixture);
  stream_fixture_go_live (fixture, fixture->h264);
  stream_fixture_pass (fixture, 60 * SECOND);
  stream_fixture_end (fixture, CAM_REASON_RESET);
  stream_fixture_pass (fixture, 10 * SECOND);
  stream_fixture_assert_state (fixture, CAM_CAMERA_CLEARING);
  void (*first_done) (gpointer data) = g_steal_pointer (&rooms_below.audience_done);
  gpointer first_data = rooms_below.audience_data;
  cam_stream_session_remove (fixture->session);
  stream_fixture_settle (fixture);
  rooms_below_audience_gone ();
  stream_fixture_settle (fixture);
  /* Both jobs have to be done. */
  stream_fixture_assert_state (fixture, CAM_CAMERA_LEAVING);
  first_done (first_data);
  stream_fixture_settle (fixture);
  stream_fixture_assert_state (fixture, CAM_CAMERA_GONE);
}

#define ADD(name, function) g_test_add ("/stream-session/" name, StreamFixture, NULL, stream_fixture_set_up, function, stream_fixture_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  cam_log_init (CAM_LOG_ERROR);
  ADD ("disabled", test_disabled);
  ADD ("goes-live", test_goes_live);
  ADD ("backs-off", test_backs_off);
  ADD ("auth-waits-longer", test_auth_waits_longer);
  ADD ("back-with-the-same", test_back_with_the_same);
  ADD ("back-with-another", test_back_with_another);
  ADD ("parked-worker-ends", test_parked_worker_ends);
  ADD ("hold-over", test_hold_over);
  ADD ("short-success-is-a-failure", test_short_success_is_a_failure);
  ADD ("dial-waits-for-the-old-worker", test_dial_waits_for_the_old_worker);
  ADD ("late-news-are-ignored", test_late_news_are_ignored);
  ADD ("removed-while-live", test_removed_while_live);
  ADD ("removed-while-clearing", test_removed_while_clearing);
  return g_test_run ();
}
