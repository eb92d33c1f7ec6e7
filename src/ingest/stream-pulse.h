/* Whether a stream is alive: units within the stall time-out, key units within half a minute, both stretched for cameras that are slow by habit
 * and for what was lost.
 * Thread: pure. Owner: embedded by value. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/reason.h"

typedef enum
{
  CAM_BEAT_OTHER,
  CAM_BEAT_DAMAGED, /* may have been a key unit before it was damaged */
  CAM_BEAT_KEY
} CamBeat;

typedef struct {
  int64_t stall_timeout_us;
  bool wants_keys;
  bool has_unit;
  bool has_key;
  int64_t last_unit_us; /* of the beginning while there was none */
  int64_t last_key_us;
  unsigned damaged;        /* units since the last key unit */
  int64_t last_damaged_us; /* the newest of them */
  int64_t interval_us;  /* learned, smoothed; 0: not yet */
  int64_t gop_us;       /* learned, the longest of late; 0: not yet */
} CamStreamPulse;

/* The camera was told to play at @now_us. @wants_keys: video. */
void cam_stream_pulse_begin (CamStreamPulse *self, int64_t stall_timeout_us, bool wants_keys, int64_t now_us);

/* A whole unit came; it counts even if nobody is given it. */
void cam_stream_pulse_beat (CamStreamPulse *self, CamBeat beat, int64_t now_us);

/* CAM_REASON_STALL: no unit for max (stall time-out, 4 learned intervals), for the first one max (stall time-out, 10 s).
 * CAM_REASON_NO_KEY: units, but no key unit in max (30 s, 3 learned groups), nor in 30 s after a damaged unit while
 * these are three at most. CAM_REASON_NONE: alive. */
CamReason cam_stream_pulse_check (const CamStreamPulse *self, int64_t now_us);

/* When the next check can find something, if nothing comes until then. */
int64_t cam_stream_pulse_get_due_us (const CamStreamPulse *self);
