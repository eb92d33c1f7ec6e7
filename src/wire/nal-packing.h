/* NAL units of an access unit to RTP packets, as far as RFC 6184 and RFC 7798 have it in common: which go together, which go in pieces.
 * Thread: pure. Owner: a packetizer. */
#pragma once

#include "wire/nal-units.h"
#include "wire/packetizer-kind.h"

/* What the codecs differ in. */
typedef struct {
  size_t header_bytes;          /* of a NAL unit, and of an aggregate before its first length */
  size_t fragment_header_bytes; /* before each piece */
  unsigned n_set_kinds;
  CamNalFacts (*inspect) (const uint8_t *nal, size_t size);

  /* The header of an aggregate is made from that of its first NAL unit, then amended by each other one. */
  void (*begin_aggregate) (uint8_t *header, const uint8_t *nal);
  void (*amend_aggregate) (uint8_t *header, const uint8_t *nal);

  /* fragment_header_bytes of the piece of @nal that is the first, the last or neither. */
  void (*write_fragment_header) (uint8_t *out, const uint8_t *nal, bool is_first, bool is_last);
} CamNalPacking;

/* Bound and writing as in CamPacketizerKind. */
size_t cam_nal_packing_bound (const CamPacketizer *packetizer, size_t size);
void cam_nal_packing_write (
    const CamNalPacking *packing, const CamTrack *track, const uint8_t *unit, size_t size, bool is_key, CamRunWriter *writer);

/* Base64 of the track's parameter sets of @kind, with commas between; NULL when there are none. (transfer full) */
char *cam_nal_packing_format_sets (const CamNalPacking *packing, const CamTrack *track, unsigned kind);
