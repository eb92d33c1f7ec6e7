/* A stream whose senders come by themselves. */
#include "supervise/stream-session.h"

#include "core/log.h"
#include "stream-fixture.h"

static CamSenderPost *post; /* ref */

/* The feed has just put it up. */
static void
begin (StreamFixture *fixture)
{
  stream_fixture_begin (fixture);
  post = cam_sender_roll_find (fixture->place.senders, "driveway", CAM_STREAM_MAIN);
  g_assert_nonnull (post);
}

static void
set_up (StreamFixture *fixture, gconstpointer data)
{
  stream_fixture_set_up (fixture, data);
  g_free (fixture->camera->streams[CAM_STREAM_MAIN].url);
  fixture->camera->streams[CAM_STREAM_MAIN].url = g_strdup ("srt:");
  fixture->place.senders = cam_sender_roll_new (CAM_TAKEOVER_REFUSE);
}

static void
tear_down (StreamFixture *fixture, gconstpointer data)
{
  stream_fixture_tear_down (fixture, data);
  g_assert_cmpint (cam_sender_post_judge (post), ==, CAM_SRT_REFUSAL_AWAY);
  g_clear_pointer (&post, cam_sender_post_unref);
  cam_sender_roll_free (fixture->place.senders);
}

static void
come (StreamFixture *fixture, int sender)
{
  cam_stream_session_take_sender (fixture->session, sender, "192.0.2.9:4000");
  stream_fixture_settle (fixture);
}

static void
assert_fed_by (StreamFixture *fixture, unsigned made, int sender)
{
  g_assert_cmpuint (rooms_below.made, ==, made);
  g_assert_true (rooms_below.setup.has_srt_sender);
  g_assert_cmpint (rooms_below.setup.srt_sender, ==, sender);
}

static void
test_listens (StreamFixture *fixture, gconstpointer data)
{
  begin (fixture);
  stream_fixture_pass (fixture, 1000 * SECOND);
  stream_fixture_assert_state (fixture, CAM_CAMERA_LISTENING);
  g_assert_cmpuint (rooms_below.made, ==, 0);
  g_assert_cmpint (cam_sender_post_judge (post), ==, CAM_SRT_REFUSAL_NONE);
  come (fixture, 7);
  stream_fixture_assert_state (fixture, CAM_CAMERA_CONNECTING);
  assert_fed_by (fixture, 1, 7);
  g_assert_cmpint (cam_sender_post_judge (post), ==, CAM_SRT_REFUSAL_CONFLICT);
  stream_fixture_go_live (fixture, fixture->h264);
  stream_fixture_assert_state (fixture, CAM_CAMERA_LIVE);
  g_assert_cmpuint (rooms_below.sent_away, ==, 0);
}

/* A sender that brings nothing of use: no dial follows, whatever it died of, and the next one is met at once. */
static void
test_ended_before_live (StreamFixture *fixture, gconstpointer data)
{
  begin (fixture);
  for (unsigned reason = 1; reason < CAM_N_REASONS; reason++) {
    come (fixture, (int) reason);
    assert_fed_by (fixture, reason, (int) reason);
    stream_fixture_end (fixture, (CamReason) reason);
    stream_fixture_assert_state (fixture, CAM_CAMERA_LISTENING);
    g_assert_cmpint (cam_sender_post_judge (post), ==, CAM_SRT_REFUSAL_NONE);
  }
}

static void
test_lost_and_back (StreamFixture *fixture, gconstpointer data)
{
  fixture->camera->hold = INT64_MAX;
  begin (fixture);
  for (int i = 1; i < 20; i++) {
    come (fixture, i);
    assert_fed_by (fixture, (unsigned) i, i);
    stream_fixture_go_live (fixture, fixture->h264);
    stream_fixture_assert_state (fixture, CAM_CAMERA_LIVE);
    g_assert_false (rooms_below.is_slate_shown);
    stream_fixture_end (fixture, CAM_REASON_TIMEOUT);
    stream_fixture_assert_state (fixture, CAM_CAMERA_HELD);
    g_assert_true (rooms_below.is_slate_shown);
    stream_fixture_pass (fixture, 100 * SECOND);
    stream_fixture_assert_state (fixture, CAM_CAMERA_HELD);
    g_assert_cmpint (cam_sender_post_judge (post), ==, CAM_SRT_REFUSAL_NONE);
  }
  g_assert_cmpuint (rooms_below.audiences_ended, ==, 0);
}

static void
test_hold_over (StreamFixture *fixture, gconstpointer data)
{
  begin (fixture);
  come (fixture, 1);
  stream_fixture_go_live (fixture, fixture->h264);
  stream_fixture_end (fixture, CAM_REASON_TIMEOUT);
  stream_fixture_pass (fixture, 10 * SECOND);
  stream_fixture_assert_state (fixture, CAM_CAMERA_CLEARING);
  rooms_below_audience_gone ();
  stream_fixture_settle (fixture);
  stream_fixture_assert_state (fixture, CAM_CAMERA_LISTENING);
  come (fixture, 2);
  assert_fed_by (fixture, 2, 2);
}

/* Known from before a restart: readers see the slate at once. */
static void
test_remembered (StreamFixture *fixture, gconstpointer data)
{
  rooms_below.remembered = fixture->h264;
  begin (fixture);
  stream_fixture_assert_state (fixture, CAM_CAMERA_HELD);
  g_assert_true (rooms_below.is_slate_shown);
  g_assert_cmpuint (rooms_below.made, ==, 0);
  come (fixture, 5);
  assert_fed_by (fixture, 1, 5);
  stream_fixture_go_live (fixture, fixture->h264);
  stream_fixture_assert_state (fixture, CAM_CAMERA_LIVE);
}

/* The newest takes the place of who was there, once that one is gone. */
static void
test_replaced (StreamFixture *fixture, gconstpointer data)
{
  begin (fixture);
  come (fixture, 1);
  come (fixture, 2); /* while connecting */
  stream_fixture_assert_state (fixture, CAM_CAMERA_CONNECTING);
  assert_fed_by (fixture, 2, 2);
  stream_fixture_go_live (fixture, fixture->h264);
  rooms_below.is_stubborn = true;
  come (fixture, 3);
  come (fixture, 4);
  stream_fixture_assert_state (fixture, CAM_CAMERA_HELD);
  assert_fed_by (fixture, 2, 2);
  g_assert_cmpuint (rooms_below.sent_away, ==, 1);
  g_assert_cmpint (rooms_below.sent_away_last, ==, 3);
  rooms_below.is_stubborn = false;
  stream_fixture_settle (fixture);
  assert_fed_by (fixture, 3, 4);
  stream_fixture_go_live (fixture, fixture->h264);
  stream_fixture_assert_state (fixture, CAM_CAMERA_LIVE);
  g_assert_cmpuint (rooms_below.sent_away, ==, 1);
}

/* Readers of the format before are being ended: who comes then waits for that. */
static void
test_comes_while_clearing (StreamFixture *fixture, gconstpointer data)
{
  begin (fixture);
  come (fixture, 1);
  stream_fixture_go_live (fixture, fixture->h264);
  come (fixture, 2);
  stream_fixture_go_live (fixture, fixture->h265);
  stream_fixture_assert_state (fixture, CAM_CAMERA_CLEARING);
  come (fixture, 3);
  g_assert_cmpuint (rooms_below.freed, ==, 2);
  rooms_below_audience_gone ();
  stream_fixture_settle (fixture);
  stream_fixture_assert_state (fixture, CAM_CAMERA_CONNECTING);
  assert_fed_by (fixture, 3, 3);
}

static void
test_quiet (StreamFixture *fixture, gconstpointer data)
{
  fixture->camera->hold = INT64_MAX;
  begin (fixture);
  come (fixture, 1);
  stream_fixture_go_live (fixture, fixture->h264);
  for (unsigned i = 2; i < 10; i++) {
    rooms_below_quiet ();
    stream_fixture_settle (fixture);
    stream_fixture_assert_state (fixture, CAM_CAMERA_HELD);
    g_assert_true (rooms_below.is_slate_shown);
    g_assert_cmpint (rooms_below.slate_reason, ==, CAM_REASON_STALL);
    g_assert_cmpint (cam_stream_hub_get_feed (rooms_below.setup.hub), ==, CAM_FEED_NONE);
    g_assert_cmpint (cam_sender_post_judge (post), ==, CAM_SRT_REFUSAL_NONE); /* who is quiet does not count as there */
    stream_fixture_pass (fixture, 3 * SECOND);
    rooms_below_sounds ();
    stream_fixture_settle (fixture);
    stream_fixture_assert_state (fixture, CAM_CAMERA_LIVE);
    g_assert_false (rooms_below.is_slate_shown);
    g_assert_cmpint (cam_stream_hub_get_feed (rooms_below.setup.hub), ==, CAM_FEED_CAMERA);
    g_assert_cmpuint (rooms_below.gone_on, ==, i);
    g_assert_cmpint (cam_sender_post_judge (post), ==, CAM_SRT_REFUSAL_CONFLICT);
  }
  g_assert_cmpuint (rooms_below.made, ==, 1);
}

static void
test_quiet_then_ended_or_replaced (StreamFixture *fixture, gconstpointer data)
{
  begin (fixture);
  come (fixture, 1);
  stream_fixture_go_live (fixture, fixture->h264);
  rooms_below_quiet ();
  stream_fixture_settle (fixture);
  come (fixture, 2);
  assert_fed_by (fixture, 2, 2);
  stream_fixture_go_live (fixture, fixture->h264);
  rooms_below_quiet ();
  stream_fixture_end (fixture, CAM_REASON_TIMEOUT);
  stream_fixture_assert_state (fixture, CAM_CAMERA_HELD);
  g_assert_cmpint (rooms_below.slate_reason, ==, CAM_REASON_TIMEOUT);
  stream_fixture_pass (fixture, 5 * SECOND);
  g_assert_cmpuint (rooms_below.made, ==, 2);
}

/* A parked worker that went quiet before its turn came is no live one. */
static void
test_quiet_while_parked (StreamFixture *fixture, gconstpointer data)
{
  begin (fixture);
  come (fixture, 1);
  stream_fixture_go_live (fixture, fixture->h264);
  come (fixture, 2);
  stream_fixture_go_live (fixture, fixture->h265);
  rooms_below_quiet ();
  stream_fixture_settle (fixture);
  rooms_below_audience_gone ();
  stream_fixture_settle (fixture);
  stream_fixture_assert_state (fixture, CAM_CAMERA_HELD);
  rooms_below_sounds ();
  stream_fixture_settle (fixture);
  stream_fixture_assert_state (fixture, CAM_CAMERA_LIVE);
}

/* A sender has no log-in that other streams could learn from. */
static void
test_log_in_is_nobodys (StreamFixture *fixture, gconstpointer data)
{
  fixture->camera->streams[CAM_STREAM_MAIN].password = cam_secret_new ("a passphrase", -1);
  begin (fixture);
  for (int i = 1; i < 4; i++) {
    come (fixture, i);
    rooms_below.setup.events->established (rooms_below.setup.generation, rooms_below.setup.data);
    stream_fixture_settle (fixture);
    g_assert_cmpuint (rooms_below.talking, ==, (unsigned) i);
    stream_fixture_end (fixture, CAM_REASON_AUTH);
    stream_fixture_assert_state (fixture, CAM_CAMERA_LISTENING);
  }
}

static void
test_disabled (StreamFixture *fixture, gconstpointer data)
{
  fixture->camera->enabled = false;
  begin (fixture);
  g_assert_cmpint (cam_sender_post_judge (post), ==, CAM_SRT_REFUSAL_AWAY);
  come (fixture, 1);
  g_assert_cmpuint (rooms_below.sent_away, ==, 1);
  cam_stream_session_enable (fixture->session);
  stream_fixture_assert_state (fixture, CAM_CAMERA_LISTENING);
  come (fixture, 2);
  stream_fixture_go_live (fixture, fixture->h264);
  cam_stream_session_disable (fixture->session);
  come (fixture, 3);
  g_assert_cmpuint (rooms_below.sent_away, ==, 2);
  cam_stream_session_enable (fixture->session);
  come (fixture, 4); /* while the readers of before are ended */
  rooms_below_audience_gone ();
  stream_fixture_settle (fixture);
  stream_fixture_assert_state (fixture, CAM_CAMERA_CONNECTING);
  assert_fed_by (fixture, 2, 4);
}

#define ADD(name, function) g_test_add ("/stream-senders/" name, StreamFixture, NULL, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  cam_log_init (CAM_LOG_ERROR);
  ADD ("listens", test_listens);
  ADD ("ended-before-live", test_ended_before_live);
  ADD ("lost-and-back", test_lost_and_back);
  ADD ("hold-over", test_hold_over);
  ADD ("remembered", test_remembered);
  ADD ("replaced", test_replaced);
  ADD ("comes-while-clearing", test_comes_while_clearing);
  ADD ("quiet", test_quiet);
  ADD ("quiet-then-ended-or-replaced", test_quiet_then_ended_or_replaced);
  ADD ("quiet-while-parked", test_quiet_while_parked);
  ADD ("log-in-is-nobodys", test_log_in_is_nobodys);
  ADD ("disabled", test_disabled);
  return g_test_run ();
}
