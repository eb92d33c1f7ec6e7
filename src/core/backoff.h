/* How long to wait before the next try: exponential, capped, full jitter.
 * Thread: pure. Owner: embedded by value. */
#pragma once

#include <stdint.h>

typedef struct {
  int64_t shortest_us; /* first pause's bound */
  int64_t longest_us;  /* cap */
  unsigned failures;   /* tries since the last success */
} CamBackoff;

/* Counts a failure and returns the pause in µs: uniform in (0, bound], where bound = shortest · 2^(failures−1), at most longest. Over the whole
 * range, so that streams that failed together do not come back together.
 * @random: any 32 random bits. Never overflows, however many failures. */
int64_t cam_backoff_next_us (CamBackoff *self, uint32_t random);

/* The same, uniform in [shortest, bound]: where coming back too soon does harm. */
int64_t cam_backoff_next_patient_us (CamBackoff *self, uint32_t random);
void cam_backoff_reset (CamBackoff *self);
