#include "sound/sound-decoder-kind.h"

/* G.711 and L16: each sample stands for itself. */

#define PIECE_FRAMES 1024 /* decoded at a time: a unit may be of any size */
#define MOST_CHANNELS 2   /* of more the first two leave */

typedef struct {
  CamSoundDecoder base;
  CamCodec codec;
  unsigned rate;
  unsigned channels; /* in the units */
  int16_t samples[PIECE_FRAMES * MOST_CHANNELS];
} SampleSound;

/* ITU-T G.711, table 2a. */
static int16_t
expand_mu_law (uint8_t code)
{
  enum { BIAS = 0x84 };
  uint8_t bits = (uint8_t) ~code;
  int magnitude = (((bits & 0x0f) << 3) + BIAS) << ((bits & 0x70) >> 4);
  return (int16_t) ((bits & 0x80) != 0 ? BIAS - magnitude : magnitude - BIAS);
}

/* ITU-T G.711, table 1a. */
static int16_t
expand_a_law (uint8_t code)
{
  uint8_t bits = code ^ 0x55;
  int segment = (bits & 0x70) >> 4;
  int magnitude = ((bits & 0x0f) << 4) + 8;
  if (segment > 0)
    magnitude = (magnitude + 0x100) << (segment - 1);
  return (int16_t) ((bits & 0x80) != 0 ? magnitude : -magnitude);
}

static size_t
get_sample_bytes (const SampleSound *self)
{
  return self->codec == CAM_CODEC_L16 ? 2 : 1;
}

static int16_t
read_sample (const SampleSound *self, const uint8_t *at)
{
  if (self->codec == CAM_CODEC_L16)
    return (int16_t) (at[0] << 8 | at[1]);
  return self->codec == CAM_CODEC_PCMU ? expand_mu_law (at[0]) : expand_a_law (at[0]);
}

static CamSoundDecoder *
open_samples (const CamTrack *track, GError **error)
{
  SampleSound *self = g_new0 (SampleSound, 1);
  self->codec = track->codec;
  self->rate = track->sample_rate;
  self->channels = track->channels;
  return &self->base;
}

static void
close_samples (CamSoundDecoder *base)
{
  g_free (base);
}

static bool
take_samples (CamSoundDecoder *base, const uint8_t *unit, size_t size, CamPcmFunc func, gpointer data)
{
  SampleSound *self = (SampleSound *) base;
  size_t sample_bytes = get_sample_bytes (self);
  size_t frame_bytes = sample_bytes * self->channels;
  unsigned channels = MIN (self->channels, MOST_CHANNELS);
  if (size % frame_bytes != 0)
    return false;
  for (size_t left = size / frame_bytes; left > 0;) {
    unsigned frames = (unsigned) MIN (left, PIECE_FRAMES);
    for (unsigned i = 0; i < frames; i++, unit += frame_bytes)
      for (unsigned channel = 0; channel < channels; channel++)
        self->samples[i * channels + channel] = read_sample (self, unit + channel * sample_bytes);
    func (&(CamPcm){.samples = self->samples, .frames = frames, .rate = self->rate, .channels = channels}, data);
    left -= frames;
  }
  return true;
}

const CamSoundDecoderKind cam_sample_decoder = {.open = open_samples, .close = close_samples, .take = take_samples};
