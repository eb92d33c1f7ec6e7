/* The envelope around one coded picture or one audio frame on its way from a camera to the readers. A value: copied, never allocated.
 * Thread: pure; the payload's reference is the holder's. Owner: whoever holds the value. */
#pragma once

#include "media/codec.h"
#include "media/payload-pool.h"

typedef struct {
  CamTrackKind track;
  bool is_key;      /* decoding can begin here; true for every audio unit */
  bool is_slate;    /* not from the camera: shown while it is away */
  bool is_damaged;  /* something before it was lost: sound only, damaged pictures go no further than the worker */
  int64_t pts_ns;   /* on the stream's time line: CLOCK_MONOTONIC, ns; presentation */
  int64_t dts_ns;   /* decoding: per track strictly rising, at most pts_ns */
  int64_t arrived_us; /* CLOCK_MONOTONIC when its last byte was here */
  uint64_t number;  /* per stream and track, rising by one; a hole is a dropped unit */
  CamPayload *payload; /* ref */
} CamAccessUnit;

/* A copy with a reference of its own. */
static inline CamAccessUnit
cam_access_unit_copy (const CamAccessUnit *unit)
{
  CamAccessUnit copy = *unit;
  cam_payload_ref (copy.payload);
  return copy;
}

/* Drops the reference and forgets it. */
static inline void
cam_access_unit_clear (CamAccessUnit *unit)
{
  cam_payload_unref (unit->payload);
  unit->payload = NULL;
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (CamAccessUnit, cam_access_unit_clear)
