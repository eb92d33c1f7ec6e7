#include "serve/burst.h"

#include <string.h>

/* A packet is behind '$', its channel and a 16-bit length (RFC 2326, 10.12). */
enum { INTERLEAVED_BYTES = 4, SEQUENCE_OFFSET = INTERLEAVED_BYTES + 2 };

/* What a variant has of each packet: all up to the end of the sequence number. */
enum { HEAD_BYTES = SEQUENCE_OFFSET + 2 };

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

/* Bytes of the frame at @offset of a canonical burst. The lengths are our own packetizer's and were right. */
static size_t
get_frame_size (const CamBurst *self, size_t offset)
{
  size_t size = INTERLEAVED_BYTES + (size_t) read_u16 (self->data + offset + 2);
  g_assert (size >= HEAD_BYTES && size <= self->size - offset);
  return size;
}

CamBurst *
cam_burst_new (size_t capacity)
{
  CamBurst *self = g_malloc (sizeof (CamBurst) + capacity);
  *self = (CamBurst){.refs = 1, .capacity = capacity};
  return self;
}

CamBurst *
cam_burst_ref (CamBurst *self)
{
  self->refs++;
  return self;
}

static void
leave_origin (CamBurst *self)
{
  if (self->previous != NULL)
    self->previous->next = self->next;
  else
    self->origin->variants = self->next;
  if (self->next != NULL)
    self->next->previous = self->previous;
  cam_burst_unref (self->origin);
}

void
cam_burst_unref (CamBurst *self)
{
  if (self == NULL || --self->refs > 0)
    return;
  if (self->origin != NULL)
    leave_origin (self);
  if (self->share != NULL)
    cam_media_share_give (self->share, sizeof (CamBurst) + self->capacity);
  cam_media_share_unref (self->share);
  g_free (self);
}

bool
cam_burst_charge (CamBurst *self, CamMediaShare *share)
{
  g_assert (self->share == NULL);
  if (!cam_media_share_take (share, sizeof (CamBurst) + self->capacity))
    return false;
  self->share = cam_media_share_ref (share);
  return true;
}

static void
patch_head (const CamBurst *self, uint8_t *head, uint8_t channel, uint16_t shift)
{
  head[1] = channel;
  if (!self->is_control)
    write_u16 (head + SEQUENCE_OFFSET, (uint16_t) (read_u16 (head + SEQUENCE_OFFSET) + shift));
}

void
cam_burst_shift (CamBurst *self, uint16_t shift)
{
  g_assert (self->refs == 1 && self->origin == NULL && self->variants == NULL && !self->is_control);
  for (size_t at = 0; at < self->size; at += get_frame_size (self, at))
    patch_head (self, self->data + at, self->channel, shift);
  self->sequence = (uint16_t) (self->sequence + shift);
}

/* NULL when it could not be charged. */
static CamBurst *
make_variant (CamBurst *origin, uint8_t channel, uint16_t shift)
{
  g_autoptr (CamBurst) self = cam_burst_new ((size_t) origin->packets * HEAD_BYTES);
  size_t capacity = self->capacity;
  *self = *origin;
  self->refs = 1;
  self->capacity = capacity;
  self->share = NULL;
  self->origin = self->variants = self->next = self->previous = NULL;
  if (origin->share != NULL && !cam_burst_charge (self, origin->share)) {
    cam_media_share_count_refusal (origin->share);
    return NULL;
  }

  self->channel = channel;
  self->sequence = origin->is_control ? origin->sequence : (uint16_t) (origin->sequence + shift);
  uint8_t *head = self->data;
  for (size_t at = 0; at < origin->size; at += get_frame_size (origin, at)) {
    g_assert (head < self->data + capacity);
    memcpy (head, origin->data + at, HEAD_BYTES);
    patch_head (self, head, channel, shift);
    head += HEAD_BYTES;
  }
  self->origin = cam_burst_ref (origin);
  self->next = origin->variants;
  if (self->next != NULL)
    self->next->previous = self;
  origin->variants = self;
  return g_steal_pointer (&self);
}

CamBurst *
cam_burst_get_variant (CamBurst *self, uint8_t channel, uint16_t shift)
{
  g_assert (self->origin == NULL);
  uint16_t sequence = self->is_control ? self->sequence : (uint16_t) (self->sequence + shift);
  if (self->channel == channel && self->sequence == sequence)
    return cam_burst_ref (self);

  for (CamBurst *variant = self->variants; variant != NULL; variant = variant->next)
    if (variant->channel == channel && variant->sequence == sequence)
      return cam_burst_ref (variant);
  return make_variant (self, channel, shift);
}

/* Where a variant's own bytes of the frame at @offset are: the packets of a burst are numbered in a row. */
static const uint8_t *
find_head (const CamBurst *self, size_t offset)
{
  const CamBurst *origin = self->origin;
  uint16_t number = origin->is_control ? origin->sequence : read_u16 (origin->data + offset + SEQUENCE_OFFSET);
  return self->data + (size_t) (uint16_t) (number - origin->sequence) * HEAD_BYTES;
}

static struct iovec
make_vector (const uint8_t *data, size_t size)
{
  return (struct iovec){.iov_base = (void *) data, .iov_len = size};
}

size_t
cam_burst_gather (const CamBurst *self, size_t offset, struct iovec *vectors, size_t n_vectors)
{
  const CamBurst *origin = self->origin;
  if (n_vectors == 0 || offset >= self->size)
    return 0;
  if (origin == NULL) {
    vectors[0] = make_vector (self->data + offset, self->size - offset);
    return 1;
  }
  size_t at = 0;
  while (at + get_frame_size (origin, at) <= offset)
    at += get_frame_size (origin, at);
  size_t skip = offset - at;
  size_t used = 0;
  for (; at < self->size && used < n_vectors; at += get_frame_size (origin, at), skip = 0) {
    if (skip < HEAD_BYTES)
      vectors[used++] = make_vector (find_head (self, at) + skip, HEAD_BYTES - skip);
    size_t begin = MAX (skip, (size_t) HEAD_BYTES);
    size_t rest = get_frame_size (origin, at) - begin;
    if (used < n_vectors && rest > 0)
      vectors[used++] = make_vector (origin->data + at + begin, rest);
  }
  return used;
}

size_t
cam_burst_get_packet (const CamBurst *self, size_t offset, struct iovec ret_parts[CAM_BURST_PACKET_PARTS])
{
  const CamBurst *origin = self->origin;
  if (origin == NULL) {
    ret_parts[0] = make_vector (self->data + offset + INTERLEAVED_BYTES, get_frame_size (self, offset) - INTERLEAVED_BYTES);
    return 1;
  }
  ret_parts[0] = make_vector (find_head (self, offset) + INTERLEAVED_BYTES, HEAD_BYTES - INTERLEAVED_BYTES);
  ret_parts[1] = make_vector (origin->data + offset + HEAD_BYTES, get_frame_size (origin, offset) - HEAD_BYTES);
  return 2;
}
