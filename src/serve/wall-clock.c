#include "serve/wall-clock.h"

#include <glib.h>

enum { SLEW_DIVISOR = 2000 }; /* 500 ppm */

void
cam_wall_clock_set (CamWallClock *self, int64_t monotonic_us, int64_t unix_us)
{
  *self = (CamWallClock){.is_set = true, .offset_us = unix_us - monotonic_us, .updated_us = monotonic_us};
}

void
cam_wall_clock_slew (CamWallClock *self, int64_t monotonic_us, int64_t unix_us)
{
  if (!self->is_set) {
    cam_wall_clock_set (self, monotonic_us, unix_us);
    return;
  }
  int64_t most_us = MAX (monotonic_us - self->updated_us, 0) / SLEW_DIVISOR;
  int64_t off_us = unix_us - monotonic_us - self->offset_us;
  self->offset_us += CLAMP (off_us, -most_us, most_us);
  self->updated_us = monotonic_us;
}

int64_t
cam_wall_clock_at (const CamWallClock *self, int64_t monotonic_us)
{
  return monotonic_us + self->offset_us;
}
