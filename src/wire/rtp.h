/* RTP packets (RFC 3550, 5.1): reading what a camera sends, and the sequence of it.
 * Thread: pure. Owner: values. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CAM_RTP_HEADER_BYTES 12

typedef struct {
  uint8_t payload_type;
  bool marker;
  uint16_t sequence;
  uint32_t time;
  uint32_t ssrc;
  const uint8_t *payload; /* borrowed; padding, CSRCs and extension are behind us */
  size_t size;
} CamRtpPacket;

/* False: not RTP version 2, or lengths that lie. */
bool cam_rtp_read (const uint8_t *data, size_t size, CamRtpPacket *ret_packet);

/* Follows the sequence numbers of one source: counts for receiver reports and finds losses. */
typedef struct {
  bool started;
  uint32_t ssrc;
  uint16_t highest;
  uint32_t cycles;
  uint32_t base;
  uint32_t received;
  uint32_t expected_prior;
  uint32_t received_prior;
  uint32_t jitter; /* RFC 3550, 6.4.1, times 16 */
  uint32_t transit;
  uint64_t lost; /* packets, in all */
} CamRtpSequence;

typedef enum
{
  CAM_RTP_NEXT,     /* in order */
  CAM_RTP_GAP,      /* packets are missing before this one */
  CAM_RTP_OLD,      /* a duplicate or late one: to be ignored (over TCP there is no reordering to mend) */
  CAM_RTP_RESTART   /* a new source, or a jump too far to be a loss: everything begun is void */
} CamRtpOrder;

CamRtpOrder cam_rtp_sequence_add (CamRtpSequence *self, const CamRtpPacket *packet, uint32_t clock_rate, int64_t arrival_us);
