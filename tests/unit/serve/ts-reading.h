/* What stands in the bursts of MPEG-TS that a reader got: whole packets by PID, their continuity, tables and key pictures.
 * Thread: the test's. Owner: the test. */
#pragma once

#include <string.h>

#include "serve/burst.h"
#include "wire/rtp.h"
#include "wire/ts-mux.h"

#define TS_PIDS 0x2000
#define TS_NULL_PID 0x1fff

typedef struct {
  unsigned packets[TS_PIDS];
  uint8_t counters[TS_PIDS]; /* of the newest packet */
  unsigned holes;            /* in continuity counters, announced or not */
  uint16_t next_sequence;    /* of RTP */
  bool has_sequence;
  unsigned gaps; /* in RTP's numbers */
  uint16_t first_pid;
} TsReading;

static inline void
ts_reading_take_packet (TsReading *self, const uint8_t *packet)
{
  g_assert_cmphex (packet[0], ==, 0x47);
  uint16_t pid = (uint16_t) ((packet[1] & 0x1f) << 8 | packet[2]);
  bool has_payload = (packet[3] & 0x10) != 0;
  uint8_t counter = packet[3] & 0x0f;
  if (self->has_sequence && self->packets[0] + self->packets[TS_NULL_PID] == 0)
    self->first_pid = pid;
  if (pid != TS_NULL_PID && has_payload && self->packets[pid] > 0 && counter != ((self->counters[pid] + 1) & 0x0f))
    self->holes++;
  if (has_payload)
    self->counters[pid] = counter;
  self->packets[pid] += has_payload;
}

/* One RTP packet, held to what RFC 2250 says. Returns its time. */
static inline uint32_t
ts_reading_take_rtp (TsReading *self, const uint8_t *data, size_t size)
{
  CamRtpPacket packet;
  g_assert_true (cam_rtp_read (data, size, &packet));
  g_assert_cmpuint (packet.payload_type, ==, 33);
  g_assert_cmpuint (packet.size % CAM_TS_PACKET_BYTES, ==, 0);
  g_assert_cmpuint (packet.size, <=, 7 * CAM_TS_PACKET_BYTES);
  self->gaps += self->has_sequence && packet.sequence != self->next_sequence;
  self->next_sequence = (uint16_t) (packet.sequence + 1);
  self->has_sequence = true;
  for (size_t i = 0; i < packet.size; i += CAM_TS_PACKET_BYTES)
    ts_reading_take_packet (self, packet.payload + i);
  return packet.time;
}

static inline void
ts_reading_take (TsReading *self, const CamBurst *burst)
{
  g_assert_cmpuint (burst->track, ==, CAM_TRACK_VIDEO);
  for (size_t at = 0; at < burst->size;) {
    struct iovec parts[CAM_BURST_PACKET_PARTS];
    g_assert_cmpuint (cam_burst_get_packet (burst, at, parts), ==, 1);
    g_assert_cmpuint (ts_reading_take_rtp (self, parts[0].iov_base, parts[0].iov_len), ==, burst->rtp_time);
    at += 4 + parts[0].iov_len;
  }
}
