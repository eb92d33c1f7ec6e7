/* What a decoder sees of an outage: the pictures of a file from one of its key pictures on, slates made of that, the pictures again as if the
 * camera had been restarted. For tests with real decoders.
 * usage: slate-sequence h264|h265 KEY IN OUT    the how manieth key picture, from 0; byte streams (annex B); prints "pictures N slates N", without
 * the leading pictures that refer to what was before the key picture: decoders leave those out
 * Thread: one. Owner: none. */
#include <stdio.h>
#include <string.h>

#include "wire/h264.h"
#include "wire/h265.h"
#include "wire/slate-unit.h"

enum { SLATES = 5, LEAST_START_CODE = 3 };
enum { RASL_N = 8, RASL_R = 9 }; /* H.265, table 7-1 */

typedef CamNalFacts (*InspectFunc) (const uint8_t *nal, size_t size);

typedef struct {
  InspectFunc inspect;
  GPtrArray *units;  /* of GByteArray, owned: NAL units behind their lengths */
  unsigned keys_to_go; /* key pictures to be left out, with all that follows them */
  GByteArray *key;   /* borrowed: the key unit it begins with; NULL: none yet */
  bool has_slice;    /* the last unit */
} Stream;

/* Forgets the units before the last one, which is another key picture than the first. */
static void
skip_to_last (Stream *self)
{
  g_ptr_array_remove_range (self->units, 0, self->units->len - 1);
  self->keys_to_go--;
}

static void
add_nal (Stream *self, const uint8_t *nal, size_t size)
{
  CamNalFacts facts = self->inspect (nal, size);
  if (self->units->len == 0 || (self->has_slice && facts.starts_picture)) {
    g_ptr_array_add (self->units, g_byte_array_new ());
    self->has_slice = false;
  }
  bool is_first_slice = facts.role == CAM_NAL_SLICE && !self->has_slice;
  self->has_slice = self->has_slice || facts.role == CAM_NAL_SLICE;
  GByteArray *unit = g_ptr_array_index (self->units, self->units->len - 1);
  uint8_t length[CAM_NAL_LENGTH_BYTES];
  cam_nal_write_length (length, size);
  g_byte_array_append (unit, length, sizeof length);
  g_byte_array_append (unit, nal, (guint) size);
  if (!facts.is_key || !is_first_slice || self->key != NULL)
    return;
  if (self->keys_to_go > 0 && self->units->len > 1)
    skip_to_last (self);
  if (self->keys_to_go == 0)
    self->key = unit;
}

/* NAL units end where the next start code is; a zero before that belongs to it. */
static void
read_stream (Stream *self, const uint8_t *data, size_t size)
{
  static const uint8_t start_code[LEAST_START_CODE] = {0, 0, 1};
  const uint8_t *end = data + size;
  const uint8_t *nal = memmem (data, size, start_code, LEAST_START_CODE);
  while (nal != NULL) {
    nal += LEAST_START_CODE;
    const uint8_t *next = memmem (nal, (size_t) (end - nal), start_code, LEAST_START_CODE);
    const uint8_t *nal_end = next != NULL ? next : end;
    while (nal_end > nal && nal_end[-1] == 0)
      nal_end--;
    if (nal_end > nal)
      add_nal (self, nal, (size_t) (nal_end - nal));
    nal = next;
  }
}

static void
write_unit (FILE *out, const uint8_t *unit, size_t size)
{
  CamNalWalk walk = {unit, size};
  const uint8_t *nal;
  size_t nal_size;
  while (cam_nal_walk_next (&walk, &nal, &nal_size)) {
    fwrite ("\0\0\0\1", 1, CAM_NAL_LENGTH_BYTES, out);
    fwrite (nal, 1, nal_size, out);
  }
}

static void
write_camera (FILE *out, const Stream *stream)
{
  for (unsigned i = 0; i < stream->units->len; i++) {
    const GByteArray *unit = g_ptr_array_index (stream->units, i);
    write_unit (out, unit->data, unit->len);
  }
}

/* RASL pictures of the key unit. */
static unsigned
count_leading (const Stream *stream)
{
  unsigned leading = 0;
  for (unsigned i = 1; i < stream->units->len; i++) {
    const GByteArray *unit = g_ptr_array_index (stream->units, i);
    CamNalWalk walk = {unit->data, unit->len};
    const uint8_t *nal;
    size_t size;
    while (cam_nal_walk_next (&walk, &nal, &size)) {
      CamNalFacts facts = stream->inspect (nal, size);
      if (facts.is_key)
        return leading;
      leading += facts.role == CAM_NAL_SLICE && facts.starts_picture && (cam_h265_type (nal) == RASL_N || cam_h265_type (nal) == RASL_R);
    }
  }
  return leading;
}

int
main (int argc, char **argv)
{
  bool is_h264 = argc == 5 && strcmp (argv[1], "h264") == 0;
  g_autofree char *data = NULL;
  gsize size;
  if (argc != 5 || !g_file_get_contents (argv[3], &data, &size, NULL))
    return 64;
  Stream stream = {.inspect = is_h264 ? cam_h264_inspect : cam_h265_inspect,
                   .keys_to_go = (unsigned) g_ascii_strtoull (argv[2], NULL, 10),
                   .units = g_ptr_array_new_with_free_func ((GDestroyNotify) g_byte_array_unref)};
  read_stream (&stream, (const uint8_t *) data, size);
  g_autoptr (CamTrack) track = cam_track_new (is_h264 ? CAM_CODEC_H264 : CAM_CODEC_H265);
  GBytes *slates[CAM_SLATE_UNITS];
  FILE *out = fopen (argv[4], "wb");
  if (out == NULL || stream.key == NULL || !cam_slate_units_make (track, stream.key->data, stream.key->len, slates))
    return 1;
  write_camera (out, &stream);
  for (unsigned i = 0; i < SLATES; i++)
    write_unit (out, g_bytes_get_data (slates[i % CAM_SLATE_UNITS], NULL), g_bytes_get_size (slates[i % CAM_SLATE_UNITS]));
  write_camera (out, &stream);
  printf ("pictures %u slates %d\n", 2 * (stream.units->len - (is_h264 ? 0 : count_leading (&stream))), SLATES);
  g_ptr_array_unref (stream.units);
  for (unsigned i = 0; i < CAM_SLATE_UNITS; i++)
    g_bytes_unref (slates[i]);
  return fclose (out) == 0 ? 0 : 1;
}
