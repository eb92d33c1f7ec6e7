#include "supervise/failure-report.h"

#include <glib.h>

enum { REPEAT_US = 60 * G_USEC_PER_SEC };

CamFailureLine
cam_failure_report_note (CamFailureReport *self, CamReason reason, int64_t now_us)
{
  if (self->reason != reason) {
    *self = (CamFailureReport) { .reason = reason, .failures = 1, .first_us = now_us, .said_us = now_us };
    return CAM_FAILURE_NEW;
  }
  self->failures++;
  if (now_us - self->said_us < REPEAT_US)
    return CAM_FAILURE_SILENT;
  self->said_us = now_us;
  return CAM_FAILURE_STILL;
}

void
cam_failure_report_reset (CamFailureReport *self)
{
  *self = (CamFailureReport) { .reason = CAM_REASON_NONE };
}
