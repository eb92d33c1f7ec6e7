/* Interleaved samples brought to another rate, and stretched by some millionths while they flow. The rate is speexdsp's, whose ratio stays
 * as it is: each change of it makes a new table and moves the sound by up to half a sample, which clicks. What changes is
 * sound-varispeed's. Thread: the one that uses it. Owner: a sound-chain, sound-epochs. */
#pragma once

#include <glib.h>
#include <stdint.h>

typedef struct CamSoundResampler CamSoundResampler;

/* Rates in Hz, 1 to 192000; 1 or 2 channels. */
CamSoundResampler *cam_sound_resampler_new (unsigned in_rate, unsigned out_rate, unsigned channels);
void cam_sound_resampler_free (CamSoundResampler *self); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CamSoundResampler, cam_sound_resampler_free)

/* What comes out lasts longer by @ppm millionths from now on, at most 20000; negative: shorter. Any change is fine at any time. */
void cam_sound_resampler_set_ppm (CamSoundResampler *self, double ppm);

/* @n samples of each channel. @func is called with what comes of it, any number of times. */
typedef void (*CamSoundResamplerFunc) (const int16_t *samples, unsigned n, gpointer data);
void cam_sound_resampler_take (CamSoundResampler *self, const int16_t *samples, unsigned n, CamSoundResamplerFunc func, gpointer data);

/* How much of what went in has not come out yet, exactly, in ns of the output: what comes next in is heard that much behind what came out
 * last. */
int64_t cam_sound_resampler_get_delay_ns (const CamSoundResampler *self);
