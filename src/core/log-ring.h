/* The last minutes of the log in memory, debug lines too, whatever is written elsewhere: what a support bundle holds. Bounded in bytes and time;
 * a line is redacted before it comes here, as all lines are.
 * Thread: any. Owner: process-wide, set up once in main. */
#pragma once

#include "core/log.h"

#include <stddef.h>
#include <stdint.h>

#define CAM_LOG_RING_BYTES ((size_t) 4 * 1024 * 1024)
#define CAM_LOG_RING_US (5 * 60 * G_USEC_PER_SEC)

/* From now on every line is kept; before it, and without it, none. Called once, by main. */
void cam_log_ring_open (void);
bool cam_log_ring_is_open (void);

/* Called by cam_log () for each line; @text: as a human reads it, one line. */
void cam_log_ring_add (CamLogLevel level, const char *text);

typedef struct {
  uint64_t number;      /* counts lines from 1, without gaps */
  int64_t unix_us;
  CamLogLevel level;
  char *text;           /* owned */
} CamLogRingLine;

/* Lines of @level and above after line @after (0: from the oldest), the newest @most of them. Of CamLogRingLine, owned. (transfer full) */
GPtrArray *cam_log_ring_list (CamLogLevel level, uint64_t after, unsigned most);
