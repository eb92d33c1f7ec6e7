/* RTP packets of one track to access units. A file a codec (depacketize-*.c); this is their common face.
 * Unit ends: the marker, believed only if the next packet really begins a picture, or a new time stamp; a unit is at most
 * CAM_LIMIT_UNIT_BYTES. Key units: IDR; HEVC IRAP; a recovery point with count 0; after 10 s without any, an all-intra picture.
 * Parameter sets from the SDP are put in front of the first key unit that lacks them.
 * Thread: pure. Owner: a source. */
#pragma once

#include "media/media-memory.h"
#include "wire/rtp.h"
#include "wire/sdp-read.h"

typedef struct CamDepacketizer CamDepacketizer;

typedef struct {
  const uint8_t *data; /* borrowed until the next call; layout as media/codec.h says */
  size_t size;
  uint32_t rtp_time;
  bool is_key;
  bool is_damaged; /* packets of it, or before it since the last unit, were lost */
} CamDepacketizedUnit;

/* @media: copied what is needed of it. NULL when the codec has no depacketizer (never for what cam_sdp_read gives). */
CamDepacketizer *cam_depacketizer_new (const CamSdpMedia *media);
void cam_depacketizer_free (CamDepacketizer *self); /* NULL is fine */

/* Before the first packet: what grows comes out of @share; without room there a unit is dropped like one that is too large. */
void cam_depacketizer_set_share (CamDepacketizer *self, CamMediaShare *share);

/* Takes one packet, in order. @gap: packets are missing before it. @arrival_us: for the 10 s rule. Then take units until there are none. */
void cam_depacketizer_push (CamDepacketizer *self, const CamRtpPacket *packet, bool gap, int64_t arrival_us);
bool cam_depacketizer_next (CamDepacketizer *self, CamDepacketizedUnit *ret_unit);

/* Forgets what is begun: the source restarted. */
void cam_depacketizer_reset (CamDepacketizer *self);

/* The track with what was learned in band (parameter sets, size, LATM config), a new reference; NULL while something that clients need is
 * still missing. Changes only when its parameters change. */
CamTrack *cam_depacketizer_ref_track (CamDepacketizer *self);

typedef struct {
  uint64_t malformed; /* packets that made no sense */
  uint64_t oversize;  /* units over the cap, dropped */
  uint64_t damaged;   /* units with a loss */
} CamDepacketizerCounters;
CamDepacketizerCounters cam_depacketizer_get_counters (const CamDepacketizer *self);
