#include "core/disk-file.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

static bool
fail_errno (GError **error, int code)
{
  g_set_error_literal (error, G_FILE_ERROR, (int) g_file_error_from_errno (code), g_strerror (code));
  return false;
}

/* O_EXCL: what stands under the temporary name was left by a crash, and is never written through, a link least of all. */
static int
create (const char *path)
{
  enum { FLAGS = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC };
  int fd = open (path, FLAGS, 0600);
  if (fd >= 0)
    return fd;
  if (errno == EEXIST) {
    unlink (path);
  } else if (errno == ENOENT) {
    g_autofree char *folder = g_path_get_dirname (path);
    if (g_mkdir_with_parents (folder, 0700) != 0)
      return -1;
  } else {
    return -1;
  }
  return open (path, FLAGS, 0600);
}

static bool
write_all (int fd, GBytes *content)
{
  size_t size = 0;
  const char *data = g_bytes_get_data (content, &size);
  while (size > 0) {
    ssize_t written = write (fd, data, size);
    if (written < 0 && errno == EINTR)
      continue;
    if (written < 0)
      return false;
    data += written;
    size -= (size_t) written;
  }
  return true;
}

bool
cam_disk_file_write (const char *path, GBytes *content, GError **error)
{
  g_autofree char *fresh = g_strconcat (path, ".new", NULL);
  int fd = create (fresh);
  if (fd < 0)
    return fail_errno (error, errno);
  bool is_written = write_all (fd, content) && fsync (fd) == 0;
  int reason = errno;
  if (close (fd) != 0 && is_written) {
    is_written = false;
    reason = errno;
  }
  if (is_written && rename (fresh, path) == 0)
    return true;
  if (is_written)
    reason = errno;
  unlink (fresh);
  return fail_errno (error, reason);
}

/* O_NONBLOCK: opening a named pipe must not wait for a writer. O_NOFOLLOW: we write no links, so one is not ours. */
static int
open_regular (const char *path, size_t *ret_size, GError **error)
{
  int fd = open (path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) {
    fail_errno (error, errno);
    return -1;
  }
  struct stat status;
  if (fstat (fd, &status) == 0 && S_ISREG (status.st_mode)) {
    *ret_size = (size_t) status.st_size;
    return fd;
  }
  g_close (fd, NULL);
  g_set_error_literal (error, G_FILE_ERROR, G_FILE_ERROR_INVAL, "not a regular file");
  return -1;
}

/* As much of @size bytes as there is; -1 with errno. */
static ssize_t
read_all (int fd, char *data, size_t size)
{
  size_t filled = 0;
  while (filled < size) {
    ssize_t got = read (fd, data + filled, size - filled);
    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0)
      return -1;
    if (got == 0)
      break;
    filled += (size_t) got;
  }
  return (ssize_t) filled;
}

GBytes *
cam_disk_file_read (const char *path, size_t max_bytes, GError **error)
{
  size_t size = 0;
  int fd = open_regular (path, &size, error);
  if (fd < 0)
    return NULL;
  if (size > max_bytes) {
    g_close (fd, NULL);
    fail_errno (error, EFBIG);
    return NULL;
  }
  g_autofree char *data = g_malloc (size + 1);
  ssize_t filled = read_all (fd, data, size);
  int reason = errno;
  g_close (fd, NULL);
  if (filled < 0) {
    fail_errno (error, reason);
    return NULL;
  }
  return g_bytes_new_take (g_steal_pointer (&data), (size_t) filled);
}

bool
cam_disk_file_remove (const char *path, GError **error)
{
  if (unlink (path) == 0 || errno == ENOENT || errno == ENOTDIR)
    return true;
  return fail_errno (error, errno);
}
