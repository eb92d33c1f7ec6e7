/* Samples played a little slower or faster: read between where they stand, by a windowed sinc. The speed may change at any sample by any
 * amount, nothing leaps then; at no change samples pass as they are. Other rates than the one that came are sound-resampler's. Thread:
 * pure. Owner: a sound-resampler. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define CAM_SOUND_VARISPEED_MOST_PPM 20000
#define CAM_SOUND_VARISPEED_MOST_FRAMES 512                                          /* that one take bears */
#define CAM_SOUND_VARISPEED_MOST_OUT (CAM_SOUND_VARISPEED_MOST_FRAMES * 51 / 50 + 2) /* that come of it */

typedef struct CamSoundVarispeed CamSoundVarispeed;

CamSoundVarispeed *cam_sound_varispeed_new (unsigned channels); /* 1 or 2 */
void cam_sound_varispeed_free (CamSoundVarispeed *self);        /* NULL is fine */

/* From the next sample on what comes out lasts longer by @ppm millionths; negative: shorter. Within MOST_PPM. */
void cam_sound_varispeed_set_ppm (CamSoundVarispeed *self, double ppm);

/* @samples: @frames interleaved, at most MOST_FRAMES. Writes up to MOST_OUT frames to @out and returns how many. */
unsigned cam_sound_varispeed_take (CamSoundVarispeed *self, const float *samples, unsigned frames, float *out);

/* How many of the frames that went in, and which part of one, are not heard yet. */
double cam_sound_varispeed_get_kept (const CamSoundVarispeed *self);
