#include "supervise/supervisor.h"

#include <time.h>

#include "core/log.h"

enum { STREAMS = 200, ROUNDS = 20 };
#define BAR_US 5000 /* of M's time for one status */
#define DEADLINE_US (20 * G_USEC_PER_SEC)

/* Of this thread: whatever else the machine does is no cost of ours. */
static int64_t
read_work_us (void)
{
  struct timespec time;
  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &time);
  return (int64_t) time.tv_sec * G_USEC_PER_SEC + time.tv_nsec / 1000;
}

/* They wait for somebody who wants them. */
static CamConfigSet *
new_config (void)
{
  CamConfigSet *config = cam_config_set_new ();
  g_strfreev (config->server.listen);
  config->server.listen = g_strsplit ("127.0.0.1:0", " ", 0);
  for (unsigned i = 0; i < STREAMS; i++) {
    g_autofree char *name = g_strdup_printf ("camera-%u", i);
    CamCameraConfig *camera = cam_camera_config_new (name);
    camera->streams[CAM_STREAM_MAIN].url = g_strdup ("rtsp://192.0.2.1/main");
    camera->streams[CAM_STREAM_MAIN].start = CAM_START_ON_DEMAND;
    g_ptr_array_add (config->cameras, camera);
  }
  cam_config_set_sort (config);
  return config;
}

static int64_t
measure (CamStatusDesk *desk)
{
  int64_t least_us = INT64_MAX;
  for (unsigned i = 0; i < ROUNDS; i++) {
    int64_t began_us = read_work_us ();
    cam_status_desk_publish (desk);
    least_us = MIN (least_us, read_work_us () - began_us);
  }
  return least_us;
}

static void
test_two_hundred_streams (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CamConfigSet) config = new_config ();
  CamLoopThread *loop = cam_loop_thread_new ("media0", &error);
  CamRtspServer *server = cam_rtsp_server_new (config, &loop, 1, NULL, &error);
  g_assert_no_error (error);
  CamSupervisor *supervisor = cam_supervisor_new (
      &(CamSupervisorSetup) { .server = server, .loops = &loop, .n_loops = 1, .start_concurrency = { 32, 4 }, .clock = cam_clock_monotonic () });
  cam_supervisor_start (supervisor, config);
  cam_rtsp_server_start (server);
  CamStatusDesk *desk = cam_supervisor_get_status_desk (supervisor);
  cam_status_desk_start (desk);
  int64_t took_us = measure (desk);
  g_test_message ("a status of %u streams: %" G_GINT64_FORMAT " us of M (bar <= %u us)", STREAMS, took_us, BAR_US);
  g_assert_cmpint (took_us, <=, BAR_US);
  g_autoptr (CamStatus) status = cam_status_board_get (cam_supervisor_get_board (supervisor));
  g_assert_cmpuint (status->streams->len, ==, STREAMS);
  g_assert_cmpstr (cam_status_find (status, "camera-77", CAM_STREAM_MAIN)->peer, ==, "192.0.2.1:554");

  cam_rtsp_server_close (server, 1000);
  cam_supervisor_stop (supervisor);
  int64_t deadline_us = g_get_monotonic_time () + DEADLINE_US;
  while (!(cam_rtsp_server_is_gone (server) && cam_supervisor_is_gone (supervisor)) && g_get_monotonic_time () < deadline_us)
    g_main_context_iteration (NULL, FALSE);
  g_assert_true (cam_rtsp_server_is_gone (server) && cam_supervisor_is_gone (supervisor));
  cam_supervisor_free (supervisor);
  cam_rtsp_server_free (server);
  cam_loop_thread_quit (loop);
  g_assert_true (cam_loop_thread_join (loop, DEADLINE_US));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  cam_log_init (CAM_LOG_ERROR);
  g_test_add_func ("/status-cost/two-hundred-streams", test_two_hundred_streams);
  return g_test_run ();
}
