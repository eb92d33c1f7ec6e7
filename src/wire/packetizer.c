#include "wire/packetizer.h"

#include "wire/packetizer-kind.h"

static const CamPacketizerKind *
find_kind (CamCodec codec)
{
  switch (codec) {
  case CAM_CODEC_H264:
    return &cam_packetize_h264;
  case CAM_CODEC_H265:
    return &cam_packetize_h265;
  case CAM_CODEC_MJPEG:
    return &cam_packetize_mjpeg;
  case CAM_CODEC_PCMU:
    return &cam_packetize_pcmu;
  case CAM_CODEC_PCMA:
    return &cam_packetize_pcma;
  case CAM_CODEC_G722:
    return &cam_packetize_g722;
  case CAM_CODEC_G726:
    return &cam_packetize_g726;
  case CAM_CODEC_L16:
    return &cam_packetize_l16;
  case CAM_CODEC_AAC:
    return &cam_packetize_aac;
  case CAM_CODEC_MPEG_AUDIO:
    return &cam_packetize_mpeg_audio;
  case CAM_CODEC_OPUS:
    return &cam_packetize_opus;
  case CAM_CODEC_AC3:
    return &cam_packetize_ac3;
  case CAM_CODEC_NONE:
  case CAM_CODEC_FLAC:
  case CAM_N_CODECS:
    return NULL;
  }
  return NULL;
}

CamPacketizer *
cam_packetizer_new (CamTrack *track, uint32_t ssrc)
{
  const CamPacketizerKind *kind = find_kind (track->codec);
  if (kind == NULL)
    return NULL;
  CamPacketizer *self = g_malloc0 (MAX (kind->own_bytes, sizeof *self));
  self->kind = kind;
  self->track = cam_track_ref (track);
  self->ssrc = ssrc;
  self->payload_type = kind->payload_type;
  if (kind->open == NULL || kind->open (self))
    return self;
  cam_packetizer_free (self);
  return NULL;
}

void
cam_packetizer_free (CamPacketizer *self)
{
  if (self == NULL)
    return;
  cam_track_unref (self->track);
  g_free (self);
}

void
cam_packetizer_set_track (CamPacketizer *self, CamTrack *track)
{
  g_assert (track->codec == self->track->codec);
  CamTrack *old = self->track;
  self->track = cam_track_ref (track);
  cam_track_unref (old);
}

size_t
cam_packetizer_bound (const CamPacketizer *self, size_t size)
{
  return self->kind->bound (self, size);
}

CamPacketRun
cam_packetizer_write (
    CamPacketizer *self, const uint8_t *unit, size_t size, bool is_key, uint32_t rtp_time, uint16_t sequence, uint8_t channel, uint8_t *out)
{
  CamRunWriter writer = {
      .out = out,
      .payload_type = self->payload_type,
      .channel = channel,
      .sequence = sequence,
      .rtp_time = rtp_time,
      .ssrc = self->ssrc,
  };
  self->kind->write (self, unit, size, is_key, &writer);
  return writer.run;
}

uint8_t
cam_packetizer_get_payload_type (const CamPacketizer *self)
{
  return self->payload_type;
}

char *
cam_packetizer_get_rtpmap (const CamPacketizer *self)
{
  if (self->kind->format_rtpmap != NULL)
    return self->kind->format_rtpmap (self);
  if (cam_codec_kind (self->track->codec) == CAM_TRACK_VIDEO || self->track->channels <= 1)
    return g_strdup_printf ("%s/%u", self->kind->encoding, self->track->clock_rate);
  return g_strdup_printf ("%s/%u/%u", self->kind->encoding, self->track->clock_rate, self->track->channels);
}

char *
cam_packetizer_get_fmtp (const CamPacketizer *self)
{
  return self->kind->format_fmtp != NULL ? self->kind->format_fmtp (self) : NULL;
}
