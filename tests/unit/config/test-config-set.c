#include "config/config-set.h"

#include <gio/gio.h>

static void
add_camera (CamConfigSet *set, const char *name)
{
  g_ptr_array_add (set->cameras, cam_camera_config_new (name));
}

static void
test_find (void)
{
  g_autoptr (CamConfigSet) set = cam_config_set_new ();
  g_assert_null (cam_config_set_find_camera (set, "a"));
  static const char *const names[] = {"yard", "a", "gate", "b2", "front"};
  for (unsigned i = 0; i < G_N_ELEMENTS (names); i++)
    add_camera (set, names[i]);
  g_ptr_array_add (set->users, cam_user_config_new ("zoe"));
  g_ptr_array_add (set->users, cam_user_config_new ("Bob"));
  cam_config_set_sort (set);
  for (unsigned i = 0; i < G_N_ELEMENTS (names); i++)
    g_assert_cmpstr (cam_config_set_find_camera (set, names[i])->name, ==, names[i]);
  static const char *const strangers[] = {"", "A", "aa", "b", "zz"};
  for (unsigned i = 0; i < G_N_ELEMENTS (strangers); i++)
    g_assert_null (cam_config_set_find_camera (set, strangers[i]));
  g_assert_cmpstr (cam_config_set_find_user (set, "Bob")->name, ==, "Bob");
  g_assert_null (cam_config_set_find_user (set, "bob"));
}

static void
test_references (void)
{
  CamConfigSet *set = cam_config_set_new ();
  add_camera (set, "a");
  CamCameraConfig *camera = cam_camera_config_ref (g_ptr_array_index (set->cameras, 0));
  CamConfigSet *again = cam_config_set_ref (set);
  cam_config_set_unref (set);
  g_assert_cmpuint (again->cameras->len, ==, 1);
  cam_config_set_unref (again);
  g_assert_cmpstr (camera->name, ==, "a");
  cam_camera_config_unref (camera);
  cam_config_set_unref (NULL);
  cam_camera_config_unref (NULL);
  cam_user_config_free (NULL);
  cam_access_rule_free (NULL);
}

static void
test_new_camera (void)
{
  g_autoptr (CamCameraConfig) camera = cam_camera_config_new ("a");
  g_assert_true (camera->enabled);
  g_assert_cmpint (camera->audio_mode, ==, CAM_AUDIO_COPY);
  g_assert_cmpint (camera->backoff.shortest_us, ==, G_USEC_PER_SEC);
  g_assert_cmpint (camera->backoff.longest_us, ==, 60 * G_USEC_PER_SEC);
  for (unsigned i = 0; i < CAM_N_STREAMS; i++) {
    g_assert_null (camera->streams[i].url);
    g_assert_cmpuint (camera->streams[i].max_bitrate, ==, 100 * 1000 * 1000);
  }
  g_assert_cmpstr (cam_stream_name (CAM_STREAM_MAIN), ==, "main");
  g_assert_cmpstr (cam_stream_name (CAM_STREAM_SUB), ==, "sub");
}

static void
test_rule (void)
{
  g_autoptr (GInetAddressMask) net = g_inet_address_mask_new_from_string ("10.0.0.0/8", NULL);
  g_autoptr (CamAccessRule) rule = cam_access_rule_new (CAM_ACCESS_NET, NULL, net);
  g_assert_true (rule->net == net);
  g_assert_null (rule->name);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/config/set/find", test_find);
  g_test_add_func ("/config/set/references", test_references);
  g_test_add_func ("/config/set/new-camera", test_new_camera);
  g_test_add_func ("/config/set/rule", test_rule);
  return g_test_run ();
}
