/* The codecs whose RTP payload is a plain run of samples: what the smallest whole piece of each is (RFC 3551, 4.5).
 * Thread: pure. Owner: values. */
#pragma once

#include "media/track.h"

#include <stddef.h>

typedef struct {
  size_t bytes;   /* of the smallest piece that is whole bytes and whole samples of every channel */
  uint32_t ticks; /* what it lasts in the track's RTP clock */
} CamSampleFormat;

CamSampleFormat cam_sample_format_of (const CamTrack *track);
