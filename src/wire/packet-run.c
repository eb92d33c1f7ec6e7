#include "wire/packet-run.h"

#include <glib.h>
#include <string.h>

static void
write_u16 (uint8_t *out, size_t value)
{
  out[0] = (uint8_t) (value >> 8);
  out[1] = (uint8_t) value;
}

static void
write_u32 (uint8_t *out, uint32_t value)
{
  write_u16 (out, value >> 16);
  write_u16 (out + 2, value & 0xffff);
}

uint8_t *
cam_run_payload (CamRunWriter *self)
{
  return self->out + self->run.bytes + CAM_RUN_OVERHEAD_BYTES;
}

void
cam_run_close_packet (CamRunWriter *self, size_t size, bool marker)
{
  g_assert (size <= CAM_RUN_PAYLOAD_BYTES);
  uint8_t *frame = self->out + self->run.bytes;
  frame[0] = '$';
  frame[1] = self->channel;
  write_u16 (frame + 2, CAM_RTP_HEADER_BYTES + size);
  uint8_t *header = frame + CAM_INTERLEAVED_HEADER_BYTES;
  header[0] = 2 << 6;
  header[1] = (uint8_t) (self->payload_type | (marker ? 0x80 : 0));
  write_u16 (header + 2, self->sequence++);
  write_u32 (header + 4, self->rtp_time);
  write_u32 (header + 8, self->ssrc);
  self->last = header;
  self->run.bytes += CAM_RUN_OVERHEAD_BYTES + size;
  self->run.octets += size;
  self->run.packets++;
}

void
cam_run_write_packet (CamRunWriter *self, const uint8_t *data, size_t size, bool marker)
{
  memcpy (cam_run_payload (self), data, size);
  cam_run_close_packet (self, size, marker);
}

void
cam_run_mark_last (CamRunWriter *self)
{
  if (self->last != NULL)
    self->last[1] |= 0x80;
}
