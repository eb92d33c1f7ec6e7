/* What time of day a moment of CLOCK_MONOTONIC was, for sender reports: one offset a stream, slewed towards the system's clock by at most
 * 500 ppm and never stepped under a reader, so that a step of the box's clock does not tear sound from picture.
 * Thread: pure. Owner: embedded by value. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

typedef struct {
  bool is_set;
  int64_t offset_us; /* wall clock − monotonic */
  int64_t updated_us;
} CamWallClock;

/* Takes the system's clock over at once: nobody is watching. */
void cam_wall_clock_set (CamWallClock *self, int64_t monotonic_us, int64_t unix_us);

/* Moves towards the system's clock by what 500 ppm allow since the last time; sets it the first time. */
void cam_wall_clock_slew (CamWallClock *self, int64_t monotonic_us, int64_t unix_us);

/* Wall-clock µs since 1970 at @monotonic_us. */
int64_t cam_wall_clock_at (const CamWallClock *self, int64_t monotonic_us);
