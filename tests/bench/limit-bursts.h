/* A clip as it goes over the wire: a burst a picture, its sound behind it, packet headers in place. What the limit programs send.
 * Thread: pure, immutable. Owner: whoever made them. */
#pragma once

#include "clip.h"

typedef struct {
  uint8_t *data; /* owned; interleaved packets */
  size_t size;
  size_t video_size; /* of its beginning; the rest is sound */
  unsigned packets;
} BenchBurst;

/* (transfer full): an array of BenchBurst that owns them */
GArray *bench_bursts_new (const BenchClip *clip, unsigned fps);

/* The bytes that count for readers: RTP without the interleaved headers. */
size_t bench_burst_rtp_bytes (const BenchBurst *self);

static inline const BenchBurst *
bench_bursts_get (const GArray *bursts, uint64_t number) /* counts on for ever */
{
  return &g_array_index (bursts, BenchBurst, number % bursts->len);
}
