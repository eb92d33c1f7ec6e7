/* Interleaved samples brought to another rate, and stretched by some millionths while they flow: speexdsp's resampler, which does not click when its
 * ratio changes.
 * Thread: the one that uses it. Owner: a sound-chain. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

typedef struct CamSoundStretch CamSoundStretch;

/* Rates in Hz, 1 to 192000; 1 or 2 channels. */
CamSoundStretch *cam_sound_stretch_new (unsigned in_rate, unsigned out_rate, unsigned channels);
void cam_sound_stretch_free (CamSoundStretch *self); /* NULL is fine */

/* What comes out lasts longer by @ppm millionths from now on, -10000 to 10000. Smaller changes than it can show for less than what they cost are put off. */
void cam_sound_stretch_set_ppm (CamSoundStretch *self, int ppm);

/* Samples are of each channel. Called with what comes of it, any number of times. */
typedef void (*CamSoundStretchFunc) (const int16_t *samples, unsigned n, void *data);
void cam_sound_stretch_take (CamSoundStretch *self, const int16_t *samples, unsigned n, CamSoundStretchFunc func, void *data);

/* How much of what went in has not come out yet, in ns of the input. */
int64_t cam_sound_stretch_get_delay_ns (const CamSoundStretch *self);
