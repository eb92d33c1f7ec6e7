/* One access unit of one track ready to send (or one RTCP compound): a contiguous run of packets, each behind its interleaved header
 * ('$', channel, length), immutable and shared by all readers. Canonical channels: 0-1 video, 2-3 audio.
 * Variants with other channels or shifted sequence numbers are patched copies, made once and kept with the burst.
 * Thread: its media loop. Owner: last reference (not atomic: a burst never leaves its loop). */
#pragma once

#include "media/codec.h"

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct CamBurst CamBurst;

struct CamBurst {
  unsigned refs;
  CamTrackKind track;
  bool is_control;     /* RTCP: odd channel */
  bool is_key;
  uint8_t channel;     /* in the interleaved headers */
  uint16_t sequence;   /* of the first packet */
  uint16_t packets;
  uint32_t rtp_time;
  uint64_t number;     /* of the unit */
  int64_t created_us;
  size_t size;         /* bytes in data */
  CamBurst *variants;  /* ref, a list; of the canonical one only */
  CamBurst *next;      /* in that list */
  uint8_t data[];
};

/* A burst with room for @capacity bytes, one reference; the maker fills data and all fields before it shares it. */
CamBurst *cam_burst_new (size_t capacity);
CamBurst *cam_burst_ref (CamBurst *self);
void cam_burst_unref (CamBurst *self); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CamBurst, cam_burst_unref)

/* By its maker, before it is shared: moves all sequence numbers by @shift. */
void cam_burst_shift (CamBurst *self, uint16_t shift);

/* @self itself, or its variant, a new reference: packets on @channel, sequence numbers shifted by @shift (RTP only). */
CamBurst *cam_burst_get_variant (CamBurst *self, uint8_t channel, uint16_t shift);
