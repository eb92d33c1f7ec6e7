/* Small files written, read and removed off every other thread: one thread, in order of asking; the newest content of a path replaces one that
 * still waits. Files are written whole or not at all (core/disk-file), mode 0600. What fails is counted, and logged once a reason until it works again:
 * a full disk is one line, not one a file.
 * Thread: any to ask. Owner: the daemon; ends after all who ask. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct CamDisk CamDisk;

CamDisk *cam_disk_new (GError **error); /* NULL with a G_THREAD_ERROR */
void cam_disk_free (CamDisk *self); /* NULL is fine; finishes what was asked, for 1 s at most, then leaves the thread behind */

/* @content: takes its own reference. A folder that is missing is made, mode 0700. At most 256 requests wait: past that it is dropped, logged and counted. */
void cam_disk_write (CamDisk *self, const char *path, GBytes *content);
void cam_disk_remove (CamDisk *self, const char *path); /* it need not be there */

/* @content: NULL when there is no such file, it is larger than @max_bytes, it cannot be read or too many requests wait. (transfer none)
 * Runs in @context, once, unless that or the disk is gone first: then only @destroy does, with the disk or the context. */
typedef void (*CamDiskReadFunc) (GBytes *content, gpointer data);
void cam_disk_read (CamDisk *self, const char *path, size_t max_bytes, GMainContext *context, CamDiskReadFunc func, gpointer data, GDestroyNotify destroy);

uint64_t cam_disk_get_failures (const CamDisk *self);
