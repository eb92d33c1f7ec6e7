#include "serve/audio-hold.h"

#include <glib.h>
#include <stdbool.h>

#define SMOOTHING 8
#define LONGEST_INTERVAL_US G_USEC_PER_SEC /* what lies further apart is a hole, not a pace */

void
cam_audio_hold_note_picture (CamAudioHold *self, int64_t dts_ns, int64_t now_us)
{
  int64_t step_us = (dts_ns - self->newest_ns) / 1000;
  bool is_pace = self->newest_us != 0 && step_us > 0 && step_us <= LONGEST_INTERVAL_US;
  if (is_pace && self->interval_us == 0)
    self->interval_us = step_us;
  else if (is_pace)
    self->interval_us += (step_us - self->interval_us) / SMOOTHING;
  self->newest_us = now_us;
  self->newest_ns = dts_ns;
}

int64_t
cam_audio_hold_get_due_us (const CamAudioHold *self, int64_t now_us)
{
  int64_t next_us = self->newest_us + self->interval_us;
  bool has_stopped = now_us - self->newest_us > 2 * self->interval_us;
  bool is_far = next_us - now_us > self->most_us;
  if (self->interval_us == 0 || has_stopped || is_far)
    return now_us;
  return now_us + MIN (self->interval_us, self->most_us);
}
