/* Where acting code takes the time from: CLOCK_MONOTONIC in µs, or a hand-turned clock in tests.
 * Pure code takes times as arguments and never sees this. Wall-clock time is not here but in g_get_real_time ().
 * Thread: any. Owner: whoever made it; the monotonic one is a constant. */
#pragma once

#include <stdint.h>

typedef struct CamClock CamClock;
struct CamClock {
  int64_t (*now_us) (const CamClock *clock); /* µs, never goes back */
};

/* The machine's CLOCK_MONOTONIC. Constant, never freed. */
const CamClock *cam_clock_monotonic (void);

static inline int64_t
cam_clock_now_us (const CamClock *clock)
{
  return clock->now_us (clock);
}
