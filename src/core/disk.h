/* Small files written, read and removed off every other thread: one thread, in order of asking; the newest content of a path replaces one that
 * still waits. Files are written whole or not at all (a temporary name, then rename), mode 0600. What fails is logged once a path and counted.
 * Thread: any to ask. Owner: the daemon; ends after all who ask. */
#pragma once

#include <glib.h>
#include <stdbool.h>

typedef struct CamDisk CamDisk;

CamDisk *cam_disk_new (GError **error);
void cam_disk_free (CamDisk *self); /* NULL is fine; finishes what was asked, for 2 s at most, then leaves the thread behind */

/* @content: own reference. At most 256 paths wait: past that the request is dropped and logged. */
void cam_disk_write (CamDisk *self, const char *path, GBytes *content);
void cam_disk_remove (CamDisk *self, const char *path); /* it need not be there */

/* @content: NULL when there is no such file, it is larger than @max_bytes or cannot be read. Runs in @context, once, unless that is gone. (transfer none) */
typedef void (*CamDiskReadFunc) (GBytes *content, gpointer data);
void cam_disk_read (CamDisk *self, const char *path, size_t max_bytes, GMainContext *context, CamDiskReadFunc func, gpointer data, GDestroyNotify destroy);

uint64_t cam_disk_get_failures (const CamDisk *self);
