#include "sound/sound-encoder-kind.h"

/* L16: nothing but the order of bytes. */

#define FRAMES_A_SECOND 50

typedef struct {
  CamSoundEncoder base;
  unsigned samples;
  uint8_t *bytes; /* owned; of one frame */
} SampleSound;

static CamSoundEncoder *
open_samples (const CamTrack *track, const CamSoundSettings *settings, GError **error)
{
  SampleSound *self = g_new0 (SampleSound, 1);
  self->base.frame = MAX (track->sample_rate / FRAMES_A_SECOND, 1);
  self->samples = self->base.frame * track->channels;
  self->bytes = g_malloc (self->samples * 2);
  return &self->base;
}

static void
close_samples (CamSoundEncoder *base)
{
  SampleSound *self = (SampleSound *) base;
  g_free (self->bytes);
  g_free (self);
}

static bool
take_samples (CamSoundEncoder *base, const int16_t *samples, CamSoundUnitFunc func, gpointer data)
{
  SampleSound *self = (SampleSound *) base;
  for (unsigned i = 0; i < self->samples; i++) {
    self->bytes[2 * i] = (uint8_t) ((uint16_t) samples[i] >> 8);
    self->bytes[2 * i + 1] = (uint8_t) samples[i];
  }
  func (self->bytes, self->samples * 2, data);
  return true;
}

const CamSoundEncoderKind cam_sample_encoder = {.open = open_samples, .close = close_samples, .take = take_samples};
