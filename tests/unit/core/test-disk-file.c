#include "core/disk-file.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LIMIT 1024

typedef struct {
  char *folder; /* owned, as all */
  char *path;
  char *fresh; /* the temporary name beside it */
} Fixture;

static void
set_up (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  self->folder = g_dir_make_tmp ("disk-file-XXXXXX", &error);
  g_assert_no_error (error);
  self->path = g_build_filename (self->folder, "file", NULL);
  self->fresh = g_strconcat (self->path, ".new", NULL);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  g_unlink (self->path);
  g_unlink (self->fresh);
  g_rmdir (self->path);
  g_assert_cmpint (g_rmdir (self->folder), ==, 0);
  g_free (self->fresh);
  g_free (self->path);
  g_free (self->folder);
}

static void
write_text (const char *path, const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) content = g_bytes_new (text, strlen (text));
  g_assert_true (cam_disk_file_write (path, content, &error));
  g_assert_no_error (error);
}

static void
assert_text (const char *path, const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) content = cam_disk_file_read (path, LIMIT, &error);
  g_assert_no_error (error);
  size_t size = 0;
  const char *data = g_bytes_get_data (content, &size);
  g_assert_cmpmem (data, size, expected, strlen (expected));
}

static void
test_replaces_whole (Fixture *self, gconstpointer data)
{
  write_text (self->path, "one");
  assert_text (self->path, "one");
  write_text (self->path, "");
  assert_text (self->path, "");
  write_text (self->path, "three");
  assert_text (self->path, "three");
  GStatBuf status;
  g_assert_cmpint (g_stat (self->path, &status), ==, 0);
  g_assert_cmpint (status.st_mode & 07777, ==, 0600);
  g_assert_false (g_file_test (self->fresh, G_FILE_TEST_EXISTS));
}

static void
test_left_over_is_not_written_through (Fixture *self, gconstpointer data)
{
  g_autofree char *victim = g_build_filename (self->folder, "victim", NULL);
  write_text (victim, "untouched");
  g_assert_cmpint (symlink (victim, self->fresh), ==, 0);
  write_text (self->path, "new");
  assert_text (victim, "untouched");
  assert_text (self->path, "new");
  g_assert_cmpint (g_unlink (victim), ==, 0);
}

static void
test_makes_folder (Fixture *self, gconstpointer data)
{
  g_autofree char *folder = g_build_filename (self->folder, "a", NULL);
  g_autofree char *path = g_build_filename (folder, "file", NULL);
  write_text (path, "deep");
  assert_text (path, "deep");
  GStatBuf status;
  g_assert_cmpint (g_stat (folder, &status), ==, 0);
  g_assert_cmpint (status.st_mode & 07777, ==, 0700);
  g_assert_cmpint (g_unlink (path), ==, 0);
  g_assert_cmpint (g_rmdir (folder), ==, 0);
}

static void
test_write_that_fails_leaves_nothing (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) content = g_bytes_new_static ("x", 1);
  g_assert_cmpint (g_mkdir (self->path, 0700), ==, 0);
  g_assert_false (cam_disk_file_write (self->path, content, &error));
  g_assert_error (error, G_FILE_ERROR, G_FILE_ERROR_ISDIR);
  g_assert_false (g_file_test (self->fresh, G_FILE_TEST_EXISTS));
}

static void
test_read_refuses (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) none = NULL;
  g_assert_null (cam_disk_file_read (self->path, LIMIT, &none));
  g_assert_error (none, G_FILE_ERROR, G_FILE_ERROR_NOENT);
  g_autoptr (GError) folder = NULL;
  g_assert_null (cam_disk_file_read (self->folder, LIMIT, &folder));
  g_assert_error (folder, G_FILE_ERROR, G_FILE_ERROR_INVAL);
  g_autoptr (GError) link = NULL;
  write_text (self->fresh, "elsewhere");
  g_assert_cmpint (symlink (self->fresh, self->path), ==, 0);
  g_assert_null (cam_disk_file_read (self->path, LIMIT, &link));
  g_assert_error (link, G_FILE_ERROR, G_FILE_ERROR_LOOP);
  g_assert_cmpint (g_unlink (self->path), ==, 0);
  g_autoptr (GError) pipe = NULL;
  g_assert_cmpint (mkfifo (self->path, 0600), ==, 0);
  g_assert_null (cam_disk_file_read (self->path, LIMIT, &pipe));
  g_assert_error (pipe, G_FILE_ERROR, G_FILE_ERROR_INVAL);
}

static void
test_read_is_bounded (Fixture *self, gconstpointer data)
{
  write_text (self->path, "12345");
  g_autoptr (GError) error = NULL;
  g_assert_null (cam_disk_file_read (self->path, 4, &error));
  g_assert_error (error, G_FILE_ERROR, G_FILE_ERROR_FAILED);
  g_autoptr (GBytes) content = cam_disk_file_read (self->path, 5, NULL);
  g_assert_cmpuint (g_bytes_get_size (content), ==, 5);
}

static void
test_remove (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_assert_true (cam_disk_file_remove (self->path, &error));
  write_text (self->path, "x");
  g_assert_true (cam_disk_file_remove (self->path, &error));
  g_assert_false (g_file_test (self->path, G_FILE_TEST_EXISTS));
  g_assert_no_error (error);
  g_assert_cmpint (g_mkdir (self->path, 0700), ==, 0);
  g_assert_false (cam_disk_file_remove (self->path, &error));
  g_assert_nonnull (error);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/disk-file/replaces-whole", Fixture, NULL, set_up, test_replaces_whole, tear_down);
  g_test_add ("/disk-file/left-over-is-not-written-through", Fixture, NULL, set_up, test_left_over_is_not_written_through, tear_down);
  g_test_add ("/disk-file/makes-folder", Fixture, NULL, set_up, test_makes_folder, tear_down);
  g_test_add ("/disk-file/write-that-fails-leaves-nothing", Fixture, NULL, set_up, test_write_that_fails_leaves_nothing, tear_down);
  g_test_add ("/disk-file/read-refuses", Fixture, NULL, set_up, test_read_refuses, tear_down);
  g_test_add ("/disk-file/read-is-bounded", Fixture, NULL, set_up, test_read_is_bounded, tear_down);
  g_test_add ("/disk-file/remove", Fixture, NULL, set_up, test_remove, tear_down);
  return g_test_run ();
}
