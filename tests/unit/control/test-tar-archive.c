#include "control/tar-archive.h"

#include <glib/gstdio.h>
#include <string.h>

static void
test_files (void)
{
  g_autoptr (CamTarArchive) tar = cam_tar_archive_new ("folder", 1700000000, 1 << 20);
  g_autofree char *block = g_strnfill (512, 'x');
  g_assert_true (cam_tar_archive_add (tar, "empty", NULL, 0));
  g_assert_true (cam_tar_archive_add (tar, "small.txt", "hello", 5));
  g_assert_true (cam_tar_archive_add (tar, "block", block, 512));
  g_autoptr (GBytes) bytes = cam_tar_archive_finish (tar);
  gsize size = 0;
  const char *data = g_bytes_get_data (bytes, &size);
  g_assert_cmpuint (size, ==, 512 * (1 + 2 + 2 + 2));
  g_assert_cmpstr (data, ==, "folder/empty");
  g_assert_cmpstr (data + 512, ==, "folder/small.txt");
  g_assert_cmpstr (data + 512 + 100, ==, "0000600");
  g_assert_cmpstr (data + 512 + 124, ==, "00000000005");
  g_assert_cmpstr (data + 512 + 136, ==, "14524770400");
  g_assert_cmpmem (data + 512 + 257, 8, "ustar\00000", 8);
  g_assert_cmpstr (data + 1024, ==, "hello");
  for (gsize i = size - 1024; i < size; i++)
    g_assert_cmpint (data[i], ==, 0);
}

/* The real one reads it, and every header's sum is right. */
static void
test_tar_reads_it (void)
{
  g_autofree char *tar_program = g_find_program_in_path ("tar");
  if (tar_program == NULL) {
    g_test_skip ("no tar");
    return;
  }
  g_autoptr (CamTarArchive) tar = cam_tar_archive_new ("folder", 1700000000, 1 << 20);
  cam_tar_archive_add (tar, "a", "first", 5);
  cam_tar_archive_add (tar, "b", "second", 6);
  g_autoptr (GBytes) bytes = cam_tar_archive_finish (tar);
  g_autoptr (GError) error = NULL;
  g_autofree char *path = NULL;
  int fd = g_file_open_tmp ("camrelay-XXXXXX.tar", &path, &error);
  g_assert_no_error (error);
  g_assert_true (g_close (fd, NULL));
  g_file_set_contents (path, g_bytes_get_data (bytes, NULL), (gssize) g_bytes_get_size (bytes), &error);
  g_assert_no_error (error);
  const char *arguments[] = {tar_program, "-xOf", path, NULL};
  g_autofree char *out = NULL;
  g_autofree char *complaints = NULL;
  int status = -1;
  g_spawn_sync (NULL, (char **) arguments, NULL, G_SPAWN_DEFAULT, NULL, NULL, &out, &complaints, &status, &error);
  g_assert_no_error (error);
  g_remove (path);
  g_assert_cmpint (status, ==, 0);
  g_assert_cmpstr (out, ==, "firstsecond");
  g_assert_cmpstr (complaints, ==, "");
}

static void
test_full (void)
{
  enum { MOST = 8 * 512 };
  g_autoptr (CamTarArchive) tar = cam_tar_archive_new ("folder", 0, MOST);
  g_autofree char *text = g_strnfill (MOST, 'x');
  g_assert_true (cam_tar_archive_add (tar, "first", text, 600));
  g_assert_false (cam_tar_archive_add (tar, "second", text, MOST));
  g_assert_false (cam_tar_archive_add (tar, "third", "x", 1));
  g_autoptr (GBytes) bytes = cam_tar_archive_finish (tar);
  gsize size = 0;
  const char *data = g_bytes_get_data (bytes, &size);
  g_assert_cmpuint (size, ==, MOST);
  g_assert_nonnull (memmem (data, size, "(cut short: the bundle is full)\n", 32));
  g_assert_null (memmem (data, size, "third", 5));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/control/tar-archive/files", test_files);
  g_test_add_func ("/control/tar-archive/tar-reads-it", test_tar_reads_it);
  g_test_add_func ("/control/tar-archive/full", test_full);
  return g_test_run ();
}
