#include "supervise/arrival-report.h"

#include <glib.h>

enum { WINDOW_US = 60 * G_USEC_PER_SEC };

bool
cam_arrival_report_note (CamArrivalReport *self, int64_t now_us, unsigned *ret_silent)
{
  if (now_us - self->since_us >= WINDOW_US) {
    self->since_us = now_us;
    self->said = 0;
  }
  if (self->said == CAM_ARRIVAL_REPORT_LINES) {
    self->silent++;
    return false;
  }
  self->said++;
  *ret_silent = self->silent;
  self->silent = 0;
  return true;
}
