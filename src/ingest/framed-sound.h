/* Sound that comes in SRT messages, behind 4-byte headers (wire/framed-audio.h) or as raw L16, to units of L16: decoded at the door, so that the
 * sender may change its codec at any packet and nobody behind notices (docs/decisions/0025-contribution-is-decoded-at-the-door.md).
 * The first packet that can be decoded sets rate and channels; what comes in others later is brought to those.
 * Thread: L; decoders have a thread of their own, from the first packet that is not L16. Owner: the SRT source. */
#pragma once

#include "config/srt-url.h"
#include "core/loop-thread.h"
#include "ingest/ingest-source.h"

typedef struct CamFramedSound CamFramedSound;

/* @sink: gets the description once, units, metadata; borrowed, as @loop is. @url: tells framed from raw (payload RAW; all else is framed), and what
 * raw samples are. */
CamFramedSound *cam_framed_sound_new (CamIngestSink *sink, CamLoopThread *loop, const CamSrtUrl *url);

/* Nothing is said to the sink any more. Never waits: the decoders' thread ends by itself. NULL is fine. */
void cam_framed_sound_free (CamFramedSound *self);

/* One message. What makes no sense is counted, never an end. */
void cam_framed_sound_take (CamFramedSound *self, const uint8_t *message, size_t size, int64_t arrived_us);

/* The times of all units from now on are above @floor_ns: as the sink's sounds () says after it was quiet. */
void cam_framed_sound_raise_floor (CamFramedSound *self, int64_t floor_ns);

/* The sender's newest metadata, JSON; NULL: none yet. (transfer full) */
GBytes *cam_framed_sound_ref_metadata (CamFramedSound *self);

typedef struct {
  uint64_t messages;
  uint64_t malformed; /* of all kinds: headers, pieces, sizes, text that is no JSON, packets that no decoder took */
  uint64_t broken;    /* pieces that did not make a whole */
  uint64_t oversize;
  uint64_t undecoded; /* packets that no decoder took */
  uint64_t overrun;   /* packets dropped because more came than is played, or than could be decoded in time */
  uint64_t epochs;    /* decoders made, L16 included */
} CamFramedSoundCounters;
CamFramedSoundCounters cam_framed_sound_get_counters (const CamFramedSound *self);
