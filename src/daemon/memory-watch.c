#include "daemon/memory-watch.h"

#include "camrelay/log-fields.h"
#include "core/log.h"
#include "daemon/machine-memory.h"

#define MIB (1024.0 * 1024)
#define AUTO_FRACTION 4
#define LEAST_BYTES (UINT64_C (16) * 1024 * 1024) /* of MediaMemory= */
#define WARNING_INTERVAL_US (10 * 60 * (int64_t) G_USEC_PER_SEC)

uint64_t
cam_memory_watch_get_auto_bytes (void)
{
  return MAX (cam_machine_memory_get_bytes () / AUTO_FRACTION, LEAST_BYTES);
}

CamMediaMemory *
cam_memory_watch_open (uint64_t configured_bytes)
{
  uint64_t bytes = configured_bytes != 0 ? configured_bytes : cam_memory_watch_get_auto_bytes ();
  cam_log (CAM_LOG_INFO, CAM_MSG_MEDIA_MEMORY, NULL, "media memory: %.0f MiB", (double) bytes / MIB);
  return cam_media_memory_new (bytes);
}

bool
cam_memory_watch_look (CamMemoryWatch *self, const CamMediaMemory *memory, int64_t now_us)
{
  CamMediaMemoryCounters counters = cam_media_memory_get_counters (memory);
  bool is_early = self->told_us != 0 && now_us - self->told_us < WARNING_INTERVAL_US;
  if (counters.refusals == self->told || is_early)
    return false;
  cam_log (CAM_LOG_WARNING, CAM_MSG_MEDIA_MEMORY, NULL,
           "media memory is short: %.1f of %.0f MiB taken now, %.1f at most, pictures or clients' backlogs given up %" G_GUINT64_FORMAT
           " times; more is allowed by MediaMemory= in [Limits]",
           (double) counters.used / MIB, (double) counters.limit / MIB, (double) counters.high / MIB, counters.refusals - self->told);
  self->told = counters.refusals;
  self->told_us = now_us;
  return true;
}
