#include "serve/mount-counters.h"

#include <glib.h>

static void
test_given (void)
{
  CamMountCounters counters = {0};
  CamMountView view = {.is_shed = true};
  cam_mount_counters_note_given (&counters, 3, 3000);
  cam_mount_counters_note_given (&counters, -2, -1999);
  cam_mount_counters_note_left_out (&counters, 2);
  cam_mount_counters_note_lagging (&counters, true);
  cam_mount_counters_note_lagging (&counters, true);
  cam_mount_counters_note_lagging (&counters, false);
  cam_mount_counters_view (&counters, &view);
  g_assert_cmpuint (view.units, ==, 1);
  g_assert_cmpuint (view.bytes, ==, 1001);
  g_assert_cmpuint (view.units_left_out, ==, 2);
  g_assert_cmpuint (view.lagging, ==, 1);
  g_assert_true (view.is_shed);
}

static void
test_first_pictures (void)
{
  CamMountCounters counters = {0};
  CamMountView view;
  g_assert_cmpfloat (cam_first_picture_bounds_s[0], ==, 0.001);
  g_assert_cmpfloat (cam_first_picture_bounds_s[CAM_FIRST_PICTURE_BOUNDS - 1], ==, 10);
  for (unsigned i = 1; i < CAM_FIRST_PICTURE_BOUNDS; i++)
    g_assert_cmpfloat (cam_first_picture_bounds_s[i], >, cam_first_picture_bounds_s[i - 1]);
  static const struct {
    int64_t took_us;
    unsigned place;
  } rows[] = {{-5, 0}, {0, 0}, {1000, 0}, {1001, 1}, {20000, 4}, {20001, 5}, {10000000, 11}, {10000001, 12}, {INT64_C (3600000000), 12}};
  uint64_t expected[CAM_FIRST_PICTURE_BOUNDS + 1] = {0};
  for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {
    cam_mount_counters_note_first_picture (&counters, rows[i].took_us);
    expected[rows[i].place]++;
    cam_mount_counters_view (&counters, &view);
    g_assert_cmpmem (view.first_pictures.counts, sizeof expected, expected, sizeof expected);
  }
  g_assert_cmpfloat_with_epsilon (view.first_pictures.sum_s, 3620.042003, 0.001);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/mount-counters/given", test_given);
  g_test_add_func ("/mount-counters/first-pictures", test_first_pictures);
  return g_test_run ();
}
