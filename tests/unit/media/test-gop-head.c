#include "media/gop-head.h"

static void
add (CamGopHead *head, CamPayloadPool *pool, CamTrackKind track, bool is_key, size_t size)
{
  CamAccessUnit unit = {.track = track, .is_key = is_key, .payload = cam_payload_pool_take (pool, size)};
  cam_gop_head_add (head, &unit);
  cam_access_unit_clear (&unit);
}

static void
test_group (void)
{
  g_autoptr (CamPayloadPool) pool = cam_payload_pool_new (1 << 20, NULL);
  g_autoptr (CamGopHead) head = cam_gop_head_new (10000, 10);
  add (head, pool, CAM_TRACK_VIDEO, false, 100);
  g_assert_cmpuint (cam_gop_head_get_length (head), ==, 0);
  add (head, pool, CAM_TRACK_VIDEO, true, 1000);
  add (head, pool, CAM_TRACK_AUDIO, true, 50);
  add (head, pool, CAM_TRACK_VIDEO, false, 200);
  g_assert_cmpuint (cam_gop_head_get_length (head), ==, 2);
  g_assert_cmpuint (cam_gop_head_get_bytes (head), ==, 1200);
  g_assert_true (cam_gop_head_get (head, 0)->is_key);
  g_assert_cmpuint (cam_gop_head_get (head, 1)->payload->size, ==, 200);
  add (head, pool, CAM_TRACK_VIDEO, true, 900);
  g_assert_cmpuint (cam_gop_head_get_length (head), ==, 1);
  g_assert_cmpuint (cam_gop_head_get_bytes (head), ==, 900);
  cam_gop_head_clear (head);
  g_assert_cmpuint (cam_gop_head_get_length (head), ==, 0);
  g_assert_cmpuint (cam_gop_head_get_bytes (head), ==, 0);
  add (head, pool, CAM_TRACK_VIDEO, false, 10);
  g_assert_cmpuint (cam_gop_head_get_length (head), ==, 0);
  cam_gop_head_free (NULL);
}

/* At the bound it is kept, one past it given up until the next key unit. */
static void
test_bounds (void)
{
  g_autoptr (CamPayloadPool) pool = cam_payload_pool_new (1 << 20, NULL);
  g_autoptr (CamGopHead) head = cam_gop_head_new (1000, 3);
  for (unsigned i = 0; i < 3; i++)
    add (head, pool, CAM_TRACK_VIDEO, i == 0, 10);
  g_assert_cmpuint (cam_gop_head_get_length (head), ==, 3);
  add (head, pool, CAM_TRACK_VIDEO, false, 10);
  g_assert_cmpuint (cam_gop_head_get_length (head), ==, 0);
  add (head, pool, CAM_TRACK_VIDEO, false, 10);
  g_assert_cmpuint (cam_gop_head_get_length (head), ==, 0);

  add (head, pool, CAM_TRACK_VIDEO, true, 600);
  add (head, pool, CAM_TRACK_VIDEO, false, 400);
  g_assert_cmpuint (cam_gop_head_get_length (head), ==, 2);
  add (head, pool, CAM_TRACK_VIDEO, false, 1);
  g_assert_cmpuint (cam_gop_head_get_length (head), ==, 0);
  add (head, pool, CAM_TRACK_VIDEO, true, 1001);
  g_assert_cmpuint (cam_gop_head_get_length (head), ==, 0);
  g_assert_cmpuint (cam_gop_head_get_bytes (head), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/media/gop-head/group", test_group);
  g_test_add_func ("/media/gop-head/bounds", test_bounds);
  return g_test_run ();
}
