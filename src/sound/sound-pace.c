#include "sound/sound-pace.h"

#include <glib.h>
#include <stdlib.h>

#define NS_PER_S 1e9
#define NS_PER_MS (1000 * 1000)

/* With these the loop is stable and damped, takes a tremble of 20 ms for one of less than a millisecond, and a clock that is wrong by 1000 ppm is never
 * more than 5 ms off until it is known. */
#define SMOOTHING_S 2.0
#define CORRECTION_S 4.0
#define LEARNING_S 20.0

#define TREMBLE_NS (60 * NS_PER_MS)    /* stamps that are off by less may be right again with the next one */
#define LOST_NS (5 * NS_PER_MS)        /* behind a loss */
#define JUMP_NS (1000 * INT64_C (1000000))
#define SETTLING_NS (10 * INT64_C (1000000000))

void
cam_sound_pace_reset (CamSoundPace *self)
{
  self->error_s = 0;
  self->ppm = self->drift_ppm;
  self->settling_ns = SETTLING_NS;
}

CamSoundPaceVerdict
cam_sound_pace_note (CamSoundPace *self, int64_t error_ns, int64_t duration_ns, bool is_behind_loss)
{
  if (llabs (error_ns) >= JUMP_NS)
    return CAM_SOUND_PACE_JUMP;
  if (error_ns >= (is_behind_loss ? LOST_NS : TREMBLE_NS))
    return CAM_SOUND_PACE_GAP;
  if (error_ns <= -TREMBLE_NS)
    return CAM_SOUND_PACE_OVERLAP;

  double weight = MIN ((double) duration_ns / NS_PER_S / SMOOTHING_S, 1);
  self->error_s += ((double) error_ns / NS_PER_S - self->error_s) * weight;
  double proportional_ppm = self->error_s / CORRECTION_S * 1e6;
  double learnt_ppm = self->drift_ppm + proportional_ppm * ((double) duration_ns / NS_PER_S) / LEARNING_S;
  self->drift_ppm = CLAMP (learnt_ppm, -CAM_SOUND_PACE_MOST_DRIFT_PPM, CAM_SOUND_PACE_MOST_DRIFT_PPM);
  self->ppm = CLAMP (self->drift_ppm + proportional_ppm, -CAM_SOUND_PACE_MOST_PPM, CAM_SOUND_PACE_MOST_PPM);
  self->settling_ns = MAX (self->settling_ns - duration_ns, 0);
  if (self->settling_ns == 0)
    self->worst_ns = MAX (self->worst_ns, llabs ((int64_t) (self->error_s * NS_PER_S)));
  return CAM_SOUND_PACE_FLOWS;
}

int
cam_sound_pace_get_ppm (const CamSoundPace *self)
{
  return (int) self->ppm;
}

int
cam_sound_pace_get_drift_ppm (const CamSoundPace *self)
{
  return (int) self->drift_ppm;
}

int64_t
cam_sound_pace_get_worst_ns (const CamSoundPace *self)
{
  return self->worst_ns;
}
