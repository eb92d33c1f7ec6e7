/* How long a client's connection may stay as it is: the one place where its times are weighed against the limits.
 * Thread: pure. Owner: embedded by value in rtsp-connection. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* All µs of CLOCK_MONOTONIC; 0: not so now. */
typedef struct {
  int64_t opened_us;
  int64_t partial_since_us; /* first byte of a request that is not whole yet */
  int64_t alive_us;         /* last request, report, or data that the socket took */
  int64_t blocked_since_us; /* the socket took nothing since, whether what waited was dropped meanwhile or not */
  int64_t held_until_us;    /* the dialogue wants to go on then */
  int64_t part_by_us;       /* it has said good-bye and is closed then, unless its client leaves first */
  int64_t gone_by_us;       /* it is being closed and must be gone by then */
  bool has_spoken;          /* a whole request came */
} CamConnectionTimes;

typedef struct {
  int64_t request_us; /* RequestTimeout */
  int64_t reader_us;  /* ReaderTimeout */
} CamConnectionLimits;

#define CAM_CONNECTION_SILENCE_US INT64_C (10000000) /* from accept to the first request */
#define CAM_SESSION_TIMEOUT_S 60                     /* told to clients in each Session header */

typedef enum
{
  CAM_DEADLINE_HELD,         /* go on with the request that waits */
  CAM_DEADLINE_SILENT,       /* close */
  CAM_DEADLINE_HALF_REQUEST, /* answer 408 and close */
  CAM_DEADLINE_IDLE,         /* close */
  CAM_DEADLINE_BLOCKED,      /* reset: a FIN would wait behind the full window */
  CAM_DEADLINE_PART,         /* close */
  CAM_DEADLINE_GONE          /* reset */
} CamDeadline;

/* The next deadline, and when it is. */
CamDeadline cam_connection_next_deadline (const CamConnectionTimes *times, const CamConnectionLimits *limits, int64_t *ret_due_us);
