#include <FLAC/stream_encoder.h>

#include "sound/sound-encoder-kind.h"

#define FRAME 1152
#define LEVEL 5
#define BITS 16
#define CHANNELS 2

typedef struct {
  CamSoundEncoder base;
  FLAC__StreamEncoder *flac; /* owned */
  unsigned channels;
  CamSoundUnitFunc func; /* while a frame is encoded; NULL: what comes is the stream's header, or its end */
  gpointer data;
  FLAC__int32 samples[FRAME * CHANNELS];
} FlacSound;

static FLAC__StreamEncoderWriteStatus
on_write (const FLAC__StreamEncoder *flac, const FLAC__byte *unit, size_t size, uint32_t samples, uint32_t number, void *data)
{
  FlacSound *self = data;
  if (self->func != NULL && samples > 0)
    self->func (unit, size, self->data);
  return FLAC__STREAM_ENCODER_WRITE_STATUS_OK;
}

static void
close_flac (CamSoundEncoder *base)
{
  FlacSound *self = (FlacSound *) base;
  if (self->flac != NULL)
    FLAC__stream_encoder_delete (self->flac);
  g_free (self);
}

static bool
begin (FlacSound *self, const CamTrack *track)
{
  return FLAC__stream_encoder_set_channels (self->flac, track->channels) && FLAC__stream_encoder_set_bits_per_sample (self->flac, BITS) &&
         FLAC__stream_encoder_set_sample_rate (self->flac, track->sample_rate) &&
         FLAC__stream_encoder_set_compression_level (self->flac, LEVEL) && FLAC__stream_encoder_set_blocksize (self->flac, FRAME) &&
         FLAC__stream_encoder_init_stream (self->flac, on_write, NULL, NULL, NULL, self) == FLAC__STREAM_ENCODER_INIT_STATUS_OK;
}

static CamSoundEncoder *
open_flac (const CamTrack *track, const CamSoundSettings *settings, GError **error)
{
  FlacSound *self = g_new0 (FlacSound, 1);
  self->flac = FLAC__stream_encoder_new ();
  self->channels = track->channels;
  self->base.frame = FRAME;
  self->base.delay = FRAME; /* libFLAC wants to see one sample beyond a frame before it lets go of it */
  if (self->flac != NULL && begin (self, track))
    return &self->base;
  g_set_error (error, CAM_SOUND_ERROR, CAM_SOUND_ERROR_TRACK, "FLAC: %u Hz, %u channels", track->sample_rate, track->channels);
  close_flac (&self->base);
  return NULL;
}

static bool
take_frame (CamSoundEncoder *base, const int16_t *samples, CamSoundUnitFunc func, gpointer data)
{
  FlacSound *self = (FlacSound *) base;
  for (unsigned i = 0; i < FRAME * self->channels; i++)
    self->samples[i] = samples[i];
  self->func = func;
  self->data = data;
  bool is_fine = FLAC__stream_encoder_process_interleaved (self->flac, self->samples, FRAME);
  self->func = NULL;
  return is_fine;
}

const CamSoundEncoderKind cam_flac_encoder = {.open = open_flac, .close = close_flac, .take = take_frame};
