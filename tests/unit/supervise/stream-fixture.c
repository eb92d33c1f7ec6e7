#include "stream-fixture.h"

/* Far ahead of the real clock, so that no source fires by itself: the test turns everything by hand. */
#define BEGIN_US (INT64_C (1) << 60)

static int64_t
read_hand (const CamClock *clock)
{
  return ((const HandClock *) clock)->now_us;
}

CamStreamDescription *
stream_fixture_new_description (CamCodec codec)
{
  g_autoptr (CamTrack) track = cam_track_new (codec);
  return cam_stream_description_new (track, NULL);
}

void
stream_fixture_settle (StreamFixture *self)
{
  for (int i = 0; i < 20; i++) {
    while (g_main_context_iteration (NULL, FALSE))
      ;
    self->hand.now_us += 5000;
    cam_reaper_turn (self->place.reaper);
    cam_connection_governor_tick (self->place.governor);
    cam_stream_session_tick (self->session);
  }
}

void
stream_fixture_pass (StreamFixture *self, int64_t us)
{
  self->hand.now_us += us;
  stream_fixture_settle (self);
}

void
stream_fixture_set_up (StreamFixture *self, gconstpointer data)
{
  rooms_below_reset ();
  self->hand = (HandClock) { .clock = { .now_us = read_hand }, .now_us = BEGIN_US };
  self->h264 = stream_fixture_new_description (CAM_CODEC_H264);
  self->h265 = stream_fixture_new_description (CAM_CODEC_H265);
  self->camera = cam_camera_config_new ("driveway");
  self->camera->streams[CAM_STREAM_MAIN].url = g_strdup ("rtsp://192.0.2.1/main");
  self->camera->backoff = (CamDurationRange) { .shortest_us = SECOND, .longest_us = 60 * SECOND };
  self->camera->auth_backoff = (CamDurationRange) { .shortest_us = 60 * SECOND, .longest_us = 900 * SECOND };
  self->camera->hold = 10 * SECOND;
  self->place = (CamStreamPlace) {
    .reaper = cam_reaper_new (&self->hand.clock, NULL, NULL),
    .inbox = cam_main_inbox_new (&self->hand.clock),
    .governor = cam_connection_governor_new (&self->hand.clock, (CamCountPair) { .all = 32, .per_host = 4 }),
    .logins = cam_login_guard_new (),
    .ledger = cam_session_ledger_new (&(CamSessionLedgerSetup) { .folder = NULL }),
    .clock = &self->hand.clock,
  };
}

void
stream_fixture_begin (StreamFixture *self)
{
  self->session = cam_stream_session_new (&self->place, self->camera, CAM_STREAM_MAIN);
  cam_stream_session_start (self->session);
  stream_fixture_settle (self);
}

void
stream_fixture_tear_down (StreamFixture *self, gconstpointer data)
{
  rooms_below.is_stubborn = false;
  cam_stream_session_remove (self->session);
  cam_stream_session_remove (self->session);
  stream_fixture_settle (self);
  while (rooms_below.audience_done != NULL) {
    rooms_below_audience_gone ();
    stream_fixture_settle (self);
  }
  stream_fixture_assert_state (self, CAM_CAMERA_GONE);
  g_assert_cmpuint (rooms_below.mounts_ended, ==, 1);
  g_assert_cmpuint (rooms_below.made, ==, rooms_below.freed);
  g_assert_cmpuint (rooms_below.knocking, ==, 0);
  cam_stream_session_free (self->session);
  cam_session_ledger_free (self->place.ledger);
  cam_connection_governor_free (self->place.governor);
  cam_login_guard_free (self->place.logins);
  cam_reaper_free (self->place.reaper);
  cam_main_inbox_close (self->place.inbox);
  cam_main_inbox_unref (self->place.inbox);
  cam_camera_config_unref (self->camera);
  cam_stream_description_unref (self->h264);
  cam_stream_description_unref (self->h265);
}

void
stream_fixture_assert_state (StreamFixture *self, CamCameraState state)
{
  g_assert_cmpint (cam_stream_session_get_state (self->session), ==, state);
}

void
stream_fixture_go_live (StreamFixture *self, CamStreamDescription *description)
{
  rooms_below_live (description);
  stream_fixture_settle (self);
}

void
stream_fixture_end (StreamFixture *self, CamReason reason)
{
  rooms_below_ended (reason);
  stream_fixture_settle (self);
}

void
stream_fixture_refuse (StreamFixture *self)
{
  rooms_below_not_accepted (CAM_REASON_REFUSED);
  stream_fixture_settle (self);
}
