/* How long to wait before the next try: exponential, capped, full jitter.
 * Thread: pure. Owner: embedded by value. */
#pragma once

#include <stdint.h>

typedef struct {
  int64_t shortest_us; /* first pause's bound */
  int64_t longest_us;  /* cap */
  unsigned failures;   /* tries since the last success */
} CamBackoff;

/* Counts a failure and returns the pause in µs: uniform in (bound/2, bound], where bound = shortest · 2^(failures−1), at most longest.
 * @random: any 32 random bits. Never overflows, however many failures. */
int64_t cam_backoff_next_us (CamBackoff *self, uint32_t random);
void cam_backoff_reset (CamBackoff *self);
