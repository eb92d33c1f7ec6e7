/* When a thread that should go round counts as stuck: what was seen of its beat, over the time that was looked.
 * Thread: pure. Owner: the watchdog, one value a thread. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

typedef enum
{
  CAM_STALL_NONE,
  CAM_STALL_BEGINS, /* once, when it has been silent for long enough */
  CAM_STALL_LASTS,
  CAM_STALL_ENDS /* once, when it beats again */
} CamStall;

typedef struct {
  int64_t beat_us;   /* as seen last */
  int64_t silent_us; /* how long it was seen not to beat */
  int64_t ended_us;  /* with CAM_STALL_ENDS: how long it was stuck */
  bool is_stuck;
} CamStallView;

/* A look, @passed_us after the one before: as much of that as the looker was awake itself, so that a machine which stood still, or was asleep,
 * makes nobody stuck. @limit_us: how long a thread may be silent. */
CamStall cam_stall_look (CamStallView *self, int64_t beat_us, int64_t passed_us, int64_t limit_us);
