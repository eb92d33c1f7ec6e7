#include "wire/bit-cursor.h"

#include <glib.h>
#include <string.h>

CamBitCursor
cam_bit_cursor_new (const uint8_t *data, size_t size)
{
  return (CamBitCursor){.data = data, .size = size * 8};
}

size_t
cam_bit_cursor_left (const CamBitCursor *self)
{
  return self->size - self->position;
}

uint32_t
cam_bit_cursor_read (CamBitCursor *self, unsigned bits)
{
  g_assert (bits <= 32);
  if (bits > cam_bit_cursor_left (self)) {
    self->position = self->size;
    self->failed = true;
    return 0;
  }
  uint32_t value = 0;
  for (unsigned i = 0; i < bits; i++, self->position++)
    value = value << 1 | (self->data[self->position / 8] >> (7 - self->position % 8) & 1);
  return value;
}

void
cam_bit_cursor_skip (CamBitCursor *self, size_t bits)
{
  self->failed |= bits > cam_bit_cursor_left (self);
  self->position += MIN (bits, cam_bit_cursor_left (self));
}

bool
cam_bit_cursor_copy (CamBitCursor *self, size_t bits, uint8_t *out)
{
  if (bits > cam_bit_cursor_left (self)) {
    self->position = self->size;
    self->failed = true;
    return false;
  }
  size_t whole = bits / 8;
  if (self->position % 8 == 0 && whole > 0) {
    memcpy (out, self->data + self->position / 8, whole);
    self->position += whole * 8;
  } else {
    for (size_t i = 0; i < whole; i++)
      out[i] = (uint8_t) cam_bit_cursor_read (self, 8);
  }
  unsigned rest = bits % 8;
  if (rest > 0)
    out[whole] = (uint8_t) (cam_bit_cursor_read (self, rest) << (8 - rest));
  return true;
}
