#include "core/packet-mailbox.h"

#define HEADER_BYTES 3 /* channel, length in network order */
#define CALM_BYTES (256 * 1024) /* a buffer that a burst has made larger is not kept */

struct CamPacketMailbox {
  size_t most_bytes;
  GMutex lock;
  GByteArray *filling; /* owned; under the lock, as is its contents */

  /* Its reader's. */
  GByteArray *collected; /* owned */
  size_t taken_bytes;    /* of it */
};

CamPacketMailbox *
cam_packet_mailbox_new (size_t most_bytes)
{
  CamPacketMailbox *self = g_new0 (CamPacketMailbox, 1);
  self->most_bytes = most_bytes;
  g_mutex_init (&self->lock);
  self->filling = g_byte_array_new ();
  self->collected = g_byte_array_new ();
  return self;
}

void
cam_packet_mailbox_free (CamPacketMailbox *self)
{
  if (self == NULL)
    return;
  g_byte_array_unref (self->filling);
  g_byte_array_unref (self->collected);
  g_mutex_clear (&self->lock);
  g_free (self);
}

CamMailboxPut
cam_packet_mailbox_put (CamPacketMailbox *self, uint8_t channel, const uint8_t *data, size_t size)
{
  if (size > UINT16_MAX)
    return CAM_MAILBOX_DROPPED;
  const uint8_t header[HEADER_BYTES] = {channel, (uint8_t) (size >> 8), (uint8_t) size};
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  GByteArray *filling = self->filling;
  if (filling->len + HEADER_BYTES + size > self->most_bytes)
    return CAM_MAILBOX_DROPPED;
  bool is_first = filling->len == 0;
  g_byte_array_append (filling, header, HEADER_BYTES);
  g_byte_array_append (filling, data, (guint) size);
  return is_first ? CAM_MAILBOX_FIRST : CAM_MAILBOX_KEPT;
}

void
cam_packet_mailbox_collect (CamPacketMailbox *self)
{
  bool is_large = self->collected->len > CALM_BYTES;
  g_byte_array_set_size (self->collected, 0);
  if (is_large) {
    g_byte_array_unref (self->collected);
    self->collected = g_byte_array_new ();
  }
  self->taken_bytes = 0;
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  GByteArray *filled = self->filling;
  self->filling = self->collected;
  self->collected = filled;
}

bool
cam_packet_mailbox_take (CamPacketMailbox *self, uint8_t *ret_channel, const uint8_t **ret_data, size_t *ret_size)
{
  if (self->taken_bytes == self->collected->len)
    return false;
  const uint8_t *packet = self->collected->data + self->taken_bytes;
  *ret_channel = packet[0];
  *ret_size = (size_t) packet[1] << 8 | packet[2];
  *ret_data = packet + HEADER_BYTES;
  self->taken_bytes += HEADER_BYTES + *ret_size;
  return true;
}
