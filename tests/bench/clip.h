/* An H.264 file (ISO 14496-10, annex B) cut into pictures, each with room for a stamp: what simulated cameras play in a loop.
 * Thread: pure; the stamps are written by one loop. Owner: whoever read it. */
#pragma once

#include "unit-stamp.h"

#include <glib.h>

#include "media/track.h"

typedef struct {
  uint8_t *payload; /* owned; NAL units behind their lengths (media/codec.h) */
  size_t size;
  size_t stamp_offset; /* of the stamp's NAL unit, just before the first slice */
  uint32_t slice_bytes;
  bool is_key;
} BenchPicture;

typedef struct {
  CamTrack *track;  /* ref; with the first parameter sets of the file */
  GArray *pictures; /* of BenchPicture, owned; begins with a key picture */
} BenchClip;

/* Errors: G_FILE_ERROR; G_FILE_ERROR_INVAL when there is no key picture with its parameter sets in it. */
BenchClip *bench_clip_read (const char *path, GError **error);
BenchClip *bench_clip_parse (const uint8_t *data, size_t size, GError **error);
void bench_clip_free (BenchClip *self); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BenchClip, bench_clip_free)

static inline BenchPicture *
bench_clip_get (const BenchClip *self, uint64_t number) /* counts on for ever: the clip is a loop */
{
  return &g_array_index (self->pictures, BenchPicture, number % self->pictures->len);
}

/* Writes @stamp's time and number, and the picture's own byte count, into the picture. */
void bench_picture_stamp (BenchPicture *self, int64_t sent_ns, uint32_t number);
