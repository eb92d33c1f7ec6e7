#include "core/log.h"
#include "media/payload-pool.h"
#include "stream-fixture.h"
#include "supervise/stream-health.h"

static CamStreamStatus *
describe (StreamFixture *fixture)
{
  g_autoptr (CamStatus) whole = cam_status_new ();
  return cam_stream_session_describe (fixture->session, whole, false);
}

static void
test_before_anything (StreamFixture *fixture, gconstpointer data)
{
  g_free (fixture->camera->streams[CAM_STREAM_MAIN].url);
  fixture->camera->streams[CAM_STREAM_MAIN].url = g_strdup ("rtsp://[2001:db8::7]:8554/secret/path?token=x");
  fixture->session = cam_stream_session_new (&fixture->place, fixture->camera, CAM_STREAM_MAIN);
  g_autoptr (CamStreamStatus) status = describe (fixture);
  g_assert_true (status->camera == fixture->camera);
  g_assert_cmpint (status->state, ==, CAM_CAMERA_OFF);
  g_assert_cmpint (status->reason, ==, CAM_REASON_NONE);
  g_assert_cmpstr (status->detail, ==, "");
  g_assert_cmpstr (status->peer, ==, "[2001:db8::7]:8554");
  g_assert_cmpstr (status->transport, ==, "");
  g_assert_null (status->description);
  g_assert_null (status->metadata);
  g_assert_cmpint (status->last_unit_us, ==, 0);
  g_assert_cmpint (llabs (status->since_unix_us - g_get_real_time ()), <, 60 * SECOND);
}

static void
test_life (StreamFixture *fixture, gconstpointer data)
{
  stream_fixture_begin (fixture);
  rooms_below.counters = (CamIngestCounters) { .bytes = 1000, .packets_lost = 3, .malformed = 1, .drops = { 4, 5, 6, 7 }, .drift_ppm = 20, .has_srt = true };
  rooms_below.readers = 7;
  stream_fixture_go_live (fixture, fixture->h264);
  g_autoptr (CamStreamStatus) live = describe (fixture);
  g_assert_cmpint (live->state, ==, CAM_CAMERA_LIVE);
  g_assert_cmpint (live->reason, ==, CAM_REASON_NONE);
  g_assert_cmpstr (live->peer, ==, "192.0.2.1:554");
  g_assert_cmpstr (live->transport, ==, "tcp");
  g_assert_true (live->description == fixture->h264);
  g_assert_cmpuint (live->connects, ==, 1);
  g_assert_cmpuint (live->bytes_in, ==, 1000);
  g_assert_cmpuint (live->packets_lost, ==, 3);
  g_assert_cmpuint (live->malformed, ==, 1);
  g_assert_cmpuint (live->drops[CAM_DROP_DAMAGE], ==, 7);
  g_assert_cmpint (live->drift_ppm, ==, 20);
  g_assert_true (live->has_srt);
  g_assert_cmpuint (live->readers, ==, 7);
  g_assert_cmpint (live->slate_us, ==, 0);

  stream_fixture_pass (fixture, 30 * SECOND);
  stream_fixture_end (fixture, CAM_REASON_RESET);
  stream_fixture_refuse (fixture);
  g_autoptr (CamStreamStatus) lost = describe (fixture);
  g_assert_cmpint (lost->state, ==, CAM_CAMERA_HELD);
  g_assert_cmpint (lost->reason, ==, CAM_REASON_REFUSED);
  g_assert_cmpstr (lost->detail, ==, "because");
  g_assert_cmpuint (lost->ends[CAM_REASON_RESET], ==, 1);
  g_assert_cmpuint (lost->ends[CAM_REASON_REFUSED], ==, 1);
  g_assert_cmpuint (lost->connects, ==, 1);
  g_assert_cmpint (lost->since_unix_us, >=, live->since_unix_us);

  /* What the workers that are over counted is kept, and the new one's comes on top. */
  stream_fixture_pass (fixture, 5 * SECOND);
  rooms_below_open_door ();
  stream_fixture_settle (fixture);
  rooms_below.counters = (CamIngestCounters) { .bytes = 500 };
  stream_fixture_go_live (fixture, fixture->h264);
  g_autoptr (CamStreamStatus) back = describe (fixture);
  g_assert_cmpint (back->state, ==, CAM_CAMERA_LIVE);
  g_assert_cmpstr (back->detail, ==, "");
  g_assert_cmpuint (back->connects, ==, 2);
  g_assert_cmpuint (back->drops[CAM_DROP_GATE], ==, 4 * (rooms_below.made - 1));
  g_assert_cmpint (back->drift_ppm, ==, 0);
  g_assert_false (back->has_srt);
  g_assert_cmpuint (back->bytes_in, ==, 1000 * (rooms_below.made - 1) + 500);
  g_assert_cmpint (back->slate_us, >=, 5 * SECOND);
  g_assert_cmpint (back->slate_us, <=, 8 * SECOND);
  stream_fixture_pass (fixture, 30 * SECOND);
  g_autoptr (CamStreamStatus) later = describe (fixture);
  g_assert_cmpint (later->slate_us, ==, back->slate_us);
}

/* What readers were given and had to give back was given: totals do not fall. */
static void
test_readers (StreamFixture *fixture, gconstpointer data)
{
  stream_fixture_begin (fixture);
  stream_fixture_go_live (fixture, fixture->h264);
  rooms_below.readers = 3;
  rooms_below.mount = (CamMountView) { .units = 100, .bytes = 5000, .units_left_out = 4, .lagging = 1, .first_pictures = { .counts = { 2 }, .sum_s = 0.001 } };
  g_autoptr (CamStreamStatus) before = describe (fixture);
  g_assert_cmpuint (before->readers, ==, 3);
  g_assert_cmpuint (before->lagging, ==, 1);
  g_assert_cmpuint (before->units_out, ==, 100);
  g_assert_cmpuint (before->bytes_out, ==, 5000);
  g_assert_cmpuint (before->units_left_out, ==, 4);
  g_assert_cmpuint (before->first_pictures.counts[0], ==, 2);
  g_assert_cmpuint (before->shed_level, ==, 0);
  rooms_below.mount.units = 90;
  rooms_below.mount.bytes = 4000;
  rooms_below.mount.is_shed = true;
  g_autoptr (CamStreamStatus) after = describe (fixture);
  g_assert_cmpuint (after->units_out, ==, 100);
  g_assert_cmpuint (after->bytes_out, ==, 5000);
  g_assert_cmpuint (after->shed_level, ==, 1);
}

typedef struct {
  StreamFixture *fixture;
  CamStreamHub *hub;
  CamPayloadPool *pool;
  int64_t dts_ns;
} Camera;

static void
bring (Camera *self, unsigned pictures)
{
  for (unsigned i = 0; i < pictures; i++) {
    g_auto (CamAccessUnit) unit = { .track = CAM_TRACK_VIDEO, .is_key = i == 0, .payload = cam_payload_pool_take (self->pool, 100) };
    unit.pts_ns = unit.dts_ns = self->dts_ns += 1000000;
    unit.arrived_us = self->fixture->hand.now_us;
    cam_stream_hub_push (self->hub, &unit, 0);
  }
}

/* One second of a camera, and the look at it. */
static CamHealth
pass_second (Camera *self, unsigned pictures)
{
  g_autoptr (CamStatus) whole = cam_status_new ();
  stream_fixture_pass (self->fixture, 900 * 1000); /* which takes 100 ms of its own */
  bring (self, pictures);
  whole->monotonic_us = self->fixture->hand.now_us;
  g_autoptr (CamStreamStatus) status = cam_stream_session_describe (self->fixture->session, whole, true);
  return status->health;
}

/* A camera that sends a third of its pictures is degraded, one that is away has failed, and what is shown meanwhile is no sign of life. */
static void
test_health (StreamFixture *fixture, gconstpointer data)
{
  stream_fixture_begin (fixture);
  Camera camera = { .fixture = fixture, .hub = rooms_below.setup.hub, .pool = cam_payload_pool_new (1 << 20, NULL) };
  g_assert_cmpint (pass_second (&camera, 0), ==, CAM_HEALTH_FAILED);
  stream_fixture_go_live (fixture, fixture->h264);
  for (unsigned i = 0; i < 20; i++)
    g_assert_cmpint (pass_second (&camera, 25), ==, CAM_HEALTH_OK);
  unsigned seconds = 1;
  while (pass_second (&camera, 8) == CAM_HEALTH_OK)
    seconds++;
  g_assert_cmpuint (seconds, <=, 4);
  g_autoptr (CamStreamStatus) slow = describe (fixture);
  g_assert_cmpuint (slow->ailments, ==, CAM_AILMENT_SLOW);
  g_assert_cmpfloat (slow->usual_fps, >, 24);
  g_assert_cmpfloat (slow->key_interval_s, >, 0.9);
  stream_fixture_end (fixture, CAM_REASON_STALL);
  g_assert_cmpint (pass_second (&camera, 0), ==, CAM_HEALTH_FAILED);
  g_autoptr (CamStreamStatus) lost = describe (fixture);
  g_assert_cmpuint (lost->ailments, ==, 0);
  g_assert_cmpfloat (lost->fps, ==, 0);
  g_assert_cmpfloat (lost->usual_fps, ==, slow->usual_fps);
  cam_payload_pool_unref (camera.pool);
}

static void
test_repeated_reconnects (StreamFixture *fixture, gconstpointer data)
{
  stream_fixture_begin (fixture);
  Camera camera = { .fixture = fixture, .hub = rooms_below.setup.hub, .pool = cam_payload_pool_new (1 << 20, NULL) };
  for (unsigned i = 0; i <= CAM_RECONNECTS_ILL; i++) {
    if (i > 0)
      stream_fixture_end (fixture, CAM_REASON_RESET);
    stream_fixture_go_live (fixture, fixture->h264);
    CamHealth health = pass_second (&camera, 25);
    g_assert_cmpint (health, ==, i < CAM_RECONNECTS_ILL ? CAM_HEALTH_OK : CAM_HEALTH_DEGRADED);
    pass_second (&camera, 25);
    pass_second (&camera, 25);
  }
  cam_payload_pool_unref (camera.pool);
}

/* Silence on a connection that stands is no new connection. */
static void
test_quiet (StreamFixture *fixture, gconstpointer data)
{
  stream_fixture_begin (fixture);
  stream_fixture_go_live (fixture, fixture->h264);
  rooms_below_quiet ();
  stream_fixture_settle (fixture);
  g_autoptr (CamStreamStatus) quiet = describe (fixture);
  g_assert_cmpint (quiet->state, ==, CAM_CAMERA_HELD);
  g_assert_cmpint (quiet->reason, ==, CAM_REASON_STALL);
  rooms_below_sounds ();
  stream_fixture_settle (fixture);
  g_autoptr (CamStreamStatus) again = describe (fixture);
  g_assert_cmpint (again->state, ==, CAM_CAMERA_LIVE);
  g_assert_cmpuint (again->connects, ==, 1);
}

static void
test_no_slate (StreamFixture *fixture, gconstpointer data)
{
  fixture->camera->slate = CAM_SLATE_NONE;
  stream_fixture_begin (fixture);
  stream_fixture_go_live (fixture, fixture->h264);
  stream_fixture_end (fixture, CAM_REASON_CLOSED);
  stream_fixture_pass (fixture, 5 * SECOND);
  g_autoptr (CamStreamStatus) status = describe (fixture);
  g_assert_cmpint (status->slate_us, ==, 0);
}

static void
test_disabled (StreamFixture *fixture, gconstpointer data)
{
  stream_fixture_begin (fixture);
  stream_fixture_refuse (fixture);
  cam_stream_session_disable (fixture->session);
  stream_fixture_settle (fixture);
  g_autoptr (CamStreamStatus) status = describe (fixture);
  g_assert_cmpint (status->reason, ==, CAM_REASON_NONE);
  g_assert_cmpstr (status->detail, ==, "");
  g_assert_cmpstr (cam_camera_state_word (status->state), ==, "disabled");
  rooms_below.is_prompt = true;
  if (rooms_below.audience_done != NULL)
    rooms_below_audience_gone ();
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  cam_log_init (CAM_LOG_ERROR);
#define ADD(name, func) g_test_add ("/stream-chart/" name, StreamFixture, NULL, stream_fixture_set_up, func, stream_fixture_tear_down)
  ADD ("before-anything", test_before_anything);
  ADD ("life", test_life);
  ADD ("readers", test_readers);
  ADD ("health", test_health);
  ADD ("repeated-reconnects", test_repeated_reconnects);
  ADD ("quiet", test_quiet);
  ADD ("no-slate", test_no_slate);
  ADD ("disabled", test_disabled);
  return g_test_run ();
}
