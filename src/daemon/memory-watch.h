/* What a human hears of the media memory: its size at the start, and that it is spent, every ten minutes at most while it is.
 * Thread: M. Owner: the daemon. */
#pragma once

#include "media/media-memory.h"

typedef struct {
  uint64_t told;      /* refusals up to here were told of */
  int64_t told_us;    /* CLOCK_MONOTONIC; 0: never */
} CamMemoryWatch;

/* What MediaMemory=auto means: a quarter of what the process may use. */
uint64_t cam_memory_watch_get_auto_bytes (void);

/* That, when @configured_bytes (MediaMemory=) is 0. Says in the log how much it is. */
CamMediaMemory *cam_memory_watch_open (uint64_t configured_bytes);

/* Looks for refusals since the last time and warns when it is time for that. True: it did. */
bool cam_memory_watch_look (CamMemoryWatch *self, const CamMediaMemory *memory, int64_t now_us);
