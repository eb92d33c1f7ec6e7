/* One access unit of one track ready to send (or one RTCP compound): a run of packets, each behind its interleaved header
 * ('$', channel, length), immutable and shared by all readers. Canonical channels: 0-1 video, 2-3 audio.
 * A variant has other channels or shifted sequence numbers: eight bytes a packet of its own, and all else from the canonical burst. So a reader
 * costs a cursor, not a copy, whatever it has skipped.
 * Thread: its media loop. Owner: last reference (not atomic: a burst never leaves its loop). */
#pragma once

#include "media/codec.h"
#include "media/media-memory.h"

#include <stddef.h>
#include <sys/uio.h>

typedef struct CamBurst CamBurst;

struct CamBurst {
  unsigned refs;
  CamTrackKind track;
  bool is_control;     /* RTCP: odd channel, one packet */
  bool is_key;
  bool is_head;        /* of a join's head: from the past, not what the stream is now */
  bool is_filler;      /* without any unit: who waits for a key unit gets it, too */
  uint8_t channel;     /* in the interleaved headers */
  uint16_t sequence;   /* of the first packet; the others follow in a row */
  uint16_t packets;
  uint32_t rtp_time;
  uint64_t number;     /* of the unit */
  int64_t created_us;
  size_t size;         /* bytes of all packets with their headers */
  size_t capacity;     /* of data */
  CamMediaShare *share; /* ref; what it is charged to; NULL: nothing */
  CamBurst *origin;    /* ref; the canonical one of a variant, NULL for that itself */
  CamBurst *variants;  /* borrowed, a list: each leaves it when it goes; of a canonical one only */
  CamBurst *next;      /* in that list, as */
  CamBurst *previous;
  uint8_t data[];      /* of a canonical one all its bytes; read others by the functions below */
};

/* A burst with room for @capacity bytes, one reference; the maker fills data and all fields before it shares it. */
CamBurst *cam_burst_new (size_t capacity);
CamBurst *cam_burst_ref (CamBurst *self);
void cam_burst_unref (CamBurst *self); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CamBurst, cam_burst_unref)

/* By its maker, before it is shared: its memory, and that of its variants, comes out of @share. False: there is not so much. */
bool cam_burst_charge (CamBurst *self, CamMediaShare *share);

/* By its maker, before it is shared: moves all sequence numbers by @shift. Not for RTCP. */
void cam_burst_shift (CamBurst *self, uint16_t shift);

/* Of a canonical burst: itself, or its variant, a new reference: packets on @channel, sequence numbers shifted by @shift (RTP only).
 * NULL: there is no memory for it in the share. */
CamBurst *cam_burst_get_variant (CamBurst *self, uint8_t channel, uint16_t shift);

/* Its bytes from @offset on as at most @n_vectors pieces, which may not be all; how many there are, 0 at the end. */
size_t cam_burst_gather (const CamBurst *self, size_t offset, struct iovec *vectors, size_t n_vectors);

/* The packet whose interleaved header begins at @offset, without that header, in one part or two; how many. */
#define CAM_BURST_PACKET_PARTS 2
size_t cam_burst_get_packet (const CamBurst *self, size_t offset, struct iovec ret_parts[CAM_BURST_PACKET_PARTS]);
