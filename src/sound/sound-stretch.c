#include "sound/sound-stretch.h"

#include <glib.h>
#include <math.h>
#include <speex/speex_resampler.h>
#include <string.h>

#define MOST_PPM 10000
#define QUALITY 4        /* 100 dB of stop band cost a fifth of what Opus does */
#define STEP_PPM 10      /* each change makes a new table */
#define MOST_CHANNELS 2
#define MOST_SHARE 65535 /* speexdsp multiplies two of them in 32 bits, and goes astray when they do not fit */
#define MOST_TERMS 16
#define BLOCK 512

struct CamSoundStretch {
  SpeexResamplerState *speex; /* owned */
  unsigned in_rate;
  unsigned out_rate;
  unsigned channels;
  uint64_t taken; /* samples of each channel that went in */
  int ppm;
};

/* The fraction nearest to @ratio whose terms are small enough: the last convergent of its continued fraction that is. */
static void
approximate (double ratio, unsigned *ret_numerator, unsigned *ret_denominator)
{
  double rest = ratio;
  double last[2] = {0, 1}, now[2] = {1, 0}; /* numerator and denominator */
  for (unsigned i = 0; i < MOST_TERMS; i++) {
    double whole = floor (rest);
    double next[2] = {whole * now[0] + last[0], whole * now[1] + last[1]};
    if (next[0] > MOST_SHARE || next[1] > MOST_SHARE)
      break;
    memcpy (last, now, sizeof last);
    memcpy (now, next, sizeof now);
    if (rest - whole < 1e-9)
      break;
    rest = 1 / (rest - whole);
  }
  *ret_numerator = (unsigned) now[0];
  *ret_denominator = (unsigned) now[1];
}

static void
apply (CamSoundStretch *self)
{
  unsigned in = 1, out = 1;
  approximate (self->in_rate / (self->out_rate * (1 + self->ppm / 1e6)), &in, &out);
  speex_resampler_set_rate_frac (self->speex, in, out, self->in_rate, self->out_rate);
}

CamSoundStretch *
cam_sound_stretch_new (unsigned in_rate, unsigned out_rate, unsigned channels)
{
  g_assert (channels >= 1 && channels <= MOST_CHANNELS);
  int problem = RESAMPLER_ERR_SUCCESS;
  SpeexResamplerState *speex = speex_resampler_init (channels, in_rate, out_rate, QUALITY, &problem);
  g_assert (speex != NULL); /* like every allocation */
  CamSoundStretch *self = g_new0 (CamSoundStretch, 1);
  self->speex = speex;
  self->in_rate = in_rate;
  self->out_rate = out_rate;
  self->channels = channels;
  apply (self);
  speex_resampler_skip_zeros (speex);
  return self;
}

void
cam_sound_stretch_free (CamSoundStretch *self)
{
  if (self == NULL)
    return;
  speex_resampler_destroy (self->speex);
  g_free (self);
}

void
cam_sound_stretch_set_ppm (CamSoundStretch *self, int ppm)
{
  ppm = CLAMP (ppm, -MOST_PPM, MOST_PPM);
  if (ABS (ppm - self->ppm) < STEP_PPM)
    return;
  self->ppm = ppm;
  apply (self);
}

void
cam_sound_stretch_take (CamSoundStretch *self, const int16_t *samples, unsigned n, CamSoundStretchFunc func, void *data)
{
  int16_t block[BLOCK * MOST_CHANNELS];
  unsigned taken = 0;
  self->taken += n;
  for (;;) {
    spx_uint32_t in = n - taken, out = BLOCK;
    speex_resampler_process_interleaved_int (self->speex, samples + (size_t) taken * self->channels, &in, block, &out);
    taken += in;
    if (out > 0)
      func (block, out, data);
    if (taken >= n && out < BLOCK)
      return;
    if (in == 0 && out == 0)
      return;
  }
}

int64_t
cam_sound_stretch_get_delay_ns (const CamSoundStretch *self)
{
  uint64_t kept = MIN (self->taken, (uint64_t) speex_resampler_get_input_latency (self->speex));
  return (int64_t) (kept * UINT64_C (1000000000) / self->in_rate);
}
