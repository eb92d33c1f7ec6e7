#include "sound/sound-encoder.h"

#include "sound/sound-encoder-kind.h"

static const CamSoundEncoderKind *
find_kind (const CamTrack *track)
{
  switch (track->codec) {
  case CAM_CODEC_L16:
    return &cam_sample_encoder;
  case CAM_CODEC_OPUS:
    return &cam_opus_encoder;
  case CAM_CODEC_AAC:
    return &cam_aac_encoder;
  case CAM_CODEC_FLAC:
    return &cam_flac_encoder;
  case CAM_CODEC_PCMU:
  case CAM_CODEC_PCMA:
  case CAM_CODEC_G722:
  case CAM_CODEC_G726:
  case CAM_CODEC_MPEG_AUDIO:
  case CAM_CODEC_AC3:
  case CAM_CODEC_NONE:
  case CAM_CODEC_H264:
  case CAM_CODEC_H265:
  case CAM_CODEC_MJPEG:
  case CAM_N_CODECS:
    return NULL;
  }
  return NULL;
}

CamSoundEncoder *
cam_sound_encoder_new (const CamTrack *track, const CamSoundSettings *settings, GError **error)
{
  const CamSoundEncoderKind *kind = find_kind (track);
  if (kind == NULL || track->sample_rate == 0 || track->channels == 0 || track->channels > 2) {
    g_set_error (error, CAM_SOUND_ERROR, CAM_SOUND_ERROR_TRACK, "%s, %u Hz, %u channels: nothing that sound is encoded to",
                 cam_codec_name (track->codec), track->sample_rate, track->channels);
    return NULL;
  }
  CamSoundEncoder *self = kind->open (track, settings, error);
  if (self != NULL)
    self->kind = kind;
  return self;
}

void
cam_sound_encoder_free (CamSoundEncoder *self)
{
  if (self != NULL)
    self->kind->close (self);
}

unsigned
cam_sound_encoder_get_frame (const CamSoundEncoder *self)
{
  return self->frame;
}

unsigned
cam_sound_encoder_get_delay (const CamSoundEncoder *self)
{
  return self->delay;
}

bool
cam_sound_encoder_take (CamSoundEncoder *self, const int16_t *samples, CamSoundUnitFunc func, gpointer data)
{
  return self->kind->take (self, samples, func, data);
}
