#include "wire/ts-packet.h"

#include <glib.h>
#include <string.h>

#define FAULTY 0x80 /* in the second byte */
#define STARTS 0x40
#define SCRAMBLED 0xc0 /* in the fourth */
#define HAS_ADAPTATION 0x20
#define HAS_PAYLOAD 0x10
#define DISCONTINUITY 0x80 /* in the adaptation field */
#define RANDOM_ACCESS 0x40
#define HAS_CLOCK 0x10
#define STUFFING 0xff

/* Of an adaptation field: what its flags announce, behind the flags. Private data and extensions say their size themselves. */
static size_t
count_field_bytes (const uint8_t *field, size_t size)
{
  static const uint8_t sizes[] = {6, 6, 1}; /* PCR, OPCR, splice countdown */
  size_t bytes = 1;
  for (size_t i = 0; i < G_N_ELEMENTS (sizes); i++)
    if ((field[0] & (HAS_CLOCK >> i)) != 0)
      bytes += sizes[i];
  for (uint8_t flag = 2; flag > 0; flag >>= 1)
    if ((field[0] & flag) != 0 && bytes < size)
      bytes += 1 + (size_t) field[bytes];
  return bytes;
}

static void
read_adaptation (const uint8_t *field, size_t size, CamTsPacket *packet)
{
  if (size == 0) { /* a single byte of stuffing: the length itself */
    packet->is_stuffed = true;
    return;
  }
  packet->is_discontinuity = (field[0] & DISCONTINUITY) != 0;
  packet->is_random_access = (field[0] & RANDOM_ACCESS) != 0;
  packet->is_stuffed = (field[0] == 0) || count_field_bytes (field, size) < size;
}

bool
cam_ts_packet_read (const uint8_t *data, CamTsPacket *ret_packet)
{
  if (data[0] != CAM_TS_SYNC)
    return false;
  CamTsPacket packet = {
      .pid = cam_ts_packet_pid (data),
      .counter = data[3] & CAM_TS_COUNTER_MASK,
      .is_faulty = (data[1] & FAULTY) != 0,
      .starts = (data[1] & STARTS) != 0,
      .is_scrambled = (data[3] & SCRAMBLED) != 0,
  };
  size_t offset = CAM_TS_PACKET_HEADER_BYTES;
  if ((data[3] & HAS_ADAPTATION) != 0) {
    size_t size = data[offset++];
    if (size > CAM_TS_PACKET_BYTES - offset)
      return false;
    read_adaptation (data + offset, size, &packet);
    offset += size;
  }
  if ((data[3] & HAS_PAYLOAD) != 0 && offset < CAM_TS_PACKET_BYTES) {
    packet.payload = data + offset;
    packet.size = CAM_TS_PACKET_BYTES - offset;
  }
  *ret_packet = packet;
  return true;
}

static void
write_header (uint8_t *out, uint16_t pid, uint8_t flags, uint8_t counter)
{
  out[0] = CAM_TS_SYNC;
  out[1] = (uint8_t) (pid >> 8);
  out[2] = (uint8_t) pid;
  out[3] = (uint8_t) (flags | (counter & CAM_TS_COUNTER_MASK));
}

/* 2.4.3.5: 33 bits of 90 kHz, six reserved ones, and the rest up to 27 MHz. */
static void
write_clock (uint8_t *out, uint64_t clock)
{
  uint64_t base = clock / 300;
  unsigned extension = (unsigned) (clock % 300);
  out[0] = (uint8_t) (base >> 25);
  out[1] = (uint8_t) (base >> 17);
  out[2] = (uint8_t) (base >> 9);
  out[3] = (uint8_t) (base >> 1);
  out[4] = (uint8_t) ((base & 1) << 7 | 0x7e | extension >> 8);
  out[5] = (uint8_t) extension;
}

/* With its length byte in front; 0 when there is nothing to say. */
static size_t
count_mark_bytes (const CamTsMark *mark)
{
  if (mark->has_clock)
    return CAM_TS_CLOCK_FIELD_BYTES;
  return mark->is_discontinuity || mark->is_random_access ? 2 : 0;
}

/* An adaptation field of exactly @size bytes, 1 or more, at least what the mark needs. */
static void
write_adaptation (uint8_t *out, size_t size, const CamTsMark *mark)
{
  out[0] = (uint8_t) (size - 1);
  if (size == 1)
    return;
  out[1] = (uint8_t) ((mark->is_discontinuity ? DISCONTINUITY : 0) | (mark->is_random_access ? RANDOM_ACCESS : 0) |
                      (mark->has_clock ? HAS_CLOCK : 0));
  size_t used = 2;
  if (mark->has_clock) {
    write_clock (out + used, mark->clock);
    used = CAM_TS_CLOCK_FIELD_BYTES;
  }
  memset (out + used, STUFFING, size - used);
}

CamTsWriter
cam_ts_writer_new (uint8_t *out, uint16_t pid, uint8_t counter, const CamTsMark *mark, size_t size)
{
  CamTsWriter self = {.out = out, .left = size, .pid = pid, .counter = counter};
  if (mark != NULL)
    self.mark = *mark;
  return self;
}

static void
begin_packet (CamTsWriter *self)
{
  static const CamTsMark nothing = {.has_clock = false};
  const CamTsMark *mark = self->is_begun ? &nothing : &self->mark;
  size_t payload = MIN (self->left, CAM_TS_PAYLOAD_BYTES - count_mark_bytes (mark));
  size_t adaptation = CAM_TS_PAYLOAD_BYTES - payload;
  write_header (self->out, self->pid, adaptation > 0 ? HAS_ADAPTATION | HAS_PAYLOAD : HAS_PAYLOAD, self->counter);
  self->out[1] |= self->is_begun ? 0 : STARTS;
  if (adaptation > 0)
    write_adaptation (self->out + CAM_TS_PACKET_HEADER_BYTES, adaptation, mark);
  self->counter = (self->counter + 1) & CAM_TS_COUNTER_MASK;
  self->out += CAM_TS_PACKET_BYTES;
  self->room = payload;
  self->left -= payload;
  self->is_begun = true;
}

void
cam_ts_writer_append (CamTsWriter *self, const uint8_t *data, size_t size)
{
  g_assert (size <= self->room + self->left);
  while (size > 0) {
    if (self->room == 0)
      begin_packet (self);
    size_t piece = MIN (size, self->room);
    memcpy (self->out - self->room, data, piece);
    self->room -= piece;
    data += piece;
    size -= piece;
  }
}

void
cam_ts_packet_write_mark (uint8_t *out, uint16_t pid, uint8_t counter_before, const CamTsMark *mark)
{
  write_header (out, pid, HAS_ADAPTATION, counter_before);
  write_adaptation (out + CAM_TS_PACKET_HEADER_BYTES, CAM_TS_PAYLOAD_BYTES, mark);
}
