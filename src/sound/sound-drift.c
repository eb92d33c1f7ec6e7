#include "sound/sound-drift.h"

#include <glib.h>
#include <math.h>

#define NS_PER_S 1e9
#define PPM 1e6

/* The filter's memory: as long as makes the tremble of the stamps one of NOISE_S, within bounds. */
#define NOISE_S 0.0003
#define SHORTEST_S 0.5
#define LONGEST_S 20.0
#define TREMBLE_WEIGHT 0.02 /* of a new stamp, in the mean */
#define SHARP_S 0.001       /* stamps that tremble less can be believed one by one */

#define CORRECTION_S 4.0        /* in which an error is taken back */
#define EASY_PPM_A_SECOND 50    /* the speed changes by, */
#define EASY_S 0.0015           /* for errors up to this; */
#define HARD_PPM_A_SECOND 10000 /* or, beyond */

#define VAGUE 3         /* times the tremble: as far as stamps stray, to both sides */
#define OUTLIER 6       /* times the tremble, is none; */
#define OUTLIER_S 0.060 /* nor is less than this */
#define JUMP_S 1.0
#define MISSING_S 0.0025  /* behind a loss */
#define PLACING 25        /* blocks until a place that was guessed is known */
#define MISPLACED_S 0.006 /* then: worth a step */
#define SETTLING_NS (INT64_C (10) * 1000 * 1000 * 1000)

void
cam_sound_drift_reset (CamSoundDrift *self)
{
  self->error_s = 0;
  self->last_off_s = 0;
  self->span_s = 0;
  self->n_seen = 0;
  self->is_guessed = false;
  self->ppm = self->drift_ppm;
  self->settling_ns = SETTLING_NS;
}

void
cam_sound_drift_doubt_clock (CamSoundDrift *self)
{
  self->flowed_s = 0;
}

/* The sound is moved by @step_s. */
static CamSoundDriftVerdict
move (CamSoundDrift *self, double step_s, int64_t duration_ns, int64_t *ret_ns)
{
  int64_t step_ns = MAX (llrint (step_s * NS_PER_S), -duration_ns);
  self->error_s -= (double) step_ns / NS_PER_S;
  self->span_s = (double) (duration_ns + MIN (step_ns, 0)) / NS_PER_S;
  *ret_ns = ABS (step_ns);
  return step_ns > 0 ? CAM_SOUND_DRIFT_GAP : CAM_SOUND_DRIFT_OVERLAP;
}

/* Whether the place of a block is doubtful by a whole one. */
static bool
is_vague (const CamSoundDrift *self, double duration_s)
{
  return duration_s < VAGUE * self->tremble_s;
}

/* How much is missing behind a loss. Where single stamps cannot be believed whole blocks are, and one where even these are doubtful. */
static double
find_missing (const CamSoundDrift *self, double off_s, double duration_s)
{
  if (self->tremble_s < SHARP_S)
    return off_s >= MISSING_S ? off_s : 0;
  double blocks = MAX (round (off_s / duration_s), 0);
  return (is_vague (self, duration_s) && blocks <= 2 ? 1 : blocks) * duration_s;
}

static void
follow (CamSoundDrift *self, double expected_s, double off_s, double duration_s)
{
  self->flowed_s += duration_s;
  double longest_s = CLAMP (self->flowed_s / 3, SHORTEST_S, LONGEST_S); /* shorter while the clock is not known */
  double memory_s = CLAMP (duration_s * pow (self->tremble_s / NOISE_S, 2), SHORTEST_S, longest_s);
  double kept = exp (-duration_s / memory_s);
  self->n_seen = MIN (self->n_seen + 1, PLACING + 1);
  double weight = MAX (1 - kept * kept, self->n_seen <= PLACING ? 1.0 / self->n_seen : 0);
  self->error_s = expected_s + weight * off_s;
  if (self->n_seen > PLACING)
    self->drift_ppm += (1 - kept) * (1 - kept) * off_s / duration_s * PPM;
  self->drift_ppm = CLAMP (self->drift_ppm, -CAM_SOUND_DRIFT_MOST_PPM, CAM_SOUND_DRIFT_MOST_PPM);
}

static void
choose_speed (CamSoundDrift *self, double duration_s)
{
  double error_s = self->n_seen > PLACING ? self->error_s : 0;
  double wanted = self->drift_ppm + error_s / CORRECTION_S * PPM;
  double most = (fabs (error_s) < EASY_S ? EASY_PPM_A_SECOND : HARD_PPM_A_SECOND) * duration_s;
  self->ppm += CLAMP (CLAMP (wanted, -CAM_SOUND_DRIFT_MOST_PPM, CAM_SOUND_DRIFT_MOST_PPM) - self->ppm, -most, most);
}

CamSoundDriftVerdict
cam_sound_drift_note (CamSoundDrift *self, int64_t error_ns, int64_t duration_ns, bool is_behind_loss, int64_t *ret_ns)
{
  const double duration_s = (double) duration_ns / NS_PER_S, error_s = (double) error_ns / NS_PER_S;
  *ret_ns = 0;
  if (fabs (error_s) >= JUMP_S)
    return CAM_SOUND_DRIFT_JUMP;
  const double expected_s = self->error_s + (self->drift_ppm - self->ppm) / PPM * self->span_s;
  const double off_s = error_s - expected_s;
  const double missing_s = is_behind_loss ? find_missing (self, off_s, duration_s) : 0;
  self->error_s = expected_s + missing_s;
  if (missing_s > 0) {
    if (self->tremble_s >= SHARP_S && is_vague (self, duration_s) && self->n_seen > PLACING) {
      self->n_seen = 0;
      self->is_guessed = true;
    }
    return move (self, self->error_s > 0 ? self->error_s : missing_s, duration_ns, ret_ns);
  }
  if (fabs (off_s) >= MAX (OUTLIER_S, OUTLIER * self->tremble_s)) {
    self->error_s = error_s;
    return move (self, error_s, duration_ns, ret_ns);
  }
  self->tremble_s += (fabs (off_s - self->last_off_s) - self->tremble_s) * TREMBLE_WEIGHT;
  self->last_off_s = off_s;
  follow (self, expected_s, off_s, duration_s);
  if (self->n_seen == PLACING && self->is_guessed && fabs (self->error_s) >= MISPLACED_S)
    return move (self, self->error_s, duration_ns, ret_ns);
  self->span_s = duration_s;
  choose_speed (self, duration_s);
  self->settling_ns = MAX (self->settling_ns - duration_ns, 0);
  if (self->settling_ns == 0 && self->n_seen > PLACING)
    self->worst_ns = MAX (self->worst_ns, llrint (fabs (self->error_s) * NS_PER_S));
  return CAM_SOUND_DRIFT_FLOWS;
}

double
cam_sound_drift_get_ppm (const CamSoundDrift *self)
{
  return self->ppm;
}

int
cam_sound_drift_get_clock_ppm (const CamSoundDrift *self)
{
  return (int) lrint (self->drift_ppm);
}

int64_t
cam_sound_drift_get_worst_ns (const CamSoundDrift *self)
{
  return self->worst_ns;
}
