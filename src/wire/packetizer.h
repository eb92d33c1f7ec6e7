/* Access units to RTP packets of one track, written as one contiguous run with the interleaved header before each packet
 * ('$', channel, length: RFC 2326, 10.12), so that a TCP reader gets a unit in one send. A file a codec (packetize-*.c).
 * Packets, RTP header included, are at most CAM_LIMIT_RTP_PACKET_BYTES. Parameter sets precede each key unit (from the track when the unit lacks them).
 * Deterministic: the same unit gives the same number of packets and bytes, whatever the time and sequence.
 * Thread: pure. Owner: a stream-task. */
#pragma once

#include "media/track.h"

#include <stddef.h>

typedef struct CamPacketizer CamPacketizer;

#define CAM_INTERLEAVED_HEADER_BYTES 4

/* @track: kept (own reference). NULL when the codec has none. */
CamPacketizer *cam_packetizer_new (CamTrack *track, uint32_t ssrc);
void cam_packetizer_free (CamPacketizer *self); /* NULL is fine */

/* New parameter sets for units that come without (same codec). */
void cam_packetizer_set_track (CamPacketizer *self, CamTrack *track);

/* An upper bound for the run of a unit of @size bytes. */
size_t cam_packetizer_bound (const CamPacketizer *self, size_t size);

typedef struct {
  size_t bytes;     /* written, interleaved headers included; 0: the unit holds nothing that can be sent */
  unsigned packets;
  size_t octets;    /* of RTP payload, for sender reports */
} CamPacketRun;

/* Writes the packets of a unit into @out (at least the bound). The first gets @sequence. @channel goes into the interleaved headers. */
CamPacketRun cam_packetizer_write (CamPacketizer *self, const uint8_t *unit, size_t size, bool is_key, uint32_t rtp_time, uint16_t sequence, uint8_t channel, uint8_t *out);

uint8_t cam_packetizer_get_payload_type (const CamPacketizer *self); /* static ones as RFC 3551 says, else 96 video, 97 audio */

/* What the SDP's media section says of it, in order: rtpmap's encoding ("H264/90000", "MPEG4-GENERIC/16000/1") and fmtp's text or NULL. (transfer full) */
char *cam_packetizer_get_rtpmap (const CamPacketizer *self);
char *cam_packetizer_get_fmtp (const CamPacketizer *self);
