#include "ctl/ctl-error.h"

#include "camrelay/exit-codes.h"

static void
test_statuses (void)
{
  static const struct {
    CamCtlError code;
    int status;
  } rows[] = {
      {CAM_CTL_ERROR_USAGE, CAM_EXIT_USAGE},   {CAM_CTL_ERROR_UNAVAILABLE, CAM_EXIT_UNAVAILABLE}, {CAM_CTL_ERROR_PERMISSION, CAM_EXIT_PERMISSION},
      {CAM_CTL_ERROR_CONFIG, CAM_EXIT_CONFIG}, {CAM_CTL_ERROR_SYSTEM, CAM_EXIT_SYSTEM},
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GError) error = g_error_new_literal (CAM_CTL_ERROR, rows[i].code, "x");
    g_assert_cmpint (cam_ctl_exit_status (error), ==, rows[i].status);
  }
  g_autoptr (GError) other = g_error_new_literal (G_FILE_ERROR, G_FILE_ERROR_NOENT, "x");
  g_assert_cmpint (cam_ctl_exit_status (other), ==, CAM_EXIT_SYSTEM);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ctl-error/statuses", test_statuses);
  return g_test_run ();
}
