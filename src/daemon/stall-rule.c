#include "daemon/stall-rule.h"

CamStall
cam_stall_look (CamStallView *self, int64_t beat_us, int64_t passed_us, int64_t limit_us)
{
  bool was_stuck = self->is_stuck;
  if (beat_us != self->beat_us) {
    *self = (CamStallView){ .beat_us = beat_us, .ended_us = was_stuck ? self->silent_us : 0 };
    return was_stuck ? CAM_STALL_ENDS : CAM_STALL_NONE;
  }
  self->silent_us += passed_us;
  self->is_stuck = self->silent_us >= limit_us;
  if (!self->is_stuck)
    return CAM_STALL_NONE;
  return was_stuck ? CAM_STALL_LASTS : CAM_STALL_BEGINS;
}
