#include "sound/flac-header.h"

#include <glib.h>
#include <string.h>

enum { MARKER_BYTES = 4, BLOCK_HEADER_BYTES = 4, LAST_BLOCK = 0x80, STREAMINFO = 0, FRAME_SYNC = 0xff };

static const uint8_t marker[MARKER_BYTES] = {'f', 'L', 'a', 'C'};

/* Keeps it; true when it is another one than before. */
static bool
learn (CamFlacHeader *self, const uint8_t *streaminfo)
{
  uint8_t preamble[CAM_FLAC_PREAMBLE_BYTES] = {'f', 'L', 'a', 'C', LAST_BLOCK | STREAMINFO, 0, 0, CAM_FLAC_STREAMINFO_BYTES};
  memcpy (preamble + MARKER_BYTES + BLOCK_HEADER_BYTES, streaminfo, CAM_FLAC_STREAMINFO_BYTES);
  bool is_new = !self->has_preamble || memcmp (self->preamble, preamble, sizeof preamble) != 0;
  memcpy (self->preamble, preamble, sizeof preamble);
  self->has_preamble = true;
  return is_new;
}

/* The block at the beginning of @data: bytes of it that are here; 0: there is none, a header ends otherwise than it should. */
static size_t
read_block (CamFlacHeader *self, const uint8_t *data, size_t size, bool *ret_is_new)
{
  self->is_inside = false;
  if (size < BLOCK_HEADER_BYTES || data[0] == FRAME_SYNC)
    return 0;
  size_t length = (size_t) data[1] << 16 | (size_t) data[2] << 8 | data[3];
  size_t here = MIN (length, size - BLOCK_HEADER_BYTES);
  if ((data[0] & ~LAST_BLOCK) == STREAMINFO && length == CAM_FLAC_STREAMINFO_BYTES && here == length)
    *ret_is_new = learn (self, data + BLOCK_HEADER_BYTES) || *ret_is_new;
  self->to_skip = length - here;
  self->is_inside = (data[0] & LAST_BLOCK) == 0;
  return BLOCK_HEADER_BYTES + here;
}

size_t
cam_flac_header_read (CamFlacHeader *self, const uint8_t *data, size_t size, bool *ret_is_new)
{
  *ret_is_new = false;
  size_t at = 0;
  if (size >= MARKER_BYTES && memcmp (data, marker, MARKER_BYTES) == 0) {
    self->is_inside = true;
    self->to_skip = 0;
    at = MARKER_BYTES;
  } else {
    at = MIN (self->to_skip, size);
    self->to_skip -= at;
  }
  while (self->is_inside && at < size) {
    size_t block = read_block (self, data + at, size - at, ret_is_new);
    at += block;
  }
  return at;
}
