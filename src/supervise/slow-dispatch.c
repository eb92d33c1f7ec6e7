#include "supervise/slow-dispatch.h"

#include <glib.h>
#include <sys/resource.h>

#include "core/log.h"

static int64_t
to_us (const struct timeval *time)
{
  return (int64_t) time->tv_sec * G_USEC_PER_SEC + time->tv_usec;
}

CamSlowDispatch
cam_slow_dispatch_begin (void)
{
  struct rusage usage = { .ru_nvcsw = 0 };
  getrusage (RUSAGE_THREAD, &usage);
  return (CamSlowDispatch) {
    .began_us = g_get_monotonic_time (),
    .worked_us = to_us (&usage.ru_utime) + to_us (&usage.ru_stime),
    .waits = usage.ru_nvcsw,
  };
}

void
cam_slow_dispatch_end (const CamSlowDispatch *self, const char *name)
{
  int64_t took_us = g_get_monotonic_time () - self->began_us;
  if (took_us <= CAM_SLOW_DISPATCH_US)
    return;
  CamSlowDispatch end = cam_slow_dispatch_begin ();
  cam_log (CAM_LOG_DEBUG, NULL, NULL, "the main loop was kept for %.1f ms by %s: %.1f ms of work, %ld waits", (double) took_us / 1000, name,
           (double) (end.worked_us - self->worked_us) / 1000, end.waits - self->waits);
}
