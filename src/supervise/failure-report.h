/* Which failures of a camera are worth a line: the first, each change of reason, then a count once a minute.
 * Thread: pure. Owner: embedded by value in stream-session. */
#pragma once

#include "core/reason.h"

#include <stdint.h>

typedef struct {
  CamReason reason;  /* of the last failure; CAM_REASON_NONE: none since the last success */
  unsigned failures; /* with this reason, in a row */
  int64_t first_us;  /* when the row began */
  int64_t said_us;   /* when the last line was written */
} CamFailureReport;

typedef enum
{
  CAM_FAILURE_SILENT,
  CAM_FAILURE_NEW,  /* say the reason */
  CAM_FAILURE_STILL /* say how often since when */
} CamFailureLine;

/* Counts a failure at @now_us (monotonic) and says which line it deserves. */
CamFailureLine cam_failure_report_note (CamFailureReport *self, CamReason reason, int64_t now_us);

/* It works again: the next failure is news. */
void cam_failure_report_reset (CamFailureReport *self);
