/* MPEG audio out of RTP (RFC 2250, 3.2 and 3.5): whole frames, or a fragment of one, behind 4 bytes that say where in its frame it
 * belongs. A unit is a frame. */
#include "wire/depacketizer-kind.h"
#include "wire/mpeg-audio.h"

#define PREFIX_BYTES 4

typedef struct {
  CamDepacketizer base;
  bool knows_track; /* from the first frame */
  size_t whole;     /* bytes of the frame that is being put together; 0: none is */
  uint32_t fragment_time;
} MpegAudio;

static CamDepacketizer *
open_mpeg_audio (const CamSdpMedia *media)
{
  MpegAudio *self = g_new0 (MpegAudio, 1);
  return &self->base;
}

static void
close_mpeg_audio (CamDepacketizer *base)
{
  g_free (base);
}

static void
reset_mpeg_audio (CamDepacketizer *base)
{
  ((MpegAudio *) base)->whole = 0;
}

static void
drop_fragments (MpegAudio *self)
{
  self->base.counters.damaged += self->whole > 0;
  self->whole = 0;
  cam_unit_queue_cut (&self->base.units, 0);
}

/* The SDP says neither rate nor channels (RFC 3551, 4.5.13). */
static void
learn (MpegAudio *self, const CamMpegAudioFrame *frame)
{
  if (self->knows_track)
    return;
  CamTrack *completed = cam_track_copy (self->base.track);
  completed->sample_rate = frame->sample_rate;
  completed->channels = frame->channels;
  cam_track_unref (self->base.track);
  self->base.track = completed;
  self->knows_track = true;
}

static void
finish (MpegAudio *self, uint32_t rtp_time)
{
  cam_unit_queue_finish (&self->base.units, rtp_time, true, false);
  self->whole = 0;
}

static void
continue_frame (MpegAudio *self, const CamRtpPacket *packet, const uint8_t *data, size_t size, size_t offset)
{
  size_t grown = cam_unit_queue_growing_size (&self->base.units);
  if (self->whole == 0 || self->fragment_time != packet->time || offset != grown || size == 0 || size > self->whole - grown) {
    self->base.counters.malformed++;
    drop_fragments (self);
    return;
  }
  cam_unit_queue_append (&self->base.units, data, size);
  if (grown + size == self->whole)
    finish (self, packet->time);
}

/* Frames one behind the other; the last may be the beginning of one. */
static void
begin_frames (MpegAudio *self, const CamRtpPacket *packet, const uint8_t *data, size_t size)
{
  drop_fragments (self);
  uint32_t rtp_time = packet->time;
  while (size > 0) {
    CamMpegAudioFrame frame;
    if (!cam_mpeg_audio_read (data, size, &frame)) {
      self->base.counters.malformed++;
      return;
    }
    learn (self, &frame);
    size_t here = MIN (frame.bytes, size);
    cam_unit_queue_append (&self->base.units, data, here);
    if (here < frame.bytes) {
      self->whole = frame.bytes;
      self->fragment_time = rtp_time;
      return;
    }
    finish (self, rtp_time);
    data += here;
    size -= here;
    rtp_time += (uint32_t) ((uint64_t) frame.samples * self->base.track->clock_rate / frame.sample_rate);
  }
}

static void
push_mpeg_audio (CamDepacketizer *base, const CamRtpPacket *packet, bool gap, int64_t arrival_us)
{
  MpegAudio *self = (MpegAudio *) base;
  if (gap) {
    base->counters.damaged += self->whole == 0;
    drop_fragments (self);
  }
  if (packet->size <= PREFIX_BYTES) {
    base->counters.malformed++;
    return;
  }
  size_t offset = (size_t) packet->payload[2] << 8 | packet->payload[3];
  const uint8_t *data = packet->payload + PREFIX_BYTES;
  size_t size = packet->size - PREFIX_BYTES;
  if (offset > 0)
    continue_frame (self, packet, data, size, offset);
  else
    begin_frames (self, packet, data, size);
}

static CamTrack *
ref_mpeg_audio_track (CamDepacketizer *base)
{
  return ((MpegAudio *) base)->knows_track ? cam_track_ref (base->track) : NULL;
}

const CamDepacketizerKind cam_depacketize_mpeg_audio = {
    .open = open_mpeg_audio,
    .close = close_mpeg_audio,
    .push = push_mpeg_audio,
    .reset = reset_mpeg_audio,
    .ref_track = ref_mpeg_audio_track,
};
