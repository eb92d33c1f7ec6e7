#include "supervise/transport-memory.h"

#include <glib/gstdio.h>
#include <sys/stat.h>

typedef struct {
  char *folder;                /* owned */
  char *path;                  /* owned; of the one file */
  CamDisk *disk;               /* owned; NULL while what was asked is being waited for */
  CamCameraConfig *camera;     /* ref */
  CamTransportMemory *memory; /* owned */
} Fixture;

static void
begin (Fixture *self)
{
  g_autoptr (GError) error = NULL;
  self->disk = cam_disk_new (&error);
  g_assert_no_error (error);
  self->memory = cam_transport_memory_new (self->disk, self->folder, self->camera, CAM_STREAM_MAIN);
}

/* The disk is done with all that it was asked when it is freed. */
static void
end (Fixture *self)
{
  g_clear_pointer (&self->memory, cam_transport_memory_free);
  g_clear_pointer (&self->disk, cam_disk_free);
}

static void
restart (Fixture *self)
{
  end (self);
  begin (self);
}

static void
set_up (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  self->folder = g_dir_make_tmp ("transport-XXXXXX", &error);
  g_assert_no_error (error);
  self->path = g_build_filename (self->folder, "streams", "yard.main.udp", NULL);
  self->camera = cam_camera_config_new ("yard");
  self->camera->streams[CAM_STREAM_MAIN].url = g_strdup ("rtsp://192.0.2.1/stream");
  begin (self);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  end (self);
  g_autofree char *streams = g_path_get_dirname (self->path);
  g_remove (self->path);
  g_rmdir (streams);
  g_assert_cmpint (g_rmdir (self->folder), ==, 0);
  cam_camera_config_unref (self->camera);
  g_free (self->path);
  g_free (self->folder);
}

static void
test_over_a_restart (Fixture *self, gconstpointer data)
{
  struct stat status;
  g_assert_cmpint (cam_transport_memory_get (self->memory), ==, CAM_TRANSPORT_TCP);
  cam_transport_memory_keep (self->memory, CAM_TRANSPORT_TCP);
  restart (self);
  g_assert_false (g_file_test (self->path, G_FILE_TEST_EXISTS));
  cam_transport_memory_keep (self->memory, CAM_TRANSPORT_UDP);
  g_assert_cmpint (cam_transport_memory_get (self->memory), ==, CAM_TRANSPORT_UDP);
  restart (self);
  g_assert_cmpint (cam_transport_memory_get (self->memory), ==, CAM_TRANSPORT_UDP);
  g_assert_cmpint (stat (self->path, &status), ==, 0);
  g_assert_cmpuint (status.st_mode & 0777, ==, 0600);
  cam_transport_memory_keep (self->memory, CAM_TRANSPORT_TCP);
  restart (self);
  g_assert_cmpint (cam_transport_memory_get (self->memory), ==, CAM_TRANSPORT_TCP);
  g_assert_false (g_file_test (self->path, G_FILE_TEST_EXISTS));
}

/* Another camera at this name need not be like the one before, and a file may hold anything. */
static void
test_not_believed (Fixture *self, gconstpointer data)
{
  cam_transport_memory_keep (self->memory, CAM_TRANSPORT_UDP);
  end (self);
  g_free (self->camera->streams[CAM_STREAM_MAIN].url);
  self->camera->streams[CAM_STREAM_MAIN].url = g_strdup ("rtsp://192.0.2.2/stream");
  begin (self);
  g_assert_cmpint (cam_transport_memory_get (self->memory), ==, CAM_TRANSPORT_TCP);
  g_assert_true (g_file_set_contents (self->path, "udp", -1, NULL));
  restart (self);
  g_assert_cmpint (cam_transport_memory_get (self->memory), ==, CAM_TRANSPORT_TCP);
}

static void
test_nowhere (void)
{
  g_autoptr (CamCameraConfig) camera = cam_camera_config_new ("yard");
  camera->streams[CAM_STREAM_SUB].url = g_strdup ("rtsp://192.0.2.1/stream");
  CamTransportMemory *memory = cam_transport_memory_new (NULL, NULL, camera, CAM_STREAM_SUB);
  cam_transport_memory_keep (memory, CAM_TRANSPORT_UDP);
  g_assert_cmpint (cam_transport_memory_get (memory), ==, CAM_TRANSPORT_UDP);
  cam_transport_memory_free (memory);
  cam_transport_memory_free (NULL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/transport-memory/over-a-restart", Fixture, NULL, set_up, test_over_a_restart, tear_down);
  g_test_add ("/transport-memory/not-believed", Fixture, NULL, set_up, test_not_believed, tear_down);
  g_test_add_func ("/transport-memory/nowhere", test_nowhere);
  return g_test_run ();
}
