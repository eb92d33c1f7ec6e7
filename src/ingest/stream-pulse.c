#include "ingest/stream-pulse.h"

#include <glib.h>

#define FIRST_UNIT_US (10 * G_USEC_PER_SEC)
#define KEY_US (30 * G_USEC_PER_SEC)
#define ODD_LOSSES 3 /* more since the last key unit are a habit */
#define INTERVALS 4
#define GROUPS 3
#define SMOOTHING 16
/* What one pause can teach: a camera that was gone for an hour is not given four hours the next time. */
#define LONGEST_INTERVAL_US (60 * G_USEC_PER_SEC)
#define LONGEST_GROUP_US (300 * G_USEC_PER_SEC)

void
cam_stream_pulse_begin (CamStreamPulse *self, int64_t stall_timeout_us, bool wants_keys, int64_t now_us)
{
  *self = (CamStreamPulse){.stall_timeout_us = stall_timeout_us, .wants_keys = wants_keys, .last_unit_us = now_us, .last_key_us = now_us};
}

void
cam_stream_pulse_beat (CamStreamPulse *self, CamBeat beat, int64_t now_us)
{
  if (self->has_unit) {
    int64_t interval_us = CLAMP (now_us - self->last_unit_us, 0, LONGEST_INTERVAL_US);
    self->interval_us = self->interval_us == 0 ? interval_us : self->interval_us + (interval_us - self->interval_us) / SMOOTHING;
  }
  self->has_unit = true;
  self->last_unit_us = now_us;
  if (beat == CAM_BEAT_DAMAGED) {
    self->damaged++;
    self->last_damaged_us = now_us;
  }
  if (beat != CAM_BEAT_KEY)
    return;
  if (self->has_key) {
    int64_t gop_us = CLAMP (now_us - self->last_key_us, 0, LONGEST_GROUP_US);
    self->gop_us = MAX (gop_us, self->gop_us - self->gop_us / SMOOTHING);
  }
  self->has_key = true;
  self->last_key_us = now_us;
  self->damaged = 0;
}

static int64_t
unit_due_us (const CamStreamPulse *self)
{
  int64_t patience_us = self->has_unit ? INTERVALS * self->interval_us : FIRST_UNIT_US;
  return self->last_unit_us + MAX (self->stall_timeout_us, patience_us);
}

static int64_t
key_due_us (const CamStreamPulse *self)
{
  if (!self->wants_keys)
    return INT64_MAX;
  int64_t due_us = self->last_key_us + MAX (KEY_US, GROUPS * self->gop_us);
  /* The key unit may be what was lost: then the next one is a whole group away. */
  bool may_be_lost = self->damaged > 0 && self->damaged <= ODD_LOSSES;
  return may_be_lost ? MAX (due_us, self->last_damaged_us + KEY_US) : due_us;
}

CamReason
cam_stream_pulse_check (const CamStreamPulse *self, int64_t now_us)
{
  if (now_us >= unit_due_us (self))
    return CAM_REASON_STALL;
  return now_us >= key_due_us (self) ? CAM_REASON_NO_KEY : CAM_REASON_NONE;
}

int64_t
cam_stream_pulse_get_due_us (const CamStreamPulse *self)
{
  return MIN (unit_due_us (self), key_due_us (self));
}
