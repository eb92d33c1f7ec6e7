/* A stream whose camera's configuration changes. */
#include "core/log.h"
#include "stream-fixture.h"

static void
tear_down (StreamFixture *fixture, gconstpointer data)
{
  stream_fixture_tear_down (fixture, data);
  cam_sender_roll_free (fixture->place.senders);
}

static void
set_up (StreamFixture *fixture, gconstpointer data)
{
  stream_fixture_set_up (fixture, data);
  fixture->place.senders = cam_sender_roll_new (CAM_TAKEOVER_NEWEST);
}

/* The same camera with another URL, to be changed before it is given to the stream. (transfer full) */
static CamCameraConfig *
copy_camera (const StreamFixture *fixture, const char *url)
{
  CamCameraConfig *copy = cam_camera_config_new ("driveway");
  copy->streams[CAM_STREAM_MAIN].url = g_strdup (url != NULL ? url : fixture->camera->streams[CAM_STREAM_MAIN].url);
  copy->backoff = fixture->camera->backoff;
  copy->auth_backoff = fixture->camera->auth_backoff;
  copy->hold = fixture->camera->hold;
  return copy;
}

/* @camera: (transfer full). */
static void
configure (StreamFixture *fixture, CamCameraConfig *camera, CamKeyEffect effect)
{
  cam_stream_session_configure (fixture->session, camera, effect, NULL);
  cam_camera_config_unref (fixture->camera);
  fixture->camera = camera;
  stream_fixture_settle (fixture);
}

static void
begin_live (StreamFixture *fixture)
{
  stream_fixture_begin (fixture);
  stream_fixture_go_live (fixture, fixture->h264);
  stream_fixture_assert_state (fixture, CAM_CAMERA_LIVE);
}

static void
test_live (StreamFixture *fixture, gconstpointer data)
{
  begin_live (fixture);
  configure (fixture, copy_camera (fixture, NULL), CAM_EFFECT_LIVE);
  stream_fixture_assert_state (fixture, CAM_CAMERA_LIVE);
  g_assert_cmpuint (rooms_below.reconfigured, ==, 1);
  g_assert_true (rooms_below.camera == fixture->camera);
  g_assert_cmpuint (rooms_below.made, ==, 1);
  g_assert_cmpuint (rooms_below.published, ==, 1);
  stream_fixture_end (fixture, CAM_REASON_TIMEOUT);
  stream_fixture_pass (fixture, SECOND);
  g_assert_cmpuint (rooms_below.made, ==, 2);
  g_assert_true (rooms_below.setup.camera == fixture->camera); /* the next worker is made as it says */
}

static void
test_reconnects_while_live (StreamFixture *fixture, gconstpointer data)
{
  begin_live (fixture);
  configure (fixture, copy_camera (fixture, "rtsp://192.0.2.2/main"), CAM_EFFECT_RECONNECTS);
  stream_fixture_assert_state (fixture, CAM_CAMERA_HELD);
  g_assert_true (rooms_below.is_slate_shown);
  g_assert_cmpuint (rooms_below.made, ==, 2);
  g_assert_cmpuint (rooms_below.freed, ==, 1);
  g_assert_true (rooms_below.setup.camera == fixture->camera);
  stream_fixture_go_live (fixture, fixture->h264);
  stream_fixture_assert_state (fixture, CAM_CAMERA_LIVE);
  g_assert_cmpuint (rooms_below.audiences_ended, ==, 0);
  g_assert_cmpuint (rooms_below.published, ==, 1);
}

/* The old worker does not end: the new one waits, and is made as the newest configuration says. */
static void
test_reconnects_wait_for_the_old_worker (StreamFixture *fixture, gconstpointer data)
{
  begin_live (fixture);
  rooms_below.is_stubborn = true;
  configure (fixture, copy_camera (fixture, "rtsp://192.0.2.2/main"), CAM_EFFECT_RECONNECTS);
  configure (fixture, copy_camera (fixture, "rtsp://192.0.2.3/main"), CAM_EFFECT_RECONNECTS);
  g_assert_cmpuint (rooms_below.made, ==, 1);
  rooms_below.is_stubborn = false;
  stream_fixture_pass (fixture, SECOND);
  g_assert_cmpuint (rooms_below.made, ==, 2);
  g_assert_true (rooms_below.setup.camera == fixture->camera);
}

/* A camera that refuses is dialled in the new way at once, whatever the old one asked for. */
static void
test_reconnects_while_waiting (StreamFixture *fixture, gconstpointer data)
{
  stream_fixture_begin (fixture);
  stream_fixture_end (fixture, CAM_REASON_AUTH);
  stream_fixture_assert_state (fixture, CAM_CAMERA_WAITING);
  CamCameraConfig *camera = copy_camera (fixture, NULL);
  camera->streams[CAM_STREAM_MAIN].username = g_strdup ("bob");
  configure (fixture, camera, CAM_EFFECT_RECONNECTS);
  stream_fixture_assert_state (fixture, CAM_CAMERA_CONNECTING);
  g_assert_cmpuint (rooms_below.made, ==, 2);
}

static void
test_remounts (StreamFixture *fixture, gconstpointer data)
{
  begin_live (fixture);
  configure (fixture, copy_camera (fixture, NULL), CAM_EFFECT_REMOUNTS);
  stream_fixture_assert_state (fixture, CAM_CAMERA_CLEARING);
  g_assert_cmpuint (rooms_below.audiences_ended, ==, 1);
  g_assert_cmpuint (rooms_below.published, ==, 1); /* the last reader is not gone */
  rooms_below_audience_gone ();
  stream_fixture_pass (fixture, SECOND);
  g_assert_cmpuint (rooms_below.published, ==, 2);
  g_assert_cmpuint (rooms_below.mounts_ended, ==, 0);
  g_assert_cmpuint (rooms_below.made, ==, 2);
  stream_fixture_go_live (fixture, fixture->h264);
  stream_fixture_assert_state (fixture, CAM_CAMERA_LIVE);
}

/* It is removed before the last reader of what it was has gone: no mount is made anew that nobody would end. */
static void
test_remounts_and_is_removed (StreamFixture *fixture, gconstpointer data)
{
  begin_live (fixture);
  configure (fixture, copy_camera (fixture, NULL), CAM_EFFECT_REMOUNTS);
  stream_fixture_assert_state (fixture, CAM_CAMERA_CLEARING);
  cam_stream_session_remove (fixture->session);
  rooms_below_audience_gone ();
  stream_fixture_pass (fixture, SECOND);
  rooms_below_audience_gone ();
  stream_fixture_pass (fixture, SECOND);
  stream_fixture_assert_state (fixture, CAM_CAMERA_GONE);
  g_assert_cmpuint (rooms_below.published, ==, 1);
  g_assert_cmpuint (rooms_below.mounts_ended, ==, 1);
}

static void
test_disabled_and_enabled (StreamFixture *fixture, gconstpointer data)
{
  begin_live (fixture);
  CamCameraConfig *camera = copy_camera (fixture, NULL);
  camera->enabled = false;
  configure (fixture, camera, CAM_EFFECT_REMOUNTS);
  rooms_below_audience_gone ();
  stream_fixture_settle (fixture);
  stream_fixture_assert_state (fixture, CAM_CAMERA_OFF);
  configure (fixture, copy_camera (fixture, NULL), CAM_EFFECT_REMOUNTS);
  stream_fixture_assert_state (fixture, CAM_CAMERA_CONNECTING);
  g_assert_cmpuint (rooms_below.made, ==, 2);
}

static void
test_becomes_passive_and_back (StreamFixture *fixture, gconstpointer data)
{
  begin_live (fixture);
  g_assert_null (cam_sender_roll_find (fixture->place.senders, "driveway", CAM_STREAM_MAIN));
  configure (fixture, copy_camera (fixture, "srt:"), CAM_EFFECT_RECONNECTS);
  stream_fixture_assert_state (fixture, CAM_CAMERA_HELD);
  g_assert_cmpuint (rooms_below.made, ==, 1);
  CamSenderPost *post = cam_sender_roll_find (fixture->place.senders, "driveway", CAM_STREAM_MAIN);
  g_assert_cmpint (cam_sender_post_judge (post), ==, CAM_SRT_REFUSAL_NONE);
  cam_stream_session_take_sender (fixture->session, 7, "192.0.2.9:4000");
  stream_fixture_settle (fixture);
  g_assert_cmpuint (rooms_below.made, ==, 2);
  g_assert_true (rooms_below.setup.has_srt_sender);
  configure (fixture, copy_camera (fixture, "rtsp://192.0.2.2/main"), CAM_EFFECT_RECONNECTS);
  g_assert_cmpint (cam_sender_post_judge (post), ==, CAM_SRT_REFUSAL_AWAY);
  g_clear_pointer (&post, cam_sender_post_unref);
  g_assert_null (cam_sender_roll_find (fixture->place.senders, "driveway", CAM_STREAM_MAIN));
  g_assert_cmpuint (rooms_below.made, ==, 3);
  g_assert_false (rooms_below.setup.has_srt_sender);
}

static void
test_on_demand_becomes_always (StreamFixture *fixture, gconstpointer data)
{
  fixture->camera->streams[CAM_STREAM_MAIN].start = CAM_START_ON_DEMAND;
  stream_fixture_begin (fixture);
  stream_fixture_assert_state (fixture, CAM_CAMERA_IDLE);
  configure (fixture, copy_camera (fixture, NULL), CAM_EFFECT_LIVE);
  stream_fixture_assert_state (fixture, CAM_CAMERA_CONNECTING);
  g_assert_cmpuint (rooms_below.made, ==, 1);
}

#define ADD(name, function) g_test_add ("/stream-change/" name, StreamFixture, NULL, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  cam_log_init (CAM_LOG_ERROR);
  ADD ("live", test_live);
  ADD ("reconnects-while-live", test_reconnects_while_live);
  ADD ("reconnects-wait-for-the-old-worker", test_reconnects_wait_for_the_old_worker);
  ADD ("reconnects-while-waiting", test_reconnects_while_waiting);
  ADD ("remounts", test_remounts);
  ADD ("remounts-and-is-removed", test_remounts_and_is_removed);
  ADD ("disabled-and-enabled", test_disabled_and_enabled);
  ADD ("becomes-passive-and-back", test_becomes_passive_and_back);
  ADD ("on-demand-becomes-always", test_on_demand_becomes_always);
  return g_test_run ();
}
