#include "wire/depacketizer.h"

#include "wire/depacketizer-kind.h"

static const CamDepacketizerKind *
find_kind (const CamSdpMedia *media)
{
  switch (media->track->codec) {
  case CAM_CODEC_H264:
    return &cam_depacketize_h264;
  case CAM_CODEC_H265:
    return &cam_depacketize_h265;
  case CAM_CODEC_MJPEG:
    return &cam_depacketize_mjpeg;
  case CAM_CODEC_PCMU:
  case CAM_CODEC_PCMA:
  case CAM_CODEC_G722:
  case CAM_CODEC_G726:
  case CAM_CODEC_L16:
    return &cam_depacketize_samples;
  case CAM_CODEC_AAC:
    return media->is_latm ? &cam_depacketize_latm : &cam_depacketize_aac;
  case CAM_CODEC_MPEG_AUDIO:
    return &cam_depacketize_mpeg_audio;
  case CAM_CODEC_OPUS:
    return &cam_depacketize_opus;
  case CAM_CODEC_AC3:
    return &cam_depacketize_ac3;
  case CAM_CODEC_NONE:
  case CAM_CODEC_FLAC:
  case CAM_N_CODECS:
    return NULL;
  }
  return NULL;
}

CamDepacketizer *
cam_depacketizer_new (const CamSdpMedia *media)
{
  const CamDepacketizerKind *kind = find_kind (media);
  if (kind == NULL)
    return NULL;
  CamDepacketizer *self = kind->open (media);
  self->kind = kind;
  self->track = cam_track_ref (media->track);
  self->payload_type = media->payload_type;
  return self;
}

void
cam_depacketizer_set_share (CamDepacketizer *self, CamMediaShare *share)
{
  cam_unit_queue_set_share (&self->units, share);
}

void
cam_depacketizer_free (CamDepacketizer *self)
{
  if (self == NULL)
    return;
  cam_unit_queue_clear (&self->units);
  g_clear_pointer (&self->track, cam_track_unref);
  self->kind->close (self);
}

void
cam_depacketizer_push (CamDepacketizer *self, const CamRtpPacket *packet, bool gap, int64_t arrival_us)
{
  cam_unit_queue_turn (&self->units);
  if (packet->payload_type != self->payload_type)
    self->counters.malformed++;
  else
    self->kind->push (self, packet, gap, arrival_us);
}

bool
cam_depacketizer_next (CamDepacketizer *self, CamDepacketizedUnit *ret_unit)
{
  const CamQueuedUnit *unit = cam_unit_queue_take (&self->units);
  if (unit == NULL)
    return false;
  if (unit->is_damaged)
    self->counters.damaged++;
  *ret_unit = (CamDepacketizedUnit){
      .data = self->units.data + unit->offset,
      .size = unit->size,
      .rtp_time = unit->rtp_time,
      .is_key = unit->is_key,
      .is_damaged = unit->is_damaged,
  };
  return true;
}

void
cam_depacketizer_reset (CamDepacketizer *self)
{
  cam_unit_queue_cut (&self->units, 0);
  cam_unit_queue_turn (&self->units);
  if (self->kind->reset != NULL)
    self->kind->reset (self);
}

CamTrack *
cam_depacketizer_ref_track (CamDepacketizer *self)
{
  return self->kind->ref_track != NULL ? self->kind->ref_track (self) : cam_track_ref (self->track);
}

CamDepacketizerCounters
cam_depacketizer_get_counters (const CamDepacketizer *self)
{
  return self->counters;
}
