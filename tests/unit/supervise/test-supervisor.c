#include "supervise/supervisor.h"

#include "core/log.h"
#include "rooms-below.h"

/* Loops are only told apart here, never used. */
static char loop_a, loop_b;
static CamLoopThread *const loops[] = { (CamLoopThread *) &loop_a, (CamLoopThread *) &loop_b };

typedef struct {
  CamConfigSet *config;
  CamSupervisor *supervisor;
} Fixture;

static CamConfigSet *
new_config (void)
{
  CamConfigSet *config = g_atomic_rc_box_new0 (CamConfigSet);
  config->cameras = g_ptr_array_new_with_free_func ((GDestroyNotify) cam_camera_config_unref);
  return config;
}

static void
add_camera (CamConfigSet *config, const char *name, bool is_enabled, bool has_sub)
{
  CamCameraConfig *camera = cam_camera_config_new (name);
  camera->enabled = is_enabled;
  camera->streams[CAM_STREAM_MAIN].url = g_strdup ("test:");
  camera->streams[CAM_STREAM_SUB].url = has_sub ? g_strdup ("test:") : NULL;
  camera->backoff = (CamDurationRange) { .shortest_us = G_USEC_PER_SEC, .longest_us = 60 * G_USEC_PER_SEC };
  g_ptr_array_add (config->cameras, camera);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  rooms_below_reset ();
  rooms_below.is_prompt = true;
  rooms_below.loops = g_ptr_array_new ();
  fixture->config = new_config ();
  fixture->supervisor = cam_supervisor_new (&(CamSupervisorSetup) { .loops = loops, .n_loops = G_N_ELEMENTS (loops), .clock = cam_clock_monotonic () });
}

static void
await (const unsigned *count, unsigned wanted)
{
  int64_t deadline_us = g_get_monotonic_time () + 10 * G_USEC_PER_SEC;
  while (*count < wanted && g_get_monotonic_time () < deadline_us)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (*count, ==, wanted);
}

static void
stop (Fixture *fixture)
{
  cam_supervisor_stop (fixture->supervisor);
  cam_supervisor_stop (fixture->supervisor);
  int64_t deadline_us = g_get_monotonic_time () + 10 * G_USEC_PER_SEC;
  while (!cam_supervisor_is_gone (fixture->supervisor) && g_get_monotonic_time () < deadline_us)
    g_main_context_iteration (NULL, TRUE);
  g_assert_true (cam_supervisor_is_gone (fixture->supervisor));
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  stop (fixture);
  cam_supervisor_free (fixture->supervisor);
  g_ptr_array_unref (fixture->config->cameras);
  g_atomic_rc_box_release (fixture->config);
  g_ptr_array_unref (rooms_below.loops);
}

static void
test_no_camera (Fixture *fixture, gconstpointer data)
{
  cam_supervisor_start (fixture->supervisor, fixture->config);
  unsigned connected = 9, total = 9;
  cam_supervisor_count (fixture->supervisor, &connected, &total);
  g_assert_cmpuint (connected, ==, 0);
  g_assert_cmpuint (total, ==, 0);
}

static void
test_spread_and_counted (Fixture *fixture, gconstpointer data)
{
  add_camera (fixture->config, "a", true, true);
  add_camera (fixture->config, "b", false, false);
  add_camera (fixture->config, "c", true, false);
  cam_supervisor_start (fixture->supervisor, fixture->config);
  g_assert_cmpuint (rooms_below.published, ==, 4);
  await (&rooms_below.made, 3);
  /* Both streams of a camera share a loop; the next camera that is dialled has the next one. Main streams are dialled first. */
  g_assert_true (g_ptr_array_index (rooms_below.loops, 0) == loops[0]);
  g_assert_true (g_ptr_array_index (rooms_below.loops, 1) == loops[1]);
  g_assert_true (g_ptr_array_index (rooms_below.loops, 2) == loops[0]);

  g_autoptr (CamTrack) track = cam_track_new (CAM_CODEC_H264);
  g_autoptr (CamStreamDescription) description = cam_stream_description_new (track, NULL);
  rooms_below_live (description);
  await (&rooms_below.gone_on, 1);
  unsigned connected, total;
  cam_supervisor_count (fixture->supervisor, &connected, &total);
  g_assert_cmpuint (connected, ==, 1);
  g_assert_cmpuint (total, ==, 3);

  stop (fixture);
  g_assert_cmpuint (rooms_below.freed, ==, 3);
  g_assert_cmpuint (rooms_below.mounts_ended, ==, 4);
}

/* Without SRT there are no doors, and nothing to close. */
static void
test_no_doors (Fixture *fixture, gconstpointer data)
{
  cam_supervisor_start (fixture->supervisor, fixture->config);
  g_assert_true (cam_supervisor_open_doors (fixture->supervisor, fixture->config, NULL));
  g_assert_null (cam_supervisor_get_srt_addresses (fixture->supervisor));
  cam_supervisor_close_doors (fixture->supervisor);
  g_assert_cmpuint (rooms_below.doors_closed, ==, 0);
}

static void
set_up_srt (Fixture *fixture, gconstpointer data)
{
  static char poller; /* handed on, never used */
  set_up (fixture, data);
  cam_supervisor_free (fixture->supervisor);
  fixture->supervisor = cam_supervisor_new (
      &(CamSupervisorSetup) { .loops = loops, .n_loops = G_N_ELEMENTS (loops), .srt = (CamSrtPoller *) &poller, .clock = cam_clock_monotonic () });
}

static void
test_senders_find_their_stream (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  add_camera (fixture->config, "a", true, false);
  add_camera (fixture->config, "b", true, true);
  CamCameraConfig *camera = g_ptr_array_index (fixture->config->cameras, 1);
  g_free (camera->streams[CAM_STREAM_SUB].url);
  camera->streams[CAM_STREAM_SUB].url = g_strdup ("srt:");
  cam_supervisor_start (fixture->supervisor, fixture->config);
  await (&rooms_below.made, 2); /* what is dialled */
  rooms_below.has_no_address = true;
  g_assert_false (cam_supervisor_open_doors (fixture->supervisor, fixture->config, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE);
  rooms_below.has_no_address = false;
  g_assert_true (cam_supervisor_open_doors (fixture->supervisor, fixture->config, NULL));
  g_assert_cmpstr (cam_supervisor_get_srt_addresses (fixture->supervisor)[0], ==, "srt://[::]:9710");

  g_autoptr (CamSenderPost) post = cam_sender_roll_find (rooms_below.doors.senders, "b", CAM_STREAM_SUB);
  rooms_below.doors.sender (post, 42, "192.0.2.9:4000", rooms_below.doors.data);
  await (&rooms_below.made, 3);
  g_assert_true (rooms_below.setup.camera == camera);
  g_assert_cmpuint (rooms_below.setup.stream, ==, CAM_STREAM_SUB);
  g_assert_true (rooms_below.setup.has_srt_sender && rooms_below.setup.srt_sender == 42);
  cam_supervisor_close_doors (fixture->supervisor);
  cam_supervisor_close_doors (fixture->supervisor);
  g_assert_cmpuint (rooms_below.doors_closed, ==, 2);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  cam_log_init (CAM_LOG_ERROR);
  g_test_add ("/supervisor/no-camera", Fixture, NULL, set_up, test_no_camera, tear_down);
  g_test_add ("/supervisor/spread-and-counted", Fixture, NULL, set_up, test_spread_and_counted, tear_down);
  g_test_add ("/supervisor/no-doors", Fixture, NULL, set_up, test_no_doors, tear_down);
  g_test_add ("/supervisor/senders-find-their-stream", Fixture, NULL, set_up_srt, test_senders_find_their_stream, tear_down);
  return g_test_run ();
}
