/* One small file, written whole or not at all, read within a bound, removed. These calls block for as long as the disk does: whoever may not
 * wait asks core/disk instead.
 * Thread: any that may block. Owner: none, functions only. */
#pragma once

#include <glib.h>
#include <stdbool.h>

/* The content under a temporary name beside @path, on the medium, then renamed: a crash leaves the old file or the new one. Mode 0600; a
 * folder that is missing is made, mode 0700. False with a G_FILE_ERROR: @path is as it was. */
bool cam_disk_file_write (const char *path, GBytes *content, GError **error);

/* NULL with a G_FILE_ERROR: NOENT when there is none, FAILED past @max_bytes, INVAL when it is no regular file (a pipe is not waited for),
 * LOOP when it is a link. (transfer full) */
GBytes *cam_disk_file_read (const char *path, size_t max_bytes, GError **error);

/* It need not be there. */
bool cam_disk_file_remove (const char *path, GError **error);
