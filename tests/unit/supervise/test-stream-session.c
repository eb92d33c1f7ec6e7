#include "supervise/stream-session.h"

#include "core/log.h"
#include "rooms-below.h"

#define SECOND G_USEC_PER_SEC

/* Far ahead of the real clock, so that no source fires by itself: the test turns everything by hand. */
#define BEGIN_US (INT64_C (1) << 60)

typedef struct {
  CamClock clock;
  int64_t now_us;
} HandClock;

typedef struct {
  HandClock hand;
  CamReaper *reaper;
  CamCameraConfig *camera;
  CamStreamSession *session;
  CamStreamDescription *h264, *h265;
} Fixture;

static int64_t
read_hand (const CamClock *clock)
{
  return ((const HandClock *) clock)->now_us;
}

static CamStreamDescription *
new_description (CamCodec codec)
{
  g_autoptr (CamTrack) track = cam_track_new (codec);
  return cam_stream_description_new (track, NULL);
}

/* Lets all that is due happen, in whatever order it comes. */
static void
settle (Fixture *fixture)
{
  for (int i = 0; i < 20; i++) {
    while (g_main_context_iteration (NULL, FALSE))
      ;
    fixture->hand.now_us += 5000;
    cam_reaper_turn (fixture->reaper);
    cam_stream_session_tick (fixture->session);
  }
}

static void
pass (Fixture *fixture, int64_t us)
{
  fixture->hand.now_us += us;
  settle (fixture);
}

static void
set_up (Fixture *fixture, gconstpointer is_enabled)
{
  rooms_below_reset ();
  g_random_set_seed (2); /* the same pauses in each run; none shorter than settling takes */
  fixture->hand = (HandClock) { .clock = { .now_us = read_hand }, .now_us = BEGIN_US };
  fixture->reaper = cam_reaper_new (&fixture->hand.clock, NULL, NULL);
  fixture->h264 = new_description (CAM_CODEC_H264);
  fixture->h265 = new_description (CAM_CODEC_H265);
  fixture->camera = cam_camera_config_new ("driveway");
  fixture->camera->enabled = GPOINTER_TO_INT (is_enabled);
  fixture->camera->backoff = (CamDurationRange) { .shortest_us = SECOND, .longest_us = 60 * SECOND };
  fixture->camera->hold = 10 * SECOND;
  CamStreamPlace place = { .reaper = fixture->reaper, .clock = &fixture->hand.clock };
  fixture->session = cam_stream_session_new (&place, fixture->camera, CAM_STREAM_MAIN);
  cam_stream_session_start (fixture->session);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  rooms_below.is_stubborn = false;
  cam_stream_session_remove (fixture->session);
  cam_stream_session_remove (fixture->session);
  settle (fixture);
  while (rooms_below.audience_done != NULL) {
    rooms_below_audience_gone ();
    settle (fixture);
  }
  g_assert_cmpint (cam_stream_session_get_state (fixture->session), ==, CAM_CAMERA_GONE);
  g_assert_cmpuint (rooms_below.mounts_ended, ==, 1);
  g_assert_cmpuint (rooms_below.made, ==, rooms_below.freed);
  cam_stream_session_unref (fixture->session);
  cam_reaper_free (fixture->reaper);
  cam_camera_config_unref (fixture->camera);
  cam_stream_description_unref (fixture->h264);
  cam_stream_description_unref (fixture->h265);
}

static void
assert_state (Fixture *fixture, CamCameraState state)
{
  g_assert_cmpint (cam_stream_session_get_state (fixture->session), ==, state);
}

static void
go_live (Fixture *fixture, CamStreamDescription *description)
{
  rooms_below_live (description);
  settle (fixture);
}

static void
end (Fixture *fixture, CamReason reason)
{
  rooms_below_ended (reason);
  settle (fixture);
}

static void
test_disabled (Fixture *fixture, gconstpointer data)
{
  g_assert_cmpuint (rooms_below.published, ==, 1);
  pass (fixture, 100 * SECOND);
  assert_state (fixture, CAM_CAMERA_OFF);
  g_assert_cmpuint (rooms_below.made, ==, 0);
}

static void
test_goes_live (Fixture *fixture, gconstpointer data)
{
  assert_state (fixture, CAM_CAMERA_CONNECTING);
  g_assert_cmpuint (rooms_below.made, ==, 1);
  g_assert_cmpint (cam_stream_hub_get_feed (rooms_below.setup.hub), ==, CAM_FEED_NONE);
  go_live (fixture, fixture->h264);
  assert_state (fixture, CAM_CAMERA_LIVE);
  g_assert_cmpint (cam_stream_hub_get_feed (rooms_below.setup.hub), ==, CAM_FEED_CAMERA);
  g_autoptr (CamStreamDescription) known = cam_stream_hub_ref_description (rooms_below.setup.hub);
  g_assert_true (known == fixture->h264);
  g_assert_cmpuint (rooms_below.gone_on, ==, 1);
}

static void
test_backs_off (Fixture *fixture, gconstpointer data)
{
  int64_t bound_us = SECOND;
  for (unsigned i = 1; i < 12; i++) {
    g_assert_cmpuint (rooms_below.made, ==, i);
    end (fixture, CAM_REASON_REFUSED);
    assert_state (fixture, CAM_CAMERA_WAITING);
    g_assert_cmpuint (rooms_below.freed, ==, i);
    pass (fixture, bound_us);
    assert_state (fixture, CAM_CAMERA_CONNECTING);
    bound_us = MIN (bound_us * 2, 60 * SECOND);
  }
}

/* Cameras lock accounts: a wrong password is tried again after a minute at the earliest. */
static void
test_auth_waits_longer (Fixture *fixture, gconstpointer data)
{
  end (fixture, CAM_REASON_AUTH);
  pass (fixture, 59 * SECOND);
  g_assert_cmpuint (rooms_below.made, ==, 1);
  pass (fixture, 2 * SECOND);
  g_assert_cmpuint (rooms_below.made, ==, 2);
}

static void
test_back_with_the_same (Fixture *fixture, gconstpointer data)
{
  go_live (fixture, fixture->h264);
  pass (fixture, 60 * SECOND);
  end (fixture, CAM_REASON_STALL);
  assert_state (fixture, CAM_CAMERA_HELD);
  g_assert_cmpuint (rooms_below.made, ==, 2); /* at once */
  g_assert_cmpint (cam_stream_hub_get_feed (rooms_below.setup.hub), ==, CAM_FEED_NONE);
  unsigned version = cam_stream_hub_get_version (rooms_below.setup.hub);
  pass (fixture, 5 * SECOND);
  g_autoptr (CamStreamDescription) same = new_description (CAM_CODEC_H264);
  go_live (fixture, same);
  assert_state (fixture, CAM_CAMERA_LIVE);
  g_assert_cmpint (cam_stream_hub_get_feed (rooms_below.setup.hub), ==, CAM_FEED_CAMERA);
  g_assert_cmpuint (cam_stream_hub_get_version (rooms_below.setup.hub), ==, version);
  pass (fixture, 20 * SECOND);
  assert_state (fixture, CAM_CAMERA_LIVE);
  g_assert_cmpuint (rooms_below.audiences_ended, ==, 0);
}

static void
test_back_with_another (Fixture *fixture, gconstpointer data)
{
  rooms_below.readers = 3;
  go_live (fixture, fixture->h264);
  pass (fixture, 60 * SECOND);
  end (fixture, CAM_REASON_RESET);
  go_live (fixture, fixture->h265);
  assert_state (fixture, CAM_CAMERA_CLEARING);
  g_assert_cmpuint (rooms_below.audiences_ended, ==, 1);
  g_assert_cmpuint (rooms_below.gone_on, ==, 1); /* the new worker is parked */
  rooms_below_audience_gone ();
  settle (fixture);
  assert_state (fixture, CAM_CAMERA_LIVE);
  g_assert_cmpuint (rooms_below.gone_on, ==, 2);
  g_assert_cmpuint (rooms_below.made, ==, 2);
  g_autoptr (CamStreamDescription) known = cam_stream_hub_ref_description (rooms_below.setup.hub);
  g_assert_true (known == fixture->h265);
  g_assert_cmpuint (cam_stream_hub_get_version (rooms_below.setup.hub), ==, 2);
}

static void
test_parked_worker_ends (Fixture *fixture, gconstpointer data)
{
  go_live (fixture, fixture->h264);
  pass (fixture, 60 * SECOND);
  end (fixture, CAM_REASON_RESET);
  go_live (fixture, fixture->h265);
  end (fixture, CAM_REASON_CLOSED);
  assert_state (fixture, CAM_CAMERA_CLEARING);
  rooms_below_audience_gone ();
  settle (fixture);
  assert_state (fixture, CAM_CAMERA_WAITING);
  pass (fixture, 2 * SECOND);
  assert_state (fixture, CAM_CAMERA_CONNECTING);
  g_assert_cmpuint (rooms_below.gone_on, ==, 1);
}

static void
test_hold_over (Fixture *fixture, gconstpointer data)
{
  rooms_below.readers = 1;
  go_live (fixture, fixture->h264);
  pass (fixture, 60 * SECOND);
  end (fixture, CAM_REASON_STALL);
  pass (fixture, 9 * SECOND);
  assert_state (fixture, CAM_CAMERA_HELD);
  pass (fixture, SECOND);
  assert_state (fixture, CAM_CAMERA_CLEARING);
  g_assert_cmpuint (rooms_below.audiences_ended, ==, 1);
  g_assert_null (cam_stream_hub_ref_description (rooms_below.setup.hub));
  rooms_below_audience_gone ();
  settle (fixture);
  assert_state (fixture, CAM_CAMERA_WAITING);
  pass (fixture, 2 * SECOND);
  assert_state (fixture, CAM_CAMERA_CONNECTING);
  go_live (fixture, fixture->h264);
  assert_state (fixture, CAM_CAMERA_LIVE);
}

/* A camera that accepts and hangs up at once is not dialled in a circle. */
static void
test_short_success_is_a_failure (Fixture *fixture, gconstpointer data)
{
  for (unsigned i = 1; i < 4; i++) {
    go_live (fixture, fixture->h264);
    end (fixture, CAM_REASON_CLOSED);
    g_assert_cmpuint (rooms_below.made, ==, i);
    pass (fixture, (INT64_C (1) << i) * SECOND);
    g_assert_cmpuint (rooms_below.made, ==, i + 1);
  }
}

/* One connection at a time: the next dial waits until the old worker is gone. */
static void
test_dial_waits_for_the_old_worker (Fixture *fixture, gconstpointer data)
{
  rooms_below.is_stubborn = true;
  go_live (fixture, fixture->h264);
  pass (fixture, 60 * SECOND);
  end (fixture, CAM_REASON_STALL);
  pass (fixture, SECOND);
  g_assert_cmpuint (rooms_below.made, ==, 1);
  pass (fixture, 3 * SECOND);
  g_assert_true (cam_reaper_is_quarantined (fixture->reaper, "driveway"));
  rooms_below.is_stubborn = false;
  pass (fixture, SECOND);
  g_assert_cmpuint (rooms_below.made, ==, 2);
  g_assert_cmpuint (rooms_below.freed, ==, 1);
  assert_state (fixture, CAM_CAMERA_HELD);
}

static void
test_late_news_are_ignored (Fixture *fixture, gconstpointer data)
{
  CamIngestSetup old = rooms_below.setup;
  end (fixture, CAM_REASON_TIMEOUT);
  pass (fixture, 2 * SECOND);
  old.events->live (old.generation, fixture->h264, old.data);
  old.events->ended (old.generation, &(CamIngestEnd){ .reason = CAM_REASON_RESET, .detail = "" }, old.data);
  settle (fixture);
  assert_state (fixture, CAM_CAMERA_CONNECTING);
  g_assert_cmpuint (rooms_below.made, ==, 2);
  g_assert_cmpuint (rooms_below.gone_on, ==, 0);
}

static void
test_removed_while_live (Fixture *fixture, gconstpointer data)
{
  go_live (fixture, fixture->h264);
  g_autoptr (CamStreamHub) hub = cam_stream_hub_ref (rooms_below.setup.hub);
  cam_stream_session_remove (fixture->session);
  /* A worker's last words while everything leaves. */
  rooms_below_ended (CAM_REASON_NONE);
  settle (fixture);
  assert_state (fixture, CAM_CAMERA_LEAVING);
  g_assert_cmpint (cam_stream_hub_get_feed (hub), ==, CAM_FEED_NONE);
  g_assert_cmpuint (rooms_below.stopped, ==, 1);
}

static void
test_removed_while_clearing (Fixture *fixture, gconstpointer data)
{
  go_live (fixture, fixture->h264);
  pass (fixture, 60 * SECOND);
  end (fixture, CAM_REASON_RESET);
  pass (fixture, 10 * SECOND);
  assert_state (fixture, CAM_CAMERA_CLEARING);
  void (*first_done) (gpointer data) = g_steal_pointer (&rooms_below.audience_done);
  gpointer first_data = rooms_below.audience_data;
  cam_stream_session_remove (fixture->session);
  settle (fixture);
  rooms_below_audience_gone ();
  settle (fixture);
  /* Both jobs have to be done. */
  assert_state (fixture, CAM_CAMERA_LEAVING);
  first_done (first_data);
  settle (fixture);
  assert_state (fixture, CAM_CAMERA_GONE);
}

#define ADD(name, function) g_test_add ("/stream-session/" name, Fixture, GINT_TO_POINTER (true), set_up, function, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  cam_log_init (CAM_LOG_ERROR);
  g_test_add ("/stream-session/disabled", Fixture, GINT_TO_POINTER (false), set_up, test_disabled, tear_down);
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
