#include "wire/rtcp.h"

#include <glib.h>
#include <string.h>

#define VERSION_BITS (2 << 6)
#define UNIX_EPOCH_IN_NTP_S 2208988800u /* RFC 868: 1900 to 1970 */
#define MAX_CNAME_BYTES 64

enum {
  PACKET_SENDER_REPORT = 200,
  PACKET_RECEIVER_REPORT = 201,
  PACKET_SDES = 202,
  PACKET_BYE = 203,
  /* RFC 5761, 4: the range that RTCP packet types are taken from. */
  PACKET_FIRST = 192,
  PACKET_LAST = 223
};

#define SDES_CNAME 1
#define BLOCK_BYTES 24

static uint32_t
read_u32 (const uint8_t *data)
{
  return (uint32_t) data[0] << 24 | (uint32_t) data[1] << 16 | (uint32_t) data[2] << 8 | data[3];
}

static uint8_t *
put_u32 (uint8_t *out, uint32_t value)
{
  out[0] = (uint8_t) (value >> 24);
  out[1] = (uint8_t) (value >> 16);
  out[2] = (uint8_t) (value >> 8);
  out[3] = (uint8_t) value;
  return out + 4;
}

static void
read_block (const uint8_t *data, CamRtcpReport *report)
{
  if (report->n_blocks == G_N_ELEMENTS (report->blocks))
    return;
  uint32_t lost = read_u32 (data + 4) & 0xffffff;
  report->blocks[report->n_blocks].ssrc = read_u32 (data);
  report->blocks[report->n_blocks].fraction_lost = data[4];
  report->blocks[report->n_blocks].lost = (lost & 0x800000) != 0 ? (int32_t) lost - 0x1000000 : (int32_t) lost;
  report->blocks[report->n_blocks].highest = read_u32 (data + 8);
  report->blocks[report->n_blocks].jitter = read_u32 (data + 12);
  report->n_blocks++;
}

/* @offset: where the report blocks begin. Blocks beyond the packet are not there. */
static void
read_blocks (const uint8_t *packet, size_t size, size_t offset, CamRtcpReport *report)
{
  unsigned count = packet[0] & 0x1f;
  for (unsigned i = 0; i < count && offset + BLOCK_BYTES <= size; i++, offset += BLOCK_BYTES)
    read_block (packet + offset, report);
}

/* One whole packet of a compound, header included. */
static void
read_packet (const uint8_t *packet, size_t size, CamRtcpReport *report)
{
  switch (packet[1]) {
  case PACKET_SENDER_REPORT:
    if (size < 28)
      return;
    report->has_sender_report = true;
    report->ssrc = read_u32 (packet + 4);
    report->ntp = (uint64_t) read_u32 (packet + 8) << 32 | read_u32 (packet + 12);
    report->rtp_time = read_u32 (packet + 16);
    read_blocks (packet, size, 28, report);
    return;
  case PACKET_RECEIVER_REPORT:
    if (size < 8)
      return;
    report->ssrc = read_u32 (packet + 4);
    read_blocks (packet, size, 8, report);
    return;
  case PACKET_BYE:
    report->has_bye = true;
    return;
  default:
    return;
  }
}

bool
cam_rtcp_read (const uint8_t *data, size_t size, CamRtcpReport *ret_report)
{
  CamRtcpReport report = {0};
  unsigned packets = 0;
  while (size >= 4) {
    size_t length = 4 * ((size_t) (data[2] << 8 | data[3]) + 1);
    if (data[0] >> 6 != 2 || data[1] < PACKET_FIRST || data[1] > PACKET_LAST || length > size)
      break;
    read_packet (data, length, &report);
    packets++;
    data += length;
    size -= length;
  }
  if (packets == 0)
    return false;
  *ret_report = report;
  return true;
}

/* The first word of a packet of @size bytes. */
static uint8_t *
put_header (uint8_t *out, unsigned count, unsigned type, size_t size)
{
  return put_u32 (out, (uint32_t) (VERSION_BITS | count) << 24 | (uint32_t) type << 16 | (uint32_t) (size / 4 - 1));
}

/* RFC 3550, 6.5: one chunk with a CNAME; a null octet ends the list, more pad it to a whole word. */
static uint8_t *
put_sdes (uint8_t *out, uint32_t ssrc, const char *cname)
{
  size_t length = MIN (strlen (cname), MAX_CNAME_BYTES);
  size_t size = (8 + 2 + length + 1 + 3) & ~(size_t) 3;
  uint8_t *at = put_u32 (put_header (out, 1, PACKET_SDES, size), ssrc);
  memset (at, 0, size - 8);
  at[0] = SDES_CNAME;
  at[1] = (uint8_t) length;
  memcpy (at + 2, cname, length);
  return out + size;
}

size_t
cam_rtcp_write_sender_report (
    uint8_t *out, uint32_t ssrc, uint64_t ntp, uint32_t rtp_time, uint32_t packets, uint32_t octets, const char *cname)
{
  uint8_t *at = put_u32 (put_header (out, 0, PACKET_SENDER_REPORT, 28), ssrc);
  at = put_u32 (at, (uint32_t) (ntp >> 32));
  at = put_u32 (at, (uint32_t) ntp);
  at = put_u32 (at, rtp_time);
  at = put_u32 (at, packets);
  at = put_u32 (at, octets);
  return (size_t) (put_sdes (at, ssrc, cname) - out);
}

/* RFC 3550, A.3. The interval that is counted begins anew. */
static uint8_t *
put_block (uint8_t *out, CamRtpSequence *sequence)
{
  uint32_t highest = sequence->cycles + sequence->highest;
  uint32_t expected = highest - sequence->base + 1;
  int64_t lost = CLAMP ((int64_t) expected - sequence->received, -0x800000, 0x7fffff);
  uint32_t expected_now = expected - sequence->expected_prior;
  uint32_t received_now = sequence->received - sequence->received_prior;
  uint32_t fraction = 0;
  if (expected_now > received_now)
    fraction = MIN ((uint32_t) (((uint64_t) (expected_now - received_now) << 8) / expected_now), 255u);
  sequence->expected_prior = expected;
  sequence->received_prior = sequence->received;
  uint8_t *at = put_u32 (out, sequence->ssrc);
  at = put_u32 (at, fraction << 24 | ((uint32_t) lost & 0xffffff));
  at = put_u32 (at, highest);
  return put_u32 (at, sequence->jitter >> 4);
}

size_t
cam_rtcp_write_receiver_report (
    uint8_t *out, uint32_t ssrc, CamRtpSequence *sequence, uint64_t last_ntp, int64_t last_arrival_us, int64_t now_us, const char *cname)
{
  bool has_block = sequence->started;
  uint8_t *at = put_header (out, has_block ? 1 : 0, PACKET_RECEIVER_REPORT, has_block ? 8 + BLOCK_BYTES : 8);
  at = put_u32 (at, ssrc);
  if (has_block) {
    int64_t delay_us = CLAMP (now_us - last_arrival_us, 0, INT64_C (65535) * G_USEC_PER_SEC);
    at = put_block (at, sequence);
    at = put_u32 (at, (uint32_t) (last_ntp >> 16));
    at = put_u32 (at, last_ntp == 0 ? 0 : (uint32_t) (delay_us * 65536 / G_USEC_PER_SEC));
  }
  return (size_t) (put_sdes (at, ssrc, cname) - out);
}

size_t
cam_rtcp_write_bye (uint8_t *out, uint32_t ssrc, const char *cname)
{
  uint8_t *at = put_u32 (put_header (out, 0, PACKET_RECEIVER_REPORT, 8), ssrc);
  at = put_sdes (at, ssrc, cname);
  at = put_u32 (put_header (at, 1, PACKET_BYE, 8), ssrc);
  return (size_t) (at - out);
}

uint64_t
cam_ntp_from_unix_us (int64_t unix_us)
{
  int64_t seconds = unix_us / G_USEC_PER_SEC;
  int64_t rest_us = unix_us % G_USEC_PER_SEC;
  if (rest_us < 0) {
    seconds--;
    rest_us += G_USEC_PER_SEC;
  }
  uint64_t fraction = ((uint64_t) rest_us << 32) / G_USEC_PER_SEC;
  return (uint64_t) (seconds + UNIX_EPOCH_IN_NTP_S) << 32 | fraction;
}
