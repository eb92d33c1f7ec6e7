/* What is remembered of a stream over a restart, in the state folder: its description, and its last key picture unless RememberPicture=no.
 * Files STATE/streams/NAME.STREAM (text) and NAME.STREAM.key (where it was learned, and the unit), mode 0600, written at loss, at a clean stop and
 * otherwise at most every 10 minutes: flash wears. What was learned from another URL is not believed.
 * Thread: M. Owner: stream-session. */
#pragma once

#include "config/camera-config.h"
#include "config/config-set.h"
#include "core/disk.h"
#include "media/access-unit.h"
#include "media/stream-description.h"

typedef struct CamStreamMemory CamStreamMemory;

/* @folder: the state folder; NULL: nothing is kept. @disk: borrowed. RememberPicture=no: a picture of earlier times is removed. */
CamStreamMemory *cam_stream_memory_new (CamDisk *disk, const char *folder, const CamCameraConfig *camera, unsigned stream);
void cam_stream_memory_free (CamStreamMemory *self); /* NULL is fine */

/* Reads the description, small, at once; NULL when nothing usable is kept. (transfer full) */
CamStreamDescription *cam_stream_memory_recall (CamStreamMemory *self);

/* Reads the key picture off this thread; @func gets NULL when there is none or no description was recalled, always later, in this thread's context. No call after free; asked again
 * before the answer, only the later one is given. */
void cam_stream_memory_recall_picture (CamStreamMemory *self, void (*func) (GBytes *picture, gpointer data), gpointer data);

/* Keeps both; @key nullable. @is_urgent: at a loss or a stop, which may write within the 10 minutes, but the description every 10 s and the picture
 * once a minute at most. Nothing is written that is kept already. With another kind of stream than was kept, an older picture is forgotten. */
void cam_stream_memory_keep (CamStreamMemory *self, CamStreamDescription *description, const CamAccessUnit *key, int64_t now_us, bool is_urgent);

/* At start, before any memory is made: removes what is remembered of streams that are not in @config. Only files of our naming are touched.
 * @folder: NULL is fine. */
void cam_stream_memory_forget_others (CamDisk *disk, const char *folder, const CamConfigSet *config);
