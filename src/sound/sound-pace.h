/* How fast sound of a source whose clock is its own is played into a time line that is everybody's: by how many millionths to stretch it, and when that
 * is not enough. The source's stamps say where it should be, the samples made so far where it is; the difference is smoothed, because stamps
 * tremble, and what is left is taken back within seconds by a change of pitch that nobody hears.
 * Thread: pure. Owner: embedded by value in a sound-chain. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define CAM_SOUND_PACE_MOST_PPM 3000       /* a twentieth of a semitone */
#define CAM_SOUND_PACE_MOST_DRIFT_PPM 1500 /* of a clock; what is more is the source's jumping about */

typedef struct {
  double error_s; /* smoothed: how far the source is ahead of what was made of it */
  double drift_ppm; /* what of it does not pass: the source's clock is slower by that */
  double ppm;       /* in all */
  int64_t settling_ns; /* how long it must still have flowed before its error counts */
  int64_t worst_ns;
} CamSoundPace;

typedef enum
{
  CAM_SOUND_PACE_FLOWS,   /* stretch by what get_ppm says */
  CAM_SOUND_PACE_GAP,     /* sound is missing: that much silence first */
  CAM_SOUND_PACE_OVERLAP, /* there is too much of it: leave that much out */
  CAM_SOUND_PACE_JUMP     /* another place on the time line: begin anew there */
} CamSoundPaceVerdict;

void cam_sound_pace_reset (CamSoundPace *self); /* it begins anew with the clock that is known; the worst error is kept */

/* A block of sound that lasts @duration_ns should begin @error_ns later than where the sound made so far ends. @is_behind_loss: something before it is
 * known to be missing, so that the difference is no tremble. */
CamSoundPaceVerdict cam_sound_pace_note (CamSoundPace *self, int64_t error_ns, int64_t duration_ns, bool is_behind_loss);

/* By how much longer than by itself the sound must last, in millionths; negative: shorter. */
int cam_sound_pace_get_ppm (const CamSoundPace *self);

/* The part of that which is the source's clock, in millionths: positive when it is slow. */
int cam_sound_pace_get_drift_ppm (const CamSoundPace *self);

/* The largest smoothed difference since it had settled. */
int64_t cam_sound_pace_get_worst_ns (const CamSoundPace *self);
