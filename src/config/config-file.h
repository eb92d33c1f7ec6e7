/* One small file read whole: bounded, regular files only, wiped after use because passwords are in it.
 * Thread: any that may wait for a disk. Owner: the caller. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

typedef struct {
  char *data; /* owned; @size bytes and a NUL */
  size_t size;
} CamConfigFile;

void cam_config_file_clear (CamConfigFile *self); /* wipes and frees */
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (CamConfigFile, cam_config_file_clear)

/* Reads at most @limit + 1 bytes: a @size over the limit says that the file is too large.
 * Errors: G_FILE_ERROR with a message for people ("No such file or directory"), not naming the path; G_FILE_ERROR_NOENT when there is none. */
bool cam_config_file_read (const char *path, size_t limit, CamConfigFile *ret_file, GError **error);
