#include "serve/join-head.h"

#define MS INT64_C (1000000)

static void
test_pictures_in_order_end_at_the_edge (void)
{
  const int64_t times[] = { 1000 * MS, 1040 * MS, 1080 * MS, 1120 * MS };
  int64_t squeezed[4] = { 0 };
  cam_join_squeeze (times, times, 4, squeezed);
  g_assert_cmpint (squeezed[3], ==, 1120 * MS);
  g_assert_cmpint (squeezed[2], ==, 1119 * MS);
  g_assert_cmpint (squeezed[1], ==, 1118 * MS);
  g_assert_cmpint (squeezed[0], ==, 1117 * MS);
}

static void
test_one_picture_keeps_its_time (void)
{
  const int64_t time = 500 * MS;
  int64_t squeezed = 0;
  cam_join_squeeze (&time, &time, 1, &squeezed);
  g_assert_cmpint (squeezed, ==, 500 * MS);
}

/* I0 P3 B1 B2 P6: P6 is shown after B4 and B5, which are still to come. */
static void
test_pictures_beyond_the_edge_keep_their_times (void)
{
  const int64_t pts[] = { 100 * MS, 220 * MS, 140 * MS, 180 * MS, 340 * MS };
  const int64_t dts[] = { 60 * MS, 100 * MS, 140 * MS, 180 * MS, 220 * MS };
  int64_t squeezed[5] = { 0 };
  cam_join_squeeze (pts, dts, 5, squeezed);
  g_assert_cmpint (squeezed[4], ==, 340 * MS);
  g_assert_cmpint (squeezed[1], ==, 220 * MS);
  g_assert_cmpint (squeezed[3], ==, 219 * MS);
  g_assert_cmpint (squeezed[2], ==, 218 * MS);
  g_assert_cmpint (squeezed[0], ==, 217 * MS);
}

static void
test_all_beyond_the_edge (void)
{
  const int64_t pts[] = { 100 * MS, 140 * MS };
  const int64_t dts[] = { 10 * MS, 20 * MS };
  int64_t squeezed[2] = { 0 };
  cam_join_squeeze (pts, dts, 2, squeezed);
  g_assert_cmpint (squeezed[0], ==, 100 * MS);
  g_assert_cmpint (squeezed[1], ==, 140 * MS);
}

static void
test_rtp_time_wraps (void)
{
  g_assert_cmpuint (cam_rtp_time_at (0, 90000, 1000 * MS), ==, 90000);
  g_assert_cmpuint (cam_rtp_time_at (0xffffffff, 90000, 1 * MS), ==, 89);
  /* 30 days: 64-bit arithmetic must hold. */
  g_assert_cmpuint (cam_rtp_time_at (0, 90000, INT64_C (2592000) * 1000 * MS), ==, (uint32_t) (UINT64_C (2592000) * 90000));
  g_assert_cmpuint (cam_rtp_time_at (5, 8000, 125000), ==, 6);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/join-squeeze/pictures-in-order-end-at-the-edge", test_pictures_in_order_end_at_the_edge);
  g_test_add_func ("/join-squeeze/one-picture-keeps-its-time", test_one_picture_keeps_its_time);
  g_test_add_func ("/join-squeeze/pictures-beyond-the-edge-keep-their-times", test_pictures_beyond_the_edge_keep_their_times);
  g_test_add_func ("/join-squeeze/all-beyond-the-edge", test_all_beyond_the_edge);
  g_test_add_func ("/join-squeeze/rtp-time-wraps", test_rtp_time_wraps);
  return g_test_run ();
}
