#include "media/decode-order.h"

#include <glib.h>

#define FRAME_NS INT64_C (40000000)

/* Feeds @n pictures of which the @i-th in decoding order is presented as number @pattern[i % length] of its group. */
static int64_t
feed (CamDecodeOrder *order, const int *pattern, int length, int first, int n)
{
  int64_t last_ns = order->last_ns;
  for (int i = first; i < first + n; i++) {
    int64_t wanted_ns = 1000 * FRAME_NS + (i / length * length + pattern[i % length]) * FRAME_NS;
    int64_t pts_ns = wanted_ns;
    int64_t dts_ns = cam_decode_order_next (order, &pts_ns, 0);
    g_assert_cmpint (pts_ns, ==, wanted_ns);
    g_assert_cmpint (dts_ns, >, last_ns);
    g_assert_cmpint (dts_ns, <=, pts_ns);
    last_ns = dts_ns;
  }
  return last_ns;
}

static void
test_patterns (void)
{
  static const struct {
    int pattern[8];
    int length;
    unsigned depth;
  } rows[] = {
      {{0}, 1, 0},                      /* P P P */
      {{1, 0}, 2, 1},                   /* P B */
      {{2, 0, 1}, 3, 1},                /* P B B */
      {{3, 1, 0, 2}, 4, 2},             /* P B b b, a pyramid */
      {{7, 3, 1, 0, 2, 5, 4, 6}, 8, 3}, /* a pyramid of three */
      {{4, 3, 2, 1, 0}, 5, 4},          /* the deepest */
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {
    CamDecodeOrder order;
    cam_decode_order_init (&order, 0);
    int64_t first_ns = 999 * FRAME_NS;
    cam_decode_order_next (&order, &first_ns, 0);
    int64_t last_ns = feed (&order, rows[i].pattern, rows[i].length, 0, 240);
    g_assert_cmpuint (order.depth, ==, rows[i].depth);
    /* Decoding lags by the depth and no more once it is known. */
    g_assert_cmpint (last_ns, >=, 1000 * FRAME_NS + (239 - (int) rows[i].depth) * FRAME_NS);
  }
}

static void
test_late_reordering (void)
{
  static const int plain[] = {0};
  CamDecodeOrder order;
  cam_decode_order_init (&order, 0);
  feed (&order, plain, 1, 0, 100);
  int64_t last_ns = order.last_ns;
  static const int pattern[] = {2, 0, 1};
  for (int i = 0; i < 30; i++) {
    int64_t wanted_ns = 1100 * FRAME_NS + (i / 3 * 3 + pattern[i % 3]) * FRAME_NS;
    int64_t pts_ns = wanted_ns;
    int64_t dts_ns = cam_decode_order_next (&order, &pts_ns, 0);
    g_assert_cmpint (dts_ns, >, last_ns);
    g_assert_cmpint (dts_ns, <=, pts_ns);
    if (i >= 3)
      g_assert_cmpint (pts_ns, ==, wanted_ns);
    last_ns = dts_ns;
  }
  g_assert_cmpuint (order.depth, ==, 1);
}

static void
test_floor (void)
{
  CamDecodeOrder order;
  cam_decode_order_init (&order, 5000);
  int64_t pts_ns = 100;
  g_assert_cmpint (cam_decode_order_next (&order, &pts_ns, 0), ==, 5000 + CAM_DECODE_ORDER_TICK_NS);
  g_assert_cmpint (pts_ns, ==, 5000 + CAM_DECODE_ORDER_TICK_NS);
}

static void
test_earliest (void)
{
  CamDecodeOrder order;
  cam_decode_order_init (&order, 0);
  int64_t pts_ns = 50 * FRAME_NS;
  g_assert_cmpint (cam_decode_order_next (&order, &pts_ns, 50 * FRAME_NS - 1000), ==, 50 * FRAME_NS - 1000);
  pts_ns = 51 * FRAME_NS;
  g_assert_cmpint (cam_decode_order_next (&order, &pts_ns, 90 * FRAME_NS), ==, 51 * FRAME_NS);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/media/decode-order/patterns", test_patterns);
  g_test_add_func ("/media/decode-order/late-reordering", test_late_reordering);
  g_test_add_func ("/media/decode-order/floor", test_floor);
  g_test_add_func ("/media/decode-order/earliest", test_earliest);
  return g_test_run ();
}
