#include "wire/bit-reader.h"

#include <glib.h>

#define EMULATION_PREVENTION 3

CamBitReader
cam_bit_reader_new (const uint8_t *data, size_t size)
{
  return (CamBitReader){.data = data, .size = size};
}

static void
load_byte (CamBitReader *self)
{
  if (self->zeros >= 2 && self->next < self->size && self->data[self->next] == EMULATION_PREVENTION) {
    self->next++;
    self->zeros = 0;
  }
  self->left = 8;
  if (self->next >= self->size) {
    self->failed = true;
    self->current = 0;
    return;
  }
  self->current = self->data[self->next++];
  self->zeros = self->current == 0 ? self->zeros + 1 : 0;
}

uint32_t
cam_bit_reader_read (CamBitReader *self, unsigned bits)
{
  uint32_t value = 0;
  while (bits > 0) {
    if (self->left == 0)
      load_byte (self);
    unsigned take = MIN (bits, self->left);
    self->left -= take;
    bits -= take;
    value = value << take | ((self->current >> self->left) & ((1u << take) - 1));
  }
  return value;
}

void
cam_bit_reader_skip (CamBitReader *self, unsigned bits)
{
  for (; bits > 32; bits -= 32)
    cam_bit_reader_read (self, 32);
  cam_bit_reader_read (self, bits);
}

void
cam_bit_reader_skip_bytes (CamBitReader *self, size_t bytes)
{
  unsigned left = self->left;
  for (; bytes > 0 && !self->failed; bytes--)
    load_byte (self);
  self->left = left;
}

bool
cam_bit_reader_read_flag (CamBitReader *self)
{
  return cam_bit_reader_read (self, 1) != 0;
}

uint32_t
cam_bit_reader_read_unsigned (CamBitReader *self)
{
  unsigned zeros = 0;
  while (zeros < 32 && !self->failed && !cam_bit_reader_read_flag (self))
    zeros++;
  if (zeros == 32 || self->failed) {
    self->failed = true;
    return 0;
  }
  return ((1u << zeros) - 1) + cam_bit_reader_read (self, zeros);
}

int32_t
cam_bit_reader_read_signed (CamBitReader *self)
{
  uint32_t code = cam_bit_reader_read_unsigned (self);
  return code % 2 == 1 ? (int32_t) (code / 2 + 1) : -(int32_t) (code / 2);
}

bool
cam_bit_reader_has_bytes (const CamBitReader *self)
{
  return !self->failed && self->next < self->size;
}
