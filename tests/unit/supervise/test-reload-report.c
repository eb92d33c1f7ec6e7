#include "supervise/reload-report.h"

#include <string.h>

static CamConfigSet *
new_config (const char *const *cameras)
{
  CamConfigSet *config = cam_config_set_new ();
  for (unsigned i = 0; cameras[i] != NULL; i++) {
    CamCameraConfig *camera = cam_camera_config_new (cameras[i]);
    camera->streams[CAM_STREAM_MAIN].url = g_strdup ("test:");
    g_ptr_array_add (config->cameras, camera);
  }
  cam_config_set_sort (config);
  return config;
}

static void
assert_summary (const CamConfigSet *before, const CamConfigSet *after, const char *expected)
{
  g_autoptr (CamConfigDiff) diff = cam_config_diff_new (before, after);
  g_autofree char *summary = cam_reload_report_summary (diff);
  g_assert_cmpstr (summary, ==, expected);
}

static void
test_nothing (void)
{
  g_autoptr (CamConfigSet) one = new_config ((const char *const[]) { "a", NULL });
  assert_summary (one, one, "nothing is different");
}

static void
test_cameras (void)
{
  g_autoptr (CamConfigSet) before = new_config ((const char *const[]) { "a", "c", "gone", NULL });
  g_autoptr (CamConfigSet) after = new_config ((const char *const[]) { "a", "b", "c", NULL });
  ((CamCameraConfig *) cam_config_set_find_camera (after, "c"))->streams[CAM_STREAM_MAIN].on_loss = CAM_ON_LOSS_FORWARD;
  assert_summary (before, after, "1 camera added (b), 1 camera removed (gone), 1 camera changed (c: reconnects)");
}

static void
test_users_and_server (void)
{
  g_autoptr (CamConfigSet) before = new_config ((const char *const[]) { NULL });
  g_autoptr (CamConfigSet) after = new_config ((const char *const[]) { NULL });
  g_ptr_array_add (after->users, cam_user_config_new ("bob"));
  after->server.max_readers = before->server.max_readers + 1;
  after->server.udp_ports = (CamPortPair) { .rtp = 8000, .rtcp = 8001 };
  assert_summary (before, after, "users: +bob, server: [RTSP] UDPPorts (from the next start on), [Limits] MaxReaders");
}

static void
test_long_lists_are_cut (void)
{
  g_autoptr (CamConfigSet) before = new_config ((const char *const[]) { NULL });
  g_autoptr (CamConfigSet) after = new_config ((const char *const[]) { "a", "b", "c", "d", "e", "f", "g", "h", "i", "j", NULL });
  assert_summary (before, after, "10 cameras added (a, b, c, d, e, f, g, h and 2 more)");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/reload-report/nothing", test_nothing);
  g_test_add_func ("/reload-report/cameras", test_cameras);
  g_test_add_func ("/reload-report/users-and-server", test_users_and_server);
  g_test_add_func ("/reload-report/long-lists-are-cut", test_long_lists_are_cut);
  return g_test_run ();
}
