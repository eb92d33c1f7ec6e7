#include "wire/ts-section.h"

#include <string.h>

#define POLYNOMIAL 0x04c11db7u
#define HEAD_BYTES 3 /* table id and length */
#define FILLER 0xff  /* in place of a table id: the rest of the packet is stuffing */

uint32_t
cam_ts_checksum (const uint8_t *data, size_t size)
{
  uint32_t sum = UINT32_MAX;
  for (size_t i = 0; i < size; i++) {
    sum ^= (uint32_t) data[i] << 24;
    for (int bit = 0; bit < 8; bit++)
      sum = (sum & 0x80000000u) != 0 ? sum << 1 ^ POLYNOMIAL : sum << 1;
  }
  return sum;
}

/* Bytes that the section which begins with @head has, head included. */
static size_t
count_section_bytes (const uint8_t *head)
{
  return HEAD_BYTES + ((size_t) (head[1] & 0x0f) << 8 | head[2]);
}

/* Appends what is still missing of the section at hand, or of its head. Bytes taken of @data. */
static size_t
grow (CamTsSection *self, const uint8_t *data, size_t size)
{
  size_t wanted = self->size < HEAD_BYTES ? HEAD_BYTES : count_section_bytes (self->data);
  size_t piece = MIN (wanted - self->size, size);
  memcpy (self->data + self->size, data, piece);
  self->size += piece;
  return piece;
}

static bool
is_whole (const CamTsSection *self)
{
  return self->size >= HEAD_BYTES && self->size == count_section_bytes (self->data);
}

/* Sections that begin here, or go on, one behind the other. */
static bool
take_bytes (CamTsSection *self, const uint8_t *data, size_t size, CamTsSectionFunc take, gpointer user_data)
{
  while (size > 0 && (self->size > 0 || data[0] != FILLER)) {
    size_t piece = grow (self, data, size);
    data += piece;
    size -= piece;
    if (self->size >= HEAD_BYTES && count_section_bytes (self->data) > sizeof self->data) {
      self->size = 0;
      return false;
    }
    if (!is_whole (self))
      continue;
    size_t bytes = self->size;
    self->size = 0;
    if (cam_ts_checksum (self->data, bytes) != 0)
      return false;
    take (self->data, bytes, user_data);
  }
  return true;
}

bool
cam_ts_section_take (CamTsSection *self, const CamTsPacket *packet, bool is_hole, CamTsSectionFunc take, gpointer data)
{
  if (is_hole)
    self->size = 0;
  if (packet->size == 0)
    return true;
  if (!packet->starts)
    return self->size == 0 || take_bytes (self, packet->payload, packet->size, take, data);
  size_t pointer = packet->payload[0];
  if (pointer >= packet->size) {
    self->size = 0;
    return false;
  }
  const uint8_t *begin = packet->payload + 1;
  bool is_sane = self->size == 0 || take_bytes (self, begin, pointer, take, data);
  self->size = 0;
  return take_bytes (self, begin + pointer, packet->size - 1 - pointer, take, data) && is_sane;
}
