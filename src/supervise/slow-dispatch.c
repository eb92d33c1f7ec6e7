#include "supervise/slow-dispatch.h"

#include "core/log.h"

void
cam_slow_dispatch_note (const char *name, int64_t took_us)
{
  if (took_us > CAM_SLOW_DISPATCH_US)
    cam_log (CAM_LOG_DEBUG, NULL, NULL, "the main loop was kept for %.1f ms by %s", (double) took_us / 1000, name);
}
