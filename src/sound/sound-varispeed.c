#include "sound/sound-varispeed.h"

#include <glib.h>
#include <math.h>
#include <string.h>

#define TAPS 32
#define PHASES 128          /* a sample is read from between two of them, on a straight line: 100 dB below it at a quarter of the rate */
#define BETA 9.0            /* of Kaiser's window */
#define LEAD (TAPS / 2 - 1) /* samples before the one that is read */
#define WHOLE (UINT64_C (1) << 32)
#define MOST_CHANNELS 2
#define MOST_KEPT (TAPS + CAM_SOUND_VARISPEED_MOST_FRAMES + 1)

typedef float Lanes __attribute__ ((vector_size (16)));
#define LANES 4

struct CamSoundVarispeed {
  unsigned channels;
  uint64_t step;     /* samples that one of the output lasts, in 1 / WHOLE */
  uint64_t position; /* of the next one behind kept[LEAD], in 1 / WHOLE */
  unsigned n_kept;
  float kept[MOST_CHANNELS][MOST_KEPT];
  float kernel[PHASES + 1][TAPS]; /* the last is the first, a sample later */
};

/* The modified Bessel function of the first kind and order 0, by its series. */
static double
bessel (double x)
{
  double sum = 1, term = 1;
  for (unsigned k = 1; term > sum * 1e-12; k++) {
    term *= x / (2 * k) * (x / (2 * k));
    sum += term;
  }
  return sum;
}

static double
window_sinc (double x)
{
  double part = x / (TAPS / 2);
  if (fabs (part) >= 1)
    return 0;
  double sinc = fabs (x) < 1e-9 ? 1 : sin (G_PI * x) / (G_PI * x);
  return sinc * bessel (BETA * sqrt (1 - part * part)) / bessel (BETA);
}

/* Each phase lets a constant pass as it is. */
static void
fill_kernel (CamSoundVarispeed *self)
{
  for (unsigned phase = 0; phase <= PHASES; phase++) {
    double taps[TAPS], sum = 0;
    for (unsigned tap = 0; tap < TAPS; tap++)
      sum += taps[tap] = window_sinc ((double) tap - LEAD - (double) phase / PHASES);
    for (unsigned tap = 0; tap < TAPS; tap++)
      self->kernel[phase][tap] = (float) (taps[tap] / sum);
  }
}

CamSoundVarispeed *
cam_sound_varispeed_new (unsigned channels)
{
  g_assert (channels >= 1 && channels <= MOST_CHANNELS);
  CamSoundVarispeed *self = g_new0 (CamSoundVarispeed, 1);
  self->channels = channels;
  self->step = WHOLE;
  self->n_kept = LEAD; /* of silence, so that the first that comes is the first that leaves */
  fill_kernel (self);
  return self;
}

void
cam_sound_varispeed_free (CamSoundVarispeed *self)
{
  g_free (self);
}

void
cam_sound_varispeed_set_ppm (CamSoundVarispeed *self, double ppm)
{
  ppm = CLAMP (ppm, -CAM_SOUND_VARISPEED_MOST_PPM, CAM_SOUND_VARISPEED_MOST_PPM);
  self->step = (uint64_t) llrint ((double) WHOLE / (1 + ppm / 1e6));
}

static Lanes
load (const float *from)
{
  Lanes lanes;
  memcpy (&lanes, from, sizeof lanes);
  return lanes;
}

/* The sound at @from[LEAD] and @fraction of a sample behind it. */
static float
read_between (const CamSoundVarispeed *self, const float *from, uint32_t fraction)
{
  const uint64_t scaled = (uint64_t) fraction * PHASES;
  const float *low = self->kernel[scaled / WHOLE], *high = self->kernel[scaled / WHOLE + 1];
  const float part = (float) (scaled % WHOLE) / (float) WHOLE;
  Lanes sum = {0};
  for (unsigned tap = 0; tap < TAPS; tap += LANES)
    sum += load (from + tap) * (load (low + tap) + (load (high + tap) - load (low + tap)) * part);
  return sum[0] + sum[1] + sum[2] + sum[3];
}

static void
keep (CamSoundVarispeed *self, const float *samples, unsigned frames)
{
  for (unsigned i = 0; i < frames; i++)
    for (unsigned channel = 0; channel < self->channels; channel++)
      self->kept[channel][self->n_kept + i] = samples[i * self->channels + channel];
  self->n_kept += frames;
}

unsigned
cam_sound_varispeed_take (CamSoundVarispeed *self, const float *samples, unsigned frames, float *out)
{
  g_assert (frames <= CAM_SOUND_VARISPEED_MOST_FRAMES);
  keep (self, samples, frames);
  unsigned made = 0;
  for (; self->position / WHOLE + TAPS <= self->n_kept; self->position += self->step, made++)
    for (unsigned channel = 0; channel < self->channels; channel++)
      out[made * self->channels + channel] =
          read_between (self, self->kept[channel] + self->position / WHOLE, (uint32_t) (self->position % WHOLE));
  unsigned heard = (unsigned) MIN (self->position / WHOLE, self->n_kept);
  self->n_kept -= heard;
  self->position -= heard * WHOLE;
  for (unsigned channel = 0; channel < self->channels; channel++)
    memmove (self->kept[channel], self->kept[channel] + heard, self->n_kept * sizeof (float));
  return made;
}

double
cam_sound_varispeed_get_kept (const CamSoundVarispeed *self)
{
  return (double) self->n_kept - LEAD - (double) self->position / (double) WHOLE;
}
