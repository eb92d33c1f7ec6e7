/* A disk whose calls a test answers.
 * Thread: the functions are called on the disk's thread. Owner: the caller of new. */
#pragma once

#include "core/disk.h"

/* As the functions of core/disk-file, with the @data of new. */
typedef struct {
  bool (*write) (const char *path, GBytes *content, gpointer data, GError **error);
  bool (*remove) (const char *path, gpointer data, GError **error);
  GBytes *(*read) (const char *path, size_t max_bytes, gpointer data, GError **error);
} CamDiskCalls;

/* @calls, @data: borrowed; a thread that hangs in one of them outlives the disk. */
CamDisk *cam_disk_new_with_calls (const CamDiskCalls *calls, gpointer data, GError **error);
