#include "sound/sound-decoder.h"

#include "sound/sound-decoder-kind.h"

G_DEFINE_QUARK (cam_sound_error, cam_sound_error)

static const CamSoundDecoderKind *
find_kind (const CamTrack *track)
{
  switch (track->codec) {
  case CAM_CODEC_PCMU:
  case CAM_CODEC_PCMA:
  case CAM_CODEC_L16:
    return &cam_sample_decoder;
  case CAM_CODEC_OPUS:
    return &cam_opus_decoder;
  case CAM_CODEC_FLAC:
    return &cam_flac_decoder;
  case CAM_CODEC_G722:
  case CAM_CODEC_G726:
  case CAM_CODEC_AAC:
  case CAM_CODEC_MPEG_AUDIO:
  case CAM_CODEC_AC3:
    return &cam_element_decoder;
  case CAM_CODEC_NONE:
  case CAM_CODEC_H264:
  case CAM_CODEC_H265:
  case CAM_CODEC_MJPEG:
  case CAM_N_CODECS:
    return NULL;
  }
  return NULL;
}

CamSoundDecoder *
cam_sound_decoder_new (const CamTrack *track, GError **error)
{
  const CamSoundDecoderKind *kind = find_kind (track);
  if (kind == NULL || !cam_sound_is_rate (track->sample_rate) || track->channels == 0) {
    g_set_error (error, CAM_SOUND_ERROR, CAM_SOUND_ERROR_TRACK, "%s, %u Hz, %u channels: no sound that can be decoded",
                 cam_codec_name (track->codec), track->sample_rate, track->channels);
    return NULL;
  }
  CamSoundDecoder *self = kind->open (track, error);
  if (self != NULL)
    self->kind = kind;
  return self;
}

void
cam_sound_decoder_free (CamSoundDecoder *self)
{
  if (self != NULL)
    self->kind->close (self);
}

bool
cam_sound_decoder_take (CamSoundDecoder *self, const uint8_t *unit, size_t size, CamPcmFunc func, gpointer data)
{
  return size > 0 && self->kind->take (self, unit, size, func, data);
}

unsigned
cam_sound_decoder_get_delay (const CamSoundDecoder *self)
{
  return self->delay;
}
