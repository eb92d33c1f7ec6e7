#include "ingest/held-units.h"

#include <string.h>

static CamAccessUnit
make_unit (CamPayloadPool *pool, CamTrackKind track, bool is_key, size_t size, uint64_t number)
{
  CamAccessUnit unit = {.track = track, .is_key = is_key, .number = number, .payload = cam_payload_pool_take (pool, size)};
  g_assert_nonnull (unit.payload);
  return unit;
}

static void
test_newest_group (void)
{
  g_autoptr (CamPayloadPool) pool = cam_payload_pool_new (1024 * 1024, NULL);
  CamHeldUnits *held = cam_held_units_new ();
  g_assert_true (cam_held_units_add (held, make_unit (pool, CAM_TRACK_VIDEO, true, 10, 1)));
  g_assert_true (cam_held_units_add (held, make_unit (pool, CAM_TRACK_AUDIO, true, 10, 2)));
  g_assert_cmpuint (cam_held_units_get_count (held), ==, 2);
  g_assert_true (cam_held_units_add (held, make_unit (pool, CAM_TRACK_VIDEO, true, 10, 3)));
  g_assert_true (cam_held_units_add (held, make_unit (pool, CAM_TRACK_VIDEO, false, 10, 4)));
  g_assert_cmpuint (cam_held_units_get_count (held), ==, 2);
  g_assert_cmpuint (cam_held_units_get (held, 0)->number, ==, 3);
  g_assert_cmpuint (cam_held_units_get (held, 1)->number, ==, 4);
  cam_held_units_drop (held);
  g_assert_cmpuint (cam_held_units_get_count (held), ==, 0);
  g_assert_cmpuint (cam_payload_pool_get_bytes (pool), ==, 0);
  cam_held_units_free (held);
  cam_held_units_free (NULL);
}

static void
test_count (void)
{
  g_autoptr (CamPayloadPool) pool = cam_payload_pool_new (1024 * 1024, NULL);
  CamHeldUnits *held = cam_held_units_new ();
  for (unsigned i = 0; i < 1024; i++)
    g_assert_true (cam_held_units_add (held, make_unit (pool, CAM_TRACK_AUDIO, true, 1, i)));
  g_assert_false (cam_held_units_add (held, make_unit (pool, CAM_TRACK_AUDIO, true, 1, 1024)));
  g_assert_cmpuint (cam_held_units_get_count (held), ==, 1);
  for (unsigned i = 0; i < 1023; i++)
    g_assert_true (cam_held_units_add (held, make_unit (pool, CAM_TRACK_AUDIO, true, 1, i)));
  g_assert_false (cam_held_units_add (held, make_unit (pool, CAM_TRACK_VIDEO, false, 1, 1024)));
  g_assert_cmpuint (cam_held_units_get_count (held), ==, 0);
  cam_held_units_free (held);
  g_assert_cmpuint (cam_payload_pool_get_bytes (pool), ==, 0);
}

static void
test_bytes (void)
{
  const size_t mebi = 1024 * 1024;
  g_autoptr (CamPayloadPool) pool = cam_payload_pool_new (64 * mebi, NULL);
  CamHeldUnits *held = cam_held_units_new ();
  for (unsigned i = 0; i < 4; i++)
    g_assert_true (cam_held_units_add (held, make_unit (pool, CAM_TRACK_VIDEO, i == 0, 4 * mebi, i)));
  g_assert_false (cam_held_units_add (held, make_unit (pool, CAM_TRACK_VIDEO, false, 1, 4)));
  g_assert_true (cam_held_units_add (held, make_unit (pool, CAM_TRACK_VIDEO, true, 4 * mebi, 5)));
  cam_held_units_free (held);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/held-units/newest-group", test_newest_group);
  g_test_add_func ("/held-units/count", test_count);
  g_test_add_func ("/held-units/bytes", test_bytes);
  return g_test_run ();
}
