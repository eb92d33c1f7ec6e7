#include "config/config-file.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void
cam_config_file_clear (CamConfigFile *self)
{
  if (self->data == NULL)
    return;
  explicit_bzero (self->data, self->size);
  g_clear_pointer (&self->data, g_free);
  self->size = 0;
}

static bool
fail_errno (GError **error, int code)
{
  g_set_error_literal (error, G_FILE_ERROR, (int) g_file_error_from_errno (code), g_strerror (code));
  return false;
}

static bool
read_whole (int fd, size_t limit, CamConfigFile *file, GError **error)
{
  file->data = g_malloc (limit + 2);
  while (file->size <= limit) {
    const ssize_t got = read (fd, file->data + file->size, limit + 1 - file->size);
    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0)
      return fail_errno (error, errno);
    if (got == 0)
      break;
    file->size += (size_t) got;
  }
  file->data[file->size] = '\0';
  return true;
}

/* O_NONBLOCK: opening a named pipe must not wait for a writer. */
static int
open_regular (const char *path, GError **error)
{
  struct stat status;
  int fd = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) {
    fail_errno (error, errno);
    return -1;
  }
  if (fstat (fd, &status) == 0 && S_ISREG (status.st_mode))
    return fd;
  g_close (fd, NULL);
  g_set_error (error, G_FILE_ERROR, G_FILE_ERROR_INVAL, "not a regular file");
  return -1;
}

bool
cam_config_file_read (const char *path, size_t limit, CamConfigFile *ret_file, GError **error)
{
  g_auto (CamConfigFile) file = {NULL, 0};
  const int fd = open_regular (path, error);
  if (fd < 0)
    return false;
  const bool ok = read_whole (fd, limit, &file, error);
  g_close (fd, NULL);
  if (!ok)
    return false;
  *ret_file = file;
  file.data = NULL;
  return true;
}
