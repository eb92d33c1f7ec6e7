#include "daemon/stall-rule.h"

#include <glib.h>

enum { LIMIT_US = 1000, LOOK_US = 300 };

static void
test_life (void)
{
  /* What each look sees, and what it means. */
  static const struct {
    int64_t beat_us;
    CamStall expected;
  } looks[] = {
    { 1, CAM_STALL_NONE },                                                      /* the first beat */
    { 1, CAM_STALL_NONE }, { 1, CAM_STALL_NONE }, { 1, CAM_STALL_NONE },        /* 900 */
    { 2, CAM_STALL_NONE },                                                      /* just in time */
    { 2, CAM_STALL_NONE }, { 2, CAM_STALL_NONE }, { 2, CAM_STALL_NONE },        /* it begins anew */
    { 2, CAM_STALL_BEGINS },                                                    /* 1200 */
    { 2, CAM_STALL_LASTS }, { 2, CAM_STALL_LASTS }, { 3, CAM_STALL_ENDS },
    { 3, CAM_STALL_NONE }, { 4, CAM_STALL_NONE },
  };
  CamStallView view = { 0 };
  for (unsigned i = 0; i < G_N_ELEMENTS (looks); i++) {
    g_assert_cmpint (cam_stall_look (&view, looks[i].beat_us, LOOK_US, LIMIT_US), ==, looks[i].expected);
    if (looks[i].expected == CAM_STALL_BEGINS)
      g_assert_cmpint (view.silent_us, ==, 4 * LOOK_US);
    if (looks[i].expected == CAM_STALL_ENDS)
      g_assert_cmpint (view.ended_us, ==, 6 * LOOK_US);
  }
}

/* Who never beat is stuck, too. */
static void
test_never (void)
{
  CamStallView view = { 0 };
  g_assert_cmpint (cam_stall_look (&view, 0, LIMIT_US - 1, LIMIT_US), ==, CAM_STALL_NONE);
  g_assert_cmpint (cam_stall_look (&view, 0, 1, LIMIT_US), ==, CAM_STALL_BEGINS);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/stall-rule/life", test_life);
  g_test_add_func ("/stall-rule/never", test_never);
  return g_test_run ();
}
