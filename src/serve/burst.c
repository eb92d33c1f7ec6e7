#include "serve/burst.h"

#include <string.h>

/* A packet is behind '$', its channel and a 16-bit length (RFC 2326, 10.12). */
enum { INTERLEAVED_BYTES = 4, SEQUENCE_OFFSET = INTERLEAVED_BYTES + 2 };

static uint16_t
read_u16 (const uint8_t *at)
{
  return (uint16_t) (at[0] << 8 | at[1]);
}

static void
write_u16 (uint8_t *at, uint16_t value)
{
  at[0] = (uint8_t) (value >> 8);
  at[1] = (uint8_t) value;
}

CamBurst *
cam_burst_new (size_t capacity)
{
  CamBurst *self = g_malloc (sizeof (CamBurst) + capacity);
  *self = (CamBurst){.refs = 1};
  return self;
}

CamBurst *
cam_burst_ref (CamBurst *self)
{
  self->refs++;
  return self;
}

void
cam_burst_unref (CamBurst *self)
{
  if (self == NULL || --self->refs > 0)
    return;
  CamBurst *variant = self->variants;
  while (variant != NULL) {
    CamBurst *next = variant->next;
    variant->next = NULL;
    cam_burst_unref (variant);
    variant = next;
  }
  g_free (self);
}

/* Writes @channel and the shifted sequence numbers over all packets. The lengths are our own packetizer's and were right. */
static void
patch_packets (CamBurst *self, uint8_t channel, uint16_t shift)
{
  size_t at = 0;
  while (at + INTERLEAVED_BYTES <= self->size) {
    uint8_t *packet = self->data + at;
    size_t length = read_u16 (packet + 2);
    g_assert (at + INTERLEAVED_BYTES + length <= self->size);
    packet[1] = channel;
    if (!self->is_control)
      write_u16 (packet + SEQUENCE_OFFSET, (uint16_t) (read_u16 (packet + SEQUENCE_OFFSET) + shift));
    at += INTERLEAVED_BYTES + length;
  }
  self->channel = channel;
  if (!self->is_control)
    self->sequence = (uint16_t) (self->sequence + shift);
}

void
cam_burst_shift (CamBurst *self, uint16_t shift)
{
  g_assert (self->refs == 1 && self->variants == NULL);
  patch_packets (self, self->channel, shift);
}

CamBurst *
cam_burst_get_variant (CamBurst *self, uint8_t channel, uint16_t shift)
{
  uint16_t sequence = self->is_control ? self->sequence : (uint16_t) (self->sequence + shift);
  if (self->channel == channel && self->sequence == sequence)
    return cam_burst_ref (self);

  for (CamBurst *variant = self->variants; variant != NULL; variant = variant->next)
    if (variant->channel == channel && variant->sequence == sequence)
      return cam_burst_ref (variant);

  CamBurst *variant = cam_burst_new (self->size);
  *variant = *self;
  variant->refs = 1;
  variant->variants = NULL;
  variant->next = self->variants;
  memcpy (variant->data, self->data, self->size);
  patch_packets (variant, channel, shift);
  self->variants = variant; /* the list's reference */
  return cam_burst_ref (variant);
}
