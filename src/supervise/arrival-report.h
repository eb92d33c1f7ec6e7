/* Which of the senders that come to a stream by themselves are worth a line: some a minute, so that one that comes and goes without end does not fill
 * the log.
 * Thread: pure. Owner: embedded by value in stream-report. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define CAM_ARRIVAL_REPORT_LINES 64 /* in a minute: no sender that means well comes as often */

/* All zero: none came. */
typedef struct {
  int64_t since_us; /* when the minute began */
  unsigned said;    /* in it */
  unsigned silent;  /* since the last line */
} CamArrivalReport;

/* True: say it. @ret_silent: how many came since the last line that were not said. */
bool cam_arrival_report_note (CamArrivalReport *self, int64_t now_us, unsigned *ret_silent);
