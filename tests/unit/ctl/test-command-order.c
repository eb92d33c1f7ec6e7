#include "ctl/command-order.h"

static void
test_settings (void)
{
  const char *const words[] = {"Description=a=b", "Stream main.URL=", "Enabled", NULL};
  g_autoptr (JsonObject) settings = cam_command_read_settings (words, NULL);
  g_assert_cmpuint (json_object_get_size (settings), ==, 3);
  g_assert_cmpstr (json_object_get_string_member (settings, "Description"), ==, "a=b");
  g_assert_cmpstr (json_object_get_string_member (settings, "Stream main.URL"), ==, "");
  g_assert_true (json_object_get_null_member (settings, "Enabled"));
}

static void
test_bad_settings (void)
{
  const char *const words[] = {"=value", NULL};
  g_autoptr (GError) error = NULL;
  g_assert_null (cam_command_read_settings (words, &error));
  g_assert_error (error, CAM_CTL_ERROR, CAM_CTL_ERROR_USAGE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/command-order/settings", test_settings);
  g_test_add_func ("/command-order/bad-settings", test_bad_settings);
  return g_test_run ();
}
