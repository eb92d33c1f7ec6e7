#include "sound/sound-resampler.h"

#include <math.h>
#include <speex/speex_resampler.h>

#include "sound/sound-varispeed.h"

#define NS_PER_S 1e9
#define QUALITY 5 /* of 10: what it adds is below 16 bits for what cameras hear, docs/decisions/0027 */
#define MOST_CHANNELS 2
#define BLOCK_FRAMES 256 /* that go in at once */
#define PIECE_FRAMES CAM_SOUND_VARISPEED_MOST_FRAMES

struct CamSoundResampler {
  SpeexResamplerState *speex;   /* owned; NULL: both rates are the same */
  CamSoundVarispeed *varispeed; /* owned */
  unsigned in_rate;
  unsigned out_rate;
  unsigned channels;
  uint64_t taken;     /* frames of the input that speex took, less whole seconds of both sides */
  uint64_t converted; /* frames that it gave */
};

CamSoundResampler *
cam_sound_resampler_new (unsigned in_rate, unsigned out_rate, unsigned channels)
{
  g_assert (channels >= 1 && channels <= MOST_CHANNELS);
  CamSoundResampler *self = g_new0 (CamSoundResampler, 1);
  self->in_rate = in_rate;
  self->out_rate = out_rate;
  self->channels = channels;
  self->varispeed = cam_sound_varispeed_new (channels);
  if (in_rate == out_rate)
    return self;
  self->speex = speex_resampler_init (channels, in_rate, out_rate, QUALITY, NULL);
  g_assert (self->speex != NULL); /* like every allocation */
  speex_resampler_skip_zeros (self->speex);
  return self;
}

void
cam_sound_resampler_free (CamSoundResampler *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->speex, speex_resampler_destroy);
  cam_sound_varispeed_free (self->varispeed);
  g_free (self);
}

void
cam_sound_resampler_set_ppm (CamSoundResampler *self, double ppm)
{
  cam_sound_varispeed_set_ppm (self->varispeed, ppm);
}

/* The last step: @frames at the output's rate. */
static void
give (CamSoundResampler *self, const float *samples, unsigned frames, CamSoundResamplerFunc func, gpointer data)
{
  float stretched[CAM_SOUND_VARISPEED_MOST_OUT * MOST_CHANNELS];
  int16_t rounded[CAM_SOUND_VARISPEED_MOST_OUT * MOST_CHANNELS];
  unsigned made = cam_sound_varispeed_take (self->varispeed, samples, frames, stretched);
  for (unsigned i = 0; i < made * self->channels; i++)
    rounded[i] = (int16_t) lrintf (CLAMP (stretched[i], -32768.0f, 32767.0f));
  if (made > 0)
    func (rounded, made, data);
}

static void
convert (CamSoundResampler *self, const float *samples, unsigned frames, CamSoundResamplerFunc func, gpointer data)
{
  float converted[PIECE_FRAMES * MOST_CHANNELS];
  for (unsigned done = 0;;) {
    spx_uint32_t in = frames - done, out = PIECE_FRAMES;
    speex_resampler_process_interleaved_float (self->speex, samples + (size_t) done * self->channels, &in, converted, &out);
    done += in;
    self->converted += out;
    if (out > 0)
      give (self, converted, out, func, data);
    if (out < PIECE_FRAMES && (done == frames || in == 0))
      break;
  }
  self->taken += frames;
  for (; self->taken >= self->in_rate && self->converted >= self->out_rate; self->taken -= self->in_rate)
    self->converted -= self->out_rate;
}

void
cam_sound_resampler_take (CamSoundResampler *self, const int16_t *samples, unsigned n, CamSoundResamplerFunc func, gpointer data)
{
  float block[BLOCK_FRAMES * MOST_CHANNELS];
  while (n > 0) {
    unsigned frames = MIN (n, BLOCK_FRAMES);
    for (unsigned i = 0; i < frames * self->channels; i++)
      block[i] = samples[i];
    if (self->speex != NULL)
      convert (self, block, frames, func, data);
    else
      give (self, block, frames, func, data);
    samples += (size_t) frames * self->channels;
    n -= frames;
  }
}

int64_t
cam_sound_resampler_get_delay_ns (const CamSoundResampler *self)
{
  double kept = (double) self->taken / self->in_rate - (double) self->converted / self->out_rate;
  return llrint ((kept + cam_sound_varispeed_get_kept (self->varispeed) / self->out_rate) * NS_PER_S);
}
