#include "core/clock.h"

#include <glib.h>

static int64_t
read_monotonic_us (const CamClock *clock)
{
  return g_get_monotonic_time ();
}

const CamClock *
cam_clock_monotonic (void)
{
  static const CamClock monotonic = {.now_us = read_monotonic_us};
  return &monotonic;
}
