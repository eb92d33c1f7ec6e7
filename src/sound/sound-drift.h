/* How fast sound of a source whose clock is its own is played into a time line that is everybody's, and when that is not enough.
 * The source's stamps say where its sound should be, the samples made so far where it is. The difference is followed by a filter that is as
 * slow as the stamps tremble: stamps that do not are followed within 5 ms whatever they do, those that do for as long as their clock is
 * within 1000 ppm. What is left is taken back by a change of speed that nobody hears. Thread: pure. Owner: embedded by value in a
 * sound-chain. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define CAM_SOUND_DRIFT_MOST_PPM 8000 /* an eighth of a semitone: as fast as a timeline is slewed, and a clock's drift */

/* All zero is one that knows nothing yet. */
typedef struct {
  double error_s;      /* how far the source is thought to be ahead of what was made of it */
  double drift_ppm;    /* what of it does not pass: the source's clock is slower by that */
  double ppm;          /* what is played now */
  double tremble_s;    /* of the stamps, mean */
  double last_off_s;   /* of the last stamp, from where it was expected */
  double span_s;       /* how long the last block lasted */
  double flowed_s;     /* what the clock is known from */
  bool is_guessed;     /* it is the number of lost blocks that was not */
  unsigned n_seen;     /* blocks since the sound's place was not known */
  int64_t settling_ns; /* how long it must still have flowed before its error counts */
  int64_t worst_ns;
} CamSoundDrift;

typedef enum
{
  CAM_SOUND_DRIFT_FLOWS,   /* play at the speed that get_ppm says */
  CAM_SOUND_DRIFT_GAP,     /* sound is missing: silence first */
  CAM_SOUND_DRIFT_OVERLAP, /* there is too much of it: leave some out */
  CAM_SOUND_DRIFT_JUMP     /* another place on the time line: begin anew there */
} CamSoundDriftVerdict;

void cam_sound_drift_reset (CamSoundDrift *self); /* the sound begins anew; clock, tremble and the worst error are kept */

/* The sound may be another source's from now on: its clock is learnt anew, as quickly as at the beginning. */
void cam_sound_drift_doubt_clock (CamSoundDrift *self);

/* A block of sound that lasts @duration_ns, above 0, should begin @error_ns later than where the sound made so far ends. @is_behind_loss:
 * something before it is known to be missing. @ret_ns: of GAP, how much silence; of OVERLAP, how much of the block to leave out,
 * @duration_ns at most; else 0. */
CamSoundDriftVerdict
cam_sound_drift_note (CamSoundDrift *self, int64_t error_ns, int64_t duration_ns, bool is_behind_loss, int64_t *ret_ns);

/* By how much longer than by itself the sound must last, in millionths; negative: shorter. */
double cam_sound_drift_get_ppm (const CamSoundDrift *self);

/* The part of that which is the source's clock, in millionths: positive when it is slow. */
int cam_sound_drift_get_clock_ppm (const CamSoundDrift *self);

/* The largest difference that was thought to be there since the sound had settled. */
int64_t cam_sound_drift_get_worst_ns (const CamSoundDrift *self);
