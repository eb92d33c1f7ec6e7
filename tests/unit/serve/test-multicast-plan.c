#include "serve/multicast-plan.h"

#include "config/multicast-range.h"

static void
add_camera (CamConfigSet *config, const char *name, bool has_sub)
{
  CamCameraConfig *camera = cam_camera_config_new (name);
  camera->streams[CAM_STREAM_MAIN].url = g_strdup ("test:");
  camera->streams[CAM_STREAM_SUB].url = has_sub ? g_strdup ("test:") : NULL;
  g_ptr_array_add (config->cameras, camera);
  cam_config_set_sort (config);
}

static CamConfigSet *
make_config (const char *range, unsigned cameras)
{
  CamConfigSet *config = cam_config_set_new ();
  g_assert_true (cam_config_parse_multicast_range (range, &config->server.multicast_range, NULL));
  for (unsigned i = 0; i < cameras; i++) {
    g_autofree char *name = g_strdup_printf ("cam%02u", i);
    add_camera (config, name, true);
  }
  return config;
}

/* The group's address in host byte order; 0: none. */
static uint32_t
group_of (const CamConfigSet *config, const char *camera, unsigned stream)
{
  CamMulticastPlan *plan = cam_multicast_plan_new (config);
  CamMulticastPlace place = {0};
  const bool is_found = cam_multicast_plan_find (plan, camera, stream, &place);
  cam_multicast_plan_free (plan);
  if (!is_found)
    return 0;
  const unsigned offset = ntohl (place.group.s_addr) - config->server.multicast_range.first;
  g_assert_cmpuint (offset, <, config->server.multicast_range.count);
  for (unsigned track = 0; track < CAM_N_TRACKS; track++)
    g_assert_cmpuint (place.rtp_ports[track], ==, CAM_MULTICAST_FIRST_PORT + 4 * offset + 2 * track);
  return ntohl (place.group.s_addr);
}

static void
test_no_range (void)
{
  g_autoptr (CamConfigSet) config = make_config ("", 2);
  g_assert_cmphex (group_of (config, "cam00", CAM_STREAM_MAIN), ==, 0);
  cam_multicast_plan_free (NULL);
}

static void
test_who_has_a_place (void)
{
  g_autoptr (CamConfigSet) config = make_config ("239.255.42.0/24", 0);
  add_camera (config, "yard", false);
  /* Receivers are set up with these: they stay in each version. */
  g_assert_cmphex (group_of (config, "yard", CAM_STREAM_MAIN), ==, 0xefff2a00 + 75);
  g_assert_cmphex (group_of (config, "yard", CAM_STREAM_SUB), ==, 0);
  g_assert_cmphex (group_of (config, "door", CAM_STREAM_MAIN), ==, 0);
}

/* A range that is just large enough: each stream has a group of its own. */
static void
test_all_different (void)
{
  g_autoptr (CamConfigSet) config = make_config ("239.255.42.16/28", 8);
  unsigned taken = 0;
  for (unsigned i = 0; i < 8; i++)
    for (unsigned stream = 0; stream < CAM_N_STREAMS; stream++) {
      g_autofree char *name = g_strdup_printf ("cam%02u", i);
      taken |= 1u << (group_of (config, name, stream) - 0xefff2a10);
    }
  g_assert_cmphex (taken, ==, 0xffff);
}

/* Who is added changes nothing for those before it in the alphabet, and little for the rest. */
static void
test_others_come_and_go (void)
{
  g_autoptr (CamConfigSet) few = make_config ("239.255.0.0/21", 20);
  g_autoptr (CamConfigSet) more = make_config ("239.255.0.0/21", 20);
  add_camera (more, "zoo", true);
  add_camera (more, "attic", true);
  unsigned moved = 0;
  for (unsigned i = 0; i < 20; i++) {
    g_autofree char *name = g_strdup_printf ("cam%02u", i);
    moved += group_of (few, name, CAM_STREAM_MAIN) != group_of (more, name, CAM_STREAM_MAIN);
  }
  g_assert_cmpuint (moved, ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/multicast-plan/no-range", test_no_range);
  g_test_add_func ("/multicast-plan/who-has-a-place", test_who_has_a_place);
  g_test_add_func ("/multicast-plan/all-different", test_all_different);
  g_test_add_func ("/multicast-plan/others-come-and-go", test_others_come_and_go);
  return g_test_run ();
}
