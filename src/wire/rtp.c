#include "wire/rtp.h"

#include <glib.h>

/* RFC 3550, A.1: further ahead than this is not a loss, further back is not a late packet. */
#define MAX_AHEAD 3000
#define MAX_BEHIND 100

static uint16_t
read_u16 (const uint8_t *data)
{
  return (uint16_t) (data[0] << 8 | data[1]);
}

static uint32_t
read_u32 (const uint8_t *data)
{
  return (uint32_t) read_u16 (data) << 16 | read_u16 (data + 2);
}

/* Where the payload begins, behind CSRCs and extension; 0 when it would begin beyond the packet. */
static size_t
find_payload (const uint8_t *data, size_t size)
{
  size_t start = CAM_RTP_HEADER_BYTES + 4 * (size_t) (data[0] & 0x0f);
  if ((data[0] & 0x10) != 0) {
    if (start + 4 > size)
      return 0;
    start += 4 + 4 * (size_t) read_u16 (data + start + 2);
  }
  return start <= size ? start : 0;
}

bool
cam_rtp_read (const uint8_t *data, size_t size, CamRtpPacket *ret_packet)
{
  if (size < CAM_RTP_HEADER_BYTES || data[0] >> 6 != 2)
    return false;
  size_t start = find_payload (data, size);
  if (start == 0)
    return false;
  size_t padding = 0;
  if ((data[0] & 0x20) != 0) {
    padding = data[size - 1];
    if (padding == 0 || padding > size - start)
      return false;
  }
  *ret_packet = (CamRtpPacket){
      .payload_type = data[1] & 0x7f,
      .marker = (data[1] & 0x80) != 0,
      .sequence = read_u16 (data + 2),
      .time = read_u32 (data + 4),
      .ssrc = read_u32 (data + 8),
      .payload = data + start,
      .size = size - start - padding,
  };
  return true;
}

/* RFC 3550, 6.4.1 and A.8, in units of the RTP clock. */
static void
note_transit (CamRtpSequence *self, const CamRtpPacket *packet, uint32_t clock_rate, int64_t arrival_us, bool is_first)
{
  uint64_t seconds = (uint64_t) arrival_us / G_USEC_PER_SEC;
  uint64_t rest_us = (uint64_t) arrival_us % G_USEC_PER_SEC;
  uint32_t arrival = (uint32_t) (seconds * clock_rate + rest_us * clock_rate / G_USEC_PER_SEC);
  uint32_t transit = arrival - packet->time;
  if (!is_first) {
    int32_t change = (int32_t) (transit - self->transit);
    uint32_t distance = change < 0 ? 0 - (uint32_t) change : (uint32_t) change;
    self->jitter += distance - ((self->jitter + 8) >> 4);
  }
  self->transit = transit;
}

static void
start_over (CamRtpSequence *self, const CamRtpPacket *packet)
{
  *self = (CamRtpSequence){
      .started = true,
      .ssrc = packet->ssrc,
      .highest = packet->sequence,
      .base = packet->sequence,
      .received = 1,
      .lost = self->lost,
  };
}

CamRtpOrder
cam_rtp_sequence_add (CamRtpSequence *self, const CamRtpPacket *packet, uint32_t clock_rate, int64_t arrival_us)
{
  bool was_started = self->started;
  uint16_t ahead = (uint16_t) (packet->sequence - self->highest);
  uint16_t behind = (uint16_t) (self->highest - packet->sequence);
  if (!was_started || packet->ssrc != self->ssrc || (ahead > MAX_AHEAD && behind > MAX_BEHIND)) {
    start_over (self, packet);
    note_transit (self, packet, clock_rate, arrival_us, true);
    return was_started ? CAM_RTP_RESTART : CAM_RTP_NEXT;
  }
  self->received++;
  if (ahead == 0 || ahead > MAX_AHEAD)
    return CAM_RTP_OLD;
  if (packet->sequence < self->highest)
    self->cycles += 1u << 16;
  self->highest = packet->sequence;
  self->lost += ahead - 1u;
  note_transit (self, packet, clock_rate, arrival_us, false);
  return ahead == 1 ? CAM_RTP_NEXT : CAM_RTP_GAP;
}
