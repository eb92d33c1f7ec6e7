#include "supervise/shed-rule.h"

#include <glib.h>

/* Over the budget from the first on, far below it up to the second. A loop that is late by a fifth of a second is late with every picture. */
#define LAG_OVER_US INT64_C (200000)
#define LAG_FINE_US INT64_C (50000)
#define MEMORY_OVER 0.90
#define MEMORY_FINE 0.70
#define CPU_OVER 0.95
#define CPU_FINE 0.70

CamLoadVerdict
cam_load_judge (const CamLoad *load)
{
  if (load->lag_us > LAG_OVER_US)
    return CAM_LOAD_LAG;
  if (load->memory_share > MEMORY_OVER)
    return CAM_LOAD_MEMORY;
  if (load->cpu_share > CPU_OVER)
    return CAM_LOAD_CPU;
  bool is_fine = load->lag_us <= LAG_FINE_US && load->memory_share <= MEMORY_FINE && load->cpu_share <= CPU_FINE;
  return is_fine ? CAM_LOAD_FINE : CAM_LOAD_BETWEEN;
}

const char *
cam_load_verdict_word (CamLoadVerdict verdict)
{
  switch (verdict) {
  case CAM_LOAD_FINE:
    return "fine";
  case CAM_LOAD_LAG:
    return "lag";
  case CAM_LOAD_MEMORY:
    return "memory";
  case CAM_LOAD_CPU:
    return "cpu";
  case CAM_LOAD_BETWEEN:
    return "busy";
  }
  g_assert_not_reached ();
}

void
cam_shed_rule_init (CamShedRule *self)
{
  *self = (CamShedRule){.down_us = CAM_SHED_DOWN_US};
}

static bool
step_up (CamShedRule *self, CamLoadVerdict why, int64_t now_us)
{
  self->fine_us = 0;
  if (self->over_us == 0)
    self->over_us = now_us;
  if (now_us - self->over_us < CAM_SHED_UP_US || self->step == CAM_SHED_STEPS)
    return false;
  bool was_too_early = self->stepped_down_us != 0 && now_us - self->stepped_down_us < self->down_us;
  self->down_us = was_too_early ? MIN (2 * self->down_us, CAM_SHED_LONGEST_DOWN_US) : CAM_SHED_DOWN_US;
  self->step++;
  self->why = why;
  self->over_us = now_us;
  return true;
}

static bool
step_down (CamShedRule *self, int64_t now_us)
{
  self->over_us = 0;
  if (self->fine_us == 0)
    self->fine_us = now_us;
  if (self->step == 0 || now_us - self->fine_us < self->down_us)
    return false;
  self->step--;
  self->fine_us = self->stepped_down_us = now_us;
  return true;
}

bool
cam_shed_rule_note (CamShedRule *self, const CamLoad *load, int64_t now_us)
{
  CamLoadVerdict verdict = cam_load_judge (load);
  switch (verdict) {
  case CAM_LOAD_LAG:
  case CAM_LOAD_MEMORY:
  case CAM_LOAD_CPU:
    return step_up (self, verdict, now_us);
  case CAM_LOAD_FINE:
    return step_down (self, now_us);
  case CAM_LOAD_BETWEEN:
    self->over_us = self->fine_us = 0;
    return false;
  }
  g_assert_not_reached ();
}

bool
cam_shed_step_concerns (unsigned step, CamPriority priority)
{
  return step > (unsigned) priority;
}
