/* An access unit as the payload of a PES packet: start codes in place of lengths, a delimiter and parameter sets in front of pictures that
 * lack them (ISO 13818-1, 2.14.1 and 2.17.1), ADTS headers, Opus control headers. Nothing is copied until it is written.
 * Thread: pure. Owner: a ts-mux, on its stack. */
#pragma once

#include "media/track.h"
#include "wire/adts.h"
#include "wire/ts-packet.h"

/* Sound's units are no larger, so that their PES packets can say their length. */
#define CAM_TS_PAYLOAD_MOST_SOUND_BYTES 65000

/* What can come in front of a unit of @size bytes, beside parameter sets. */
#define CAM_TS_PAYLOAD_EXTRA_BYTES(size) (16 + (size) / 255)

typedef struct {
  const CamTrack *track; /* borrowed, as is the unit */
  const uint8_t *unit;
  size_t size;
  CamAdtsFrame adts;  /* AAC */
  bool has_delimiter; /* H.264, H.265: the unit has its own, in front */
  bool needs_sets;    /* … and gets the track's parameter sets */
  size_t bytes;       /* of the whole */
} CamTsPayload;

/* False: a unit that MPEG-TS cannot carry. @adts: of an AAC track (cam_adts_from_config). */
bool cam_ts_payload_measure (
    const CamTrack *track, const CamAdtsFrame *adts, const uint8_t *unit, size_t size, bool is_key, CamTsPayload *ret_payload);

void cam_ts_payload_write (const CamTsPayload *self, CamTsWriter *writer);

/* Bytes of the track's parameter sets with a start code each. */
size_t cam_ts_payload_count_set_bytes (const CamTrack *track);
