#include "serve/slate-repeat.h"

#define NOW_US INT64_C (5000000)

static CamAccessUnit
make_unit (CamPayloadPool *pool, bool is_slate, size_t size)
{
  return (CamAccessUnit){.track = CAM_TRACK_VIDEO, .is_key = true, .is_slate = is_slate, .payload = cam_payload_pool_take (pool, size)};
}

static void
test_pictures_of_the_camera_are_not_repeated (void)
{
  CamPayloadPool *pool = cam_payload_pool_new (10000000, NULL);
  g_auto (CamAccessUnit) picture = make_unit (pool, false, 1000);
  g_auto (CamAccessUnit) slate = make_unit (pool, true, 1000);
  CamSlateRepeat repeat = {0};
  g_assert_cmpint (cam_slate_repeat_get_due_us (&repeat), ==, INT64_MAX);
  cam_slate_repeat_note (&repeat, &picture, NOW_US);
  g_assert_cmpint (cam_slate_repeat_get_due_us (&repeat), ==, INT64_MAX);
  cam_slate_repeat_note (&repeat, &slate, NOW_US);
  g_assert_cmpint (cam_slate_repeat_get_due_us (&repeat), <, INT64_MAX);
  cam_slate_repeat_note (&repeat, &picture, NOW_US);
  g_assert_cmpint (cam_slate_repeat_get_due_us (&repeat), ==, INT64_MAX);
  cam_slate_repeat_clear (&repeat);
  cam_payload_pool_unref (pool);
}

static void
test_as_often_as_the_rate_allows (void)
{
  static const struct {
    size_t bytes;
    int64_t interval_us;
  } rows[] = {{100, 40000}, {40000, 40000}, {50000, 50000}, {2000000, 2000000}};
  CamPayloadPool *pool = cam_payload_pool_new (10000000, NULL);
  for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_auto (CamAccessUnit) slate = make_unit (pool, true, rows[i].bytes);
    CamSlateRepeat repeat = {0};
    cam_slate_repeat_note (&repeat, &slate, NOW_US);
    g_assert_cmpint (cam_slate_repeat_get_due_us (&repeat), ==, NOW_US + rows[i].interval_us);
    cam_slate_repeat_clear (&repeat);
  }
  cam_payload_pool_unref (pool);
}

static void
test_each_is_of_its_time (void)
{
  CamPayloadPool *pool = cam_payload_pool_new (10000000, NULL);
  g_auto (CamAccessUnit) slate = make_unit (pool, true, 100);
  CamSlateRepeat repeat = {0};
  cam_slate_repeat_note (&repeat, &slate, NOW_US);
  CamAccessUnit again = cam_slate_repeat_take (&repeat, NOW_US + 60000);
  g_assert_cmpint (again.pts_ns, ==, (NOW_US + 60000) * 1000);
  g_assert_cmpint (again.dts_ns, ==, again.pts_ns);
  g_assert_true (again.payload == slate.payload);
  g_assert_cmpint (cam_slate_repeat_get_due_us (&repeat), ==, NOW_US + 100000);
  cam_slate_repeat_clear (&repeat);
  cam_payload_pool_unref (pool);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/slate-repeat/pictures-of-the-camera-are-not-repeated", test_pictures_of_the_camera_are_not_repeated);
  g_test_add_func ("/slate-repeat/as-often-as-the-rate-allows", test_as_often_as_the_rate_allows);
  g_test_add_func ("/slate-repeat/each-is-of-its-time", test_each_is_of_its_time);
  return g_test_run ();
}
