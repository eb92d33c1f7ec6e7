#include "serve/client-registry.h"

static CamClientRegistry *
make_registry (unsigned connections, unsigned per_address, unsigned readers)
{
  const CamServerConfig limits = {.max_connections = connections, .max_connections_per_address = per_address, .max_readers = readers};
  return cam_client_registry_new (&limits);
}

static CamAdmission
admit (CamClientRegistry *registry, const char *text)
{
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string (text);
  return cam_client_registry_admit (registry, address);
}

static void
dismiss (CamClientRegistry *registry, const char *text)
{
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string (text);
  cam_client_registry_dismiss (registry, address);
}

static void
test_connections_in_all (void)
{
  CamClientRegistry *registry = make_registry (2, 9, 9);
  g_assert_cmpint (admit (registry, "192.0.2.1"), ==, CAM_ADMISSION_OK);
  g_assert_cmpint (admit (registry, "192.0.2.2"), ==, CAM_ADMISSION_OK);
  g_assert_cmpint (admit (registry, "192.0.2.3"), ==, CAM_ADMISSION_FULL);
  g_assert_cmpint (admit (registry, "127.0.0.1"), ==, CAM_ADMISSION_FULL);
  dismiss (registry, "192.0.2.1");
  g_assert_cmpuint (cam_client_registry_count_connections (registry), ==, 1);
  g_assert_cmpint (admit (registry, "192.0.2.3"), ==, CAM_ADMISSION_OK);
  cam_client_registry_free (registry);
}

static void
test_connections_per_address (void)
{
  CamClientRegistry *registry = make_registry (100, 2, 9);
  for (unsigned i = 0; i < 2; i++)
    g_assert_cmpint (admit (registry, "2001:db8::1"), ==, CAM_ADMISSION_OK);
  g_assert_cmpint (admit (registry, "2001:db8::1"), ==, CAM_ADMISSION_ADDRESS_FULL);
  g_assert_cmpint (admit (registry, "2001:db8::2"), ==, CAM_ADMISSION_OK);
  for (unsigned i = 0; i < 5; i++) {
    g_assert_cmpint (admit (registry, "127.0.0.1"), ==, CAM_ADMISSION_OK);
    g_assert_cmpint (admit (registry, "::1"), ==, CAM_ADMISSION_OK);
  }
  dismiss (registry, "2001:db8::1");
  g_assert_cmpint (admit (registry, "2001:db8::1"), ==, CAM_ADMISSION_OK);
  cam_client_registry_free (registry);
}

static void
test_seats (void)
{
  CamClientRegistry *registry = make_registry (9, 9, 3);
  g_autoptr (CamCameraConfig) door = cam_camera_config_new ("door");
  g_autoptr (CamCameraConfig) yard = cam_camera_config_new ("yard");
  door->max_readers = 2;
  g_assert_cmpint (cam_client_registry_seat (registry, door, CAM_STREAM_MAIN), ==, CAM_SEAT_TAKEN);
  g_assert_cmpint (cam_client_registry_seat (registry, door, CAM_STREAM_SUB), ==, CAM_SEAT_TAKEN);
  g_assert_cmpint (cam_client_registry_seat (registry, door, CAM_STREAM_SUB), ==, CAM_SEAT_CAMERA_FULL);
  g_assert_cmpint (cam_client_registry_seat (registry, yard, CAM_STREAM_MAIN), ==, CAM_SEAT_TAKEN);
  g_assert_cmpint (cam_client_registry_seat (registry, yard, CAM_STREAM_MAIN), ==, CAM_SEAT_FULL);
  g_assert_cmpuint (cam_client_registry_count_readers (registry, "door", CAM_STREAM_SUB), ==, 1);
  g_assert_cmpuint (cam_client_registry_count_readers (registry, "none", CAM_STREAM_SUB), ==, 0);
  g_assert_cmpuint (cam_client_registry_count_all_readers (registry), ==, 3);
  cam_client_registry_leave (registry, "door", CAM_STREAM_MAIN);
  g_assert_cmpint (cam_client_registry_seat (registry, door, CAM_STREAM_SUB), ==, CAM_SEAT_TAKEN);
  g_assert_cmpuint (cam_client_registry_count_readers (registry, "door", CAM_STREAM_SUB), ==, 2);
  cam_client_registry_free (registry);
}

static void
test_counts (void)
{
  CamClientRegistry *registry = make_registry (9, 9, 9);
  for (unsigned i = 0; i < CAM_N_CLIENT_COUNTS; i++) {
    cam_client_registry_add (registry, i, i + 1);
    cam_client_registry_add (registry, i, 10);
  }
  for (unsigned i = 0; i < CAM_N_CLIENT_COUNTS; i++)
    g_assert_cmpuint (cam_client_registry_get (registry, i), ==, i + 11);
  cam_client_registry_free (registry);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/client-registry/connections-in-all", test_connections_in_all);
  g_test_add_func ("/client-registry/connections-per-address", test_connections_per_address);
  g_test_add_func ("/client-registry/seats", test_seats);
  g_test_add_func ("/client-registry/counts", test_counts);
  return g_test_run ();
}
