/* TS packets (ISO 13818-1, 2.4.3.2 to 2.4.3.5): what the header and the adaptation field of one say, and a run of them as it is written.
 * What they carry does not belong here: PES packets are ts-pes's, tables ts-tables'.
 * Thread: pure. Owner: values. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CAM_TS_PACKET_BYTES 188
#define CAM_TS_PACKET_HEADER_BYTES 4
#define CAM_TS_SYNC 0x47
#define CAM_TS_COUNTER_MASK 0x0f /* continuity counters have four bits */

/* What a packet holds at most, and what the largest adaptation field that we write leaves of it: length, flags, clock. */
#define CAM_TS_PAYLOAD_BYTES (CAM_TS_PACKET_BYTES - CAM_TS_PACKET_HEADER_BYTES)
#define CAM_TS_CLOCK_FIELD_BYTES 8

typedef struct {
  uint16_t pid;
  uint8_t counter;        /* continuity counter, counting packets with a payload */
  bool is_faulty;         /* transport_error_indicator: a bit of it is wrong */
  bool starts;            /* a PES packet or a table begins in it */
  bool is_scrambled;
  bool is_discontinuity;  /* announced: the counter and the clock may jump here */
  bool is_random_access;
  bool is_stuffed;        /* there was room for more payload than it has */
  const uint8_t *payload; /* borrowed; NULL: none */
  size_t size;
} CamTsPacket;

/* @data: CAM_TS_PACKET_BYTES. False: no sync byte in front, or an adaptation field that is longer than the packet. */
bool cam_ts_packet_read (const uint8_t *data, CamTsPacket *ret_packet);

static inline uint16_t
cam_ts_packet_pid (const uint8_t *data)
{
  return (uint16_t) ((data[1] & 0x1f) << 8 | data[2]);
}

/* What the adaptation field of the first packet of a run says. */
typedef struct {
  bool is_discontinuity;
  bool is_random_access;
  bool has_clock;
  uint64_t clock; /* PCR: 27 MHz, any; its lowest 33 bits of 90 kHz count */
} CamTsMark;

/* A payload of a size known from the start as it is written into packets; the last one is filled up by its adaptation field. */
typedef struct {
  uint8_t *out; /* borrowed; behind the packet at hand */
  size_t room;  /* bytes of the packet at hand that are not written yet: its last ones */
  size_t left;  /* bytes of the payload that belong to packets not begun */
  uint16_t pid;
  uint8_t counter; /* of the next packet */
  bool is_begun;
  CamTsMark mark;
} CamTsWriter;

/* @mark: for the first packet; NULL: nothing to say. @size: bytes that will be appended, 1 or more. */
CamTsWriter cam_ts_writer_new (uint8_t *out, uint16_t pid, uint8_t counter, const CamTsMark *mark, size_t size);

/* Never more than was said. Behind the last byte, out is behind the last packet and counter that of the next one. */
void cam_ts_writer_append (CamTsWriter *self, const uint8_t *data, size_t size);

/* A packet with nothing but the clock, or an announced discontinuity. It has the counter of the packet before it (2.4.3.3). */
void cam_ts_packet_write_mark (uint8_t *out, uint16_t pid, uint8_t counter_before, const CamTsMark *mark);
