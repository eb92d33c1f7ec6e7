/* A tar archive being written in memory: files that this user may read, in one folder (POSIX.1-1988 "ustar", which every tar reads).
 * Thread: pure. Owner: its maker. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct CamTarArchive CamTarArchive;

/* @folder: copied; what all files are in, 64 characters at most. @unix_s: when all of them were made. @most_bytes: of the whole archive. */
CamTarArchive *cam_tar_archive_new (const char *folder, int64_t unix_s, size_t most_bytes);
void cam_tar_archive_free (CamTarArchive *self); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CamTarArchive, cam_tar_archive_free)

/* Adds @folder/@name, 35 characters at most, of letters that need no care. Of what does not fit any more the end is left out, and the file's last line
 * says so; false then. */
bool cam_tar_archive_add (CamTarArchive *self, const char *name, const char *data, size_t size);

/* Ends it: nothing may be added any more. (transfer full) */
GBytes *cam_tar_archive_finish (CamTarArchive *self);
