#include "supervise/stream-memory.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

#define MINUTE_US (60 * G_USEC_PER_SEC)
#define URL "rtsp://192.0.2.1/stream"

typedef struct {
  char *folder; /* owned */
  CamDisk *disk; /* owned */
  CamCameraConfig *camera; /* ref */
  CamStreamMemory *memory; /* owned */
  CamPayloadPool *pool; /* ref */
  GBytes *picture; /* owned; of the last answer */
  unsigned answers;
} Fixture;

static void
set_up (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  self->folder = g_dir_make_tmp ("memory-XXXXXX", &error);
  g_assert_no_error (error);
  self->disk = cam_disk_new (&error);
  g_assert_no_error (error);
  self->camera = cam_camera_config_new ("yard");
  self->camera->streams[CAM_STREAM_MAIN].url = g_strdup (URL);
  self->camera->remember_picture = true;
  self->memory = cam_stream_memory_new (self->disk, self->folder, self->camera, CAM_STREAM_MAIN);
  self->pool = cam_payload_pool_new (1024 * 1024, NULL);
}

static gboolean
give_up (gpointer data)
{
  g_assert_not_reached ();
  return G_SOURCE_REMOVE;
}

static void
on_read (GBytes *content, gpointer data)
{
  *(bool *) data = true;
}

/* Everything asked so far is on the disk when a read asked now is answered. */
static void
settle (Fixture *self)
{
  bool is_answered = false;
  g_autofree char *nowhere = g_build_filename (self->folder, "nowhere", NULL);
  g_autoptr (GMainContext) context = g_main_context_ref_thread_default ();
  guint watchdog = g_timeout_add_seconds (20, give_up, NULL);
  cam_disk_read (self->disk, nowhere, 1, context, on_read, &is_answered, NULL);
  while (!is_answered)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (watchdog);
}

/* As a restart: nothing is known but what the files say. */
static void
restart (Fixture *self)
{
  cam_stream_memory_free (self->memory);
  settle (self);
  self->memory = cam_stream_memory_new (self->disk, self->folder, self->camera, CAM_STREAM_MAIN);
}

static char *
path_of (Fixture *self, const char *name)
{
  return g_build_filename (self->folder, "streams", name, NULL);
}

static bool
exists (Fixture *self, const char *name)
{
  g_autofree char *path = path_of (self, name);
  return g_file_test (path, G_FILE_TEST_EXISTS);
}

static void
put_file (Fixture *self, const char *name, const char *text)
{
  g_autofree char *path = path_of (self, name);
  g_autofree char *folder = g_path_get_dirname (path);
  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

static void
remove_file (Fixture *self, const char *name)
{
  g_autofree char *path = path_of (self, name);
  g_assert_cmpint (g_unlink (path), ==, 0);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  cam_stream_memory_free (self->memory);
  cam_stream_memory_free (NULL);
  cam_disk_free (self->disk);
  g_autofree char *streams = g_build_filename (self->folder, "streams", NULL);
  g_autoptr (GDir) folder = g_dir_open (streams, 0, NULL);
  for (const char *name; folder != NULL && (name = g_dir_read_name (folder)) != NULL;)
    remove_file (self, name);
  g_rmdir (streams);
  g_assert_cmpint (g_rmdir (self->folder), ==, 0);
  g_clear_pointer (&self->picture, g_bytes_unref);
  cam_payload_pool_unref (self->pool);
  cam_camera_config_unref (self->camera);
  g_free (self->folder);
}

static CamStreamDescription *
describe (CamCodec codec, uint16_t width)
{
  g_autoptr (CamTrack) track = cam_track_new (codec);
  track->width = width;
  return cam_stream_description_new (track, NULL);
}

/* @text NULL: no picture. */
static void
keep (Fixture *self, CamCodec codec, uint16_t width, const char *text, int64_t now_us, bool is_urgent)
{
  g_autoptr (CamStreamDescription) description = describe (codec, width);
  g_auto (CamAccessUnit) key = {.is_key = true, .arrived_us = now_us + 1};
  if (text != NULL) {
    key.payload = cam_payload_pool_take (self->pool, strlen (text));
    memcpy (key.payload->data, text, strlen (text));
  }
  cam_stream_memory_keep (self->memory, description, text != NULL ? &key : NULL, now_us, is_urgent);
}

static void
on_picture (GBytes *picture, gpointer data)
{
  Fixture *self = data;
  g_clear_pointer (&self->picture, g_bytes_unref);
  self->picture = picture != NULL ? g_bytes_ref (picture) : NULL;
  self->answers++;
}

static void
assert_picture (Fixture *self, const char *expected)
{
  unsigned before = self->answers;
  guint watchdog = g_timeout_add_seconds (20, give_up, NULL);
  cam_stream_memory_recall_picture (self->memory, on_picture, self);
  g_assert_cmpuint (self->answers, ==, before);
  while (self->answers == before)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (watchdog);
  if (expected == NULL)
    g_assert_null (self->picture);
  else
    g_assert_cmpmem (g_bytes_get_data (self->picture, NULL), g_bytes_get_size (self->picture), expected, strlen (expected));
}

/* @width 0: nothing is recalled. */
static void
assert_recalled (Fixture *self, uint16_t width, const char *picture)
{
  restart (self);
  g_autoptr (CamStreamDescription) description = cam_stream_memory_recall (self->memory);
  g_assert_cmpuint (description != NULL ? description->tracks[CAM_TRACK_VIDEO]->width : 0, ==, width);
  assert_picture (self, picture);
}

static void
test_over_a_restart (Fixture *self, gconstpointer data)
{
  assert_recalled (self, 0, NULL);
  keep (self, CAM_CODEC_H264, 640, "picture", MINUTE_US, false);
  assert_recalled (self, 640, "picture");
  GStatBuf status;
  for (unsigned i = 0; i < 2; i++) {
    g_autofree char *path = path_of (self, i == 0 ? "yard.main" : "yard.main.key");
    g_assert_cmpint (g_stat (path, &status), ==, 0);
    g_assert_cmpint (status.st_mode & 07777, ==, 0600);
  }
  g_autofree char *folder = path_of (self, "");
  g_assert_cmpint (g_stat (folder, &status), ==, 0);
  g_assert_cmpint (status.st_mode & 07777, ==, 0700);
}

/* A camera that was disabled begins anew with what is remembered: what it began with before is let go. */
static void
test_recalled_again (Fixture *self, gconstpointer data)
{
  keep (self, CAM_CODEC_H264, 640, "picture", MINUTE_US, false);
  restart (self);
  g_autoptr (CamStreamDescription) first = cam_stream_memory_recall (self->memory);
  g_autoptr (CamStreamDescription) second = cam_stream_memory_recall (self->memory);
  g_assert_cmpint (first->refs, ==, 1);
  g_assert_cmpint (second->refs, ==, 2);
}

static void
test_url_is_not_in_the_files (Fixture *self, gconstpointer data)
{
  keep (self, CAM_CODEC_H264, 640, "picture", 0, false);
  settle (self);
  for (unsigned i = 0; i < 2; i++) {
    g_autofree char *path = path_of (self, i == 0 ? "yard.main" : "yard.main.key");
    g_autofree char *text = NULL;
    g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
    g_assert_null (strstr (text, "192.0.2.1"));
  }
}

static void
test_another_url_is_not_believed (Fixture *self, gconstpointer data)
{
  keep (self, CAM_CODEC_H264, 640, "picture", 0, false);
  g_free (self->camera->streams[CAM_STREAM_MAIN].url);
  self->camera->streams[CAM_STREAM_MAIN].url = g_strdup ("rtsp://192.0.2.2/stream");
  assert_recalled (self, 0, NULL);
  /* The picture by itself is not believed either, should a crash have left one of the old beside a text of the new. */
  g_autoptr (CamStreamDescription) description = describe (CAM_CODEC_H264, 320);
  cam_stream_memory_keep (self->memory, description, NULL, 0, false);
  settle (self);
  g_assert_false (exists (self, "yard.main.key"));
  put_file (self, "yard.main.key", "0123456789012345678901234567890123456789012345678901234567890123\npicture");
  assert_recalled (self, 320, NULL);
}

/* What is written when: by minutes since the start. */
static void
test_wear (Fixture *self, gconstpointer data)
{
  keep (self, CAM_CODEC_H264, 1, "a", 0, false);
  keep (self, CAM_CODEC_H264, 2, "b", 9 * MINUTE_US, false);
  assert_recalled (self, 1, "a");
  keep (self, CAM_CODEC_H264, 3, "c", 10 * MINUTE_US, false); /* after the restart: at once */
  keep (self, CAM_CODEC_H264, 4, "d", 19 * MINUTE_US, false);
  keep (self, CAM_CODEC_H264, 4, "e", 20 * MINUTE_US, false);
  assert_recalled (self, 4, "e");
  keep (self, CAM_CODEC_H264, 5, "f", 20 * MINUTE_US, true);
  keep (self, CAM_CODEC_H264, 6, "g", 21 * MINUTE_US - 1, true); /* a text is small, a picture is not */
  assert_recalled (self, 6, "f");
  keep (self, CAM_CODEC_H264, 6, "h", 22 * MINUTE_US, true);
  keep (self, CAM_CODEC_H264, 6, "i", 23 * MINUTE_US, true);
  assert_recalled (self, 6, "i");
}

static void
test_nothing_is_written_twice (Fixture *self, gconstpointer data)
{
  keep (self, CAM_CODEC_H264, 1, "a", 0, false);
  settle (self);
  remove_file (self, "yard.main");
  remove_file (self, "yard.main.key");
  /* The same unit, much later. */
  g_autoptr (CamStreamDescription) description = describe (CAM_CODEC_H264, 1);
  g_auto (CamAccessUnit) key = {.is_key = true, .arrived_us = 1, .payload = cam_payload_pool_take (self->pool, 1)};
  key.payload->data[0] = 'a';
  cam_stream_memory_keep (self->memory, description, &key, 30 * MINUTE_US, true);
  settle (self);
  g_assert_false (exists (self, "yard.main"));
}

static void
test_slate_is_no_picture (Fixture *self, gconstpointer data)
{
  g_autoptr (CamStreamDescription) description = describe (CAM_CODEC_H264, 1);
  g_auto (CamAccessUnit) key = {.is_key = true, .is_slate = true, .arrived_us = 1, .payload = cam_payload_pool_take (self->pool, 1)};
  cam_stream_memory_keep (self->memory, description, &key, 0, true);
  settle (self);
  g_assert_true (exists (self, "yard.main"));
  g_assert_false (exists (self, "yard.main.key"));
}

static void
test_another_kind_forgets_the_picture (Fixture *self, gconstpointer data)
{
  keep (self, CAM_CODEC_H264, 1, "a", 0, false);
  keep (self, CAM_CODEC_H265, 2, NULL, MINUTE_US, false);
  assert_recalled (self, 2, NULL);
  keep (self, CAM_CODEC_H265, 2, "b", 2 * MINUTE_US, false);
  keep (self, CAM_CODEC_MJPEG, 3, "c", 3 * MINUTE_US, false);
  assert_recalled (self, 3, "c");
}

/* A camera that is lost every few seconds, and says something else each time, wears nothing out either. */
static void
test_wear_of_many_kinds (Fixture *self, gconstpointer data)
{
  keep (self, CAM_CODEC_H264, 1, "a", 0, true);
  settle (self);
  remove_file (self, "yard.main");
  remove_file (self, "yard.main.key");
  keep (self, CAM_CODEC_H265, 2, "b", 2 * G_USEC_PER_SEC, true);
  keep (self, CAM_CODEC_H264, 3, "c", 4 * G_USEC_PER_SEC, true);
  settle (self);
  g_assert_false (exists (self, "yard.main"));
  keep (self, CAM_CODEC_H265, 4, "d", 10 * G_USEC_PER_SEC, true);
  settle (self);
  g_assert_true (exists (self, "yard.main"));
  g_assert_false (exists (self, "yard.main.key"));
  keep (self, CAM_CODEC_H265, 4, "e", MINUTE_US, false);
  assert_recalled (self, 4, "e");
}

static void
test_remember_no_picture (Fixture *self, gconstpointer data)
{
  keep (self, CAM_CODEC_H264, 1, "a", 0, false);
  self->camera->remember_picture = false;
  restart (self);
  settle (self);
  g_assert_false (exists (self, "yard.main.key"));
  keep (self, CAM_CODEC_H264, 2, "b", MINUTE_US, true);
  assert_recalled (self, 2, NULL);
  g_assert_false (exists (self, "yard.main.key"));
}

static void
test_broken_files (Fixture *self, gconstpointer data)
{
  keep (self, CAM_CODEC_H264, 1, "a", 0, false);
  settle (self);
  put_file (self, "yard.main.key", "short");
  assert_recalled (self, 1, NULL);
  put_file (self, "yard.main", "[Stream]\nFormat=1\n");
  assert_recalled (self, 0, NULL);
}

static void
test_failed_write_is_made_good (Fixture *self, gconstpointer data)
{
  if (!g_test_subprocess ()) {
    g_test_trap_subprocess (NULL, 20 * G_USEC_PER_SEC, G_TEST_SUBPROCESS_DEFAULT);
    g_test_trap_assert_passed ();
    g_test_trap_assert_stderr ("*cannot keep '*yard.main*");
    return;
  }
  g_autofree char *streams = path_of (self, NULL);
  g_assert_true (g_file_set_contents (streams, "in the way", -1, NULL));
  keep (self, CAM_CODEC_H264, 1, "a", 0, false);
  CamStreamMemory *memory = self->memory;
  while (cam_disk_get_failures (self->disk) < 2)
    g_thread_yield ();
  g_assert_cmpint (g_unlink (streams), ==, 0);
  keep (self, CAM_CODEC_H264, 1, "b", 10 * MINUTE_US, false);
  g_assert_true (memory == self->memory);
  assert_recalled (self, 1, "b");
}

static void
test_no_folder (Fixture *self, gconstpointer data)
{
  cam_stream_memory_free (self->memory);
  self->memory = cam_stream_memory_new (NULL, NULL, self->camera, CAM_STREAM_MAIN);
  keep (self, CAM_CODEC_H264, 1, "a", 0, true);
  g_assert_null (cam_stream_memory_recall (self->memory));
  assert_picture (self, NULL);
  cam_stream_memory_forget_others (NULL, NULL, NULL);
}

static void
test_no_answer_after_free (Fixture *self, gconstpointer data)
{
  keep (self, CAM_CODEC_H264, 1, "a", 0, false);
  restart (self);
  g_autoptr (CamStreamDescription) description = cam_stream_memory_recall (self->memory);
  g_assert_nonnull (description);
  cam_stream_memory_recall_picture (self->memory, on_picture, self);
  assert_picture (self, "a"); /* the earlier question is not answered */
  g_assert_cmpuint (self->answers, ==, 1);
  cam_stream_memory_recall_picture (self->memory, on_picture, self);
  g_clear_pointer (&self->memory, cam_stream_memory_free);
  settle (self);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpuint (self->answers, ==, 1);
}

static void
test_forgets_others (Fixture *self, gconstpointer data)
{
  static const char *const gone[] = {"attic.main", "attic.main.key", "attic.main.udp", "attic.sub", "yard.sub", "yard.sub.key", "yard.main.new", "yard.main.key.new"};
  static const char *const kept[] = {"yard.main", "yard.main.key", "yard.main.udp", "attic", "attic.main.bak", "Attic.main", "attic.other", "attic.main\n", "\xff.main", "notes.txt"};
  for (unsigned i = 0; i < G_N_ELEMENTS (gone); i++)
    put_file (self, gone[i], "x");
  for (unsigned i = 0; i < G_N_ELEMENTS (kept); i++)
    put_file (self, kept[i], "x");
  g_autoptr (CamConfigSet) config = cam_config_set_new ();
  g_ptr_array_add (config->cameras, cam_camera_config_ref (self->camera));
  cam_config_set_sort (config);
  cam_stream_memory_forget_others (self->disk, self->folder, config);
  settle (self);
  for (unsigned i = 0; i < G_N_ELEMENTS (gone); i++)
    g_assert_false (exists (self, gone[i]));
  for (unsigned i = 0; i < G_N_ELEMENTS (kept); i++)
    g_assert_true (exists (self, kept[i]));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, function) g_test_add ("/stream-memory/" name, Fixture, NULL, set_up, function, tear_down)
  ADD ("over-a-restart", test_over_a_restart);
  ADD ("recalled-again", test_recalled_again);
  ADD ("url-is-not-in-the-files", test_url_is_not_in_the_files);
  ADD ("another-url-is-not-believed", test_another_url_is_not_believed);
  ADD ("wear", test_wear);
  ADD ("nothing-is-written-twice", test_nothing_is_written_twice);
  ADD ("slate-is-no-picture", test_slate_is_no_picture);
  ADD ("another-kind-forgets-the-picture", test_another_kind_forgets_the_picture);
  ADD ("wear-of-many-kinds", test_wear_of_many_kinds);
  ADD ("remember-no-picture", test_remember_no_picture);
  ADD ("broken-files", test_broken_files);
  ADD ("failed-write-is-made-good", test_failed_write_is_made_good);
  ADD ("no-folder", test_no_folder);
  ADD ("no-answer-after-free", test_no_answer_after_free);
  ADD ("forgets-others", test_forgets_others);
#undef ADD
  return g_test_run ();
}
