#include "serve/connection-deadlines.h"

typedef struct {
  CamDeadline deadline;
  int64_t due_us;
} Candidate;

static void
consider (Candidate *best, CamDeadline deadline, int64_t since_us, int64_t patience_us)
{
  if (since_us == 0 || since_us + patience_us >= best->due_us)
    return;
  best->deadline = deadline;
  best->due_us = since_us + patience_us;
}

CamDeadline
cam_connection_next_deadline (const CamConnectionTimes *times, const CamConnectionLimits *limits, int64_t *ret_due_us)
{
  Candidate best = {.deadline = CAM_DEADLINE_IDLE, .due_us = INT64_MAX};
  if (times->gone_by_us != 0) {
    bool parts_first = times->part_by_us != 0 && times->part_by_us < times->gone_by_us;
    *ret_due_us = parts_first ? times->part_by_us : times->gone_by_us;
    return parts_first ? CAM_DEADLINE_PART : CAM_DEADLINE_GONE;
  }
  consider (&best, CAM_DEADLINE_HELD, times->held_until_us, 0);
  consider (&best, CAM_DEADLINE_SILENT, times->has_spoken || times->partial_since_us != 0 ? 0 : times->opened_us,
            CAM_CONNECTION_SILENCE_US);
  consider (&best, CAM_DEADLINE_HALF_REQUEST, times->partial_since_us, limits->request_us);
  consider (&best, CAM_DEADLINE_IDLE, times->alive_us, CAM_SESSION_TIMEOUT_S * INT64_C (1000000));
  consider (&best, CAM_DEADLINE_BLOCKED, times->blocked_since_us, limits->reader_us);
  *ret_due_us = best.due_us;
  return best.deadline;
}
