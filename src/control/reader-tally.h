/* Readers summed up by how they get what they get: how many are in which state, and how far they lag.
 * Thread: pure. Owner: the caller, on its stack. */
#pragma once

#include "serve/reader-record.h"

#define CAM_READER_STATES (CAM_READER_STATE_THINNED + 1)
#define CAM_READER_LAG_BOUNDS 7
#define CAM_READER_KINDS 8 /* more kinds of transport than there are */

extern const char *const cam_reader_lag_bounds[CAM_READER_LAG_BOUNDS]; /* in seconds, rising: "0.1" */

typedef struct {
  const char *transport; /* "TCP" */
  unsigned states[CAM_READER_STATES];
  unsigned lagging[CAM_READER_LAG_BOUNDS]; /* for longer than each bound: an earlier one counts at least as many */
  int64_t worst_lag_us;
  uint64_t waiting_bytes;
} CamReaderKind;

typedef struct {
  CamReaderKind kinds[CAM_READER_KINDS];
  unsigned n_kinds;
} CamReaderTally;

/* @readers: of CamReaderView; what it names is borrowed from there. */
void cam_reader_tally_fill (CamReaderTally *self, const GPtrArray *readers);
