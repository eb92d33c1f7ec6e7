/* AC-3 out of RTP (RFC 4184, 4): whole frames, or a fragment of one, behind two bytes that say which. A unit is a frame; where it ends says
 * the frame itself. */
#include "wire/ac3.h"
#include "wire/depacketizer-kind.h"

#define HEADER_BYTES 2
#define TYPE_MASK 3

enum { WHOLE_FRAMES, FIRST_FRAGMENT, SHORT_FIRST_FRAGMENT, OTHER_FRAGMENT };

typedef struct {
  CamDepacketizer base;
  bool knows_track; /* from the first frame */
  size_t whole;     /* bytes of the frame that is being put together; 0: none is */
  uint32_t fragment_time;
} Ac3;

static CamDepacketizer *
open_ac3 (const CamSdpMedia *media)
{
  return (CamDepacketizer *) g_new0 (Ac3, 1);
}

static void
close_ac3 (CamDepacketizer *base)
{
  g_free (base);
}

static void
reset_ac3 (CamDepacketizer *base)
{
  ((Ac3 *) base)->whole = 0;
}

static void
drop_fragments (Ac3 *self)
{
  self->base.counters.damaged += self->whole > 0;
  self->whole = 0;
  cam_unit_queue_cut (&self->base.units, 0);
}

/* The SDP need not say the channels. */
static void
learn (Ac3 *self, const CamAc3Frame *frame)
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
finish (Ac3 *self, uint32_t rtp_time)
{
  cam_unit_queue_finish (&self->base.units, rtp_time, true, false);
  self->whole = 0;
}

static void
take_frames (Ac3 *self, uint32_t rtp_time, const uint8_t *data, size_t size)
{
  while (size > 0) {
    CamAc3Frame frame;
    if (!cam_ac3_read (data, size, &frame) || frame.bytes > size) {
      self->base.counters.malformed++;
      return;
    }
    learn (self, &frame);
    cam_unit_queue_append (&self->base.units, data, frame.bytes);
    finish (self, rtp_time);
    data += frame.bytes;
    size -= frame.bytes;
    rtp_time += CAM_AC3_FRAME_SAMPLES;
  }
}

static void
begin_frame (Ac3 *self, uint32_t rtp_time, const uint8_t *data, size_t size)
{
  CamAc3Frame frame;
  if (!cam_ac3_read (data, size, &frame) || size >= frame.bytes) {
    self->base.counters.malformed++;
    return;
  }
  learn (self, &frame);
  cam_unit_queue_append (&self->base.units, data, size);
  self->whole = frame.bytes;
  self->fragment_time = rtp_time;
}

static void
continue_frame (Ac3 *self, uint32_t rtp_time, const uint8_t *data, size_t size)
{
  size_t grown = cam_unit_queue_growing_size (&self->base.units);
  if (self->whole == 0 || self->fragment_time != rtp_time || size > self->whole - grown) {
    self->base.counters.malformed++;
    drop_fragments (self);
    return;
  }
  cam_unit_queue_append (&self->base.units, data, size);
  if (grown + size == self->whole)
    finish (self, rtp_time);
}

static void
push_ac3 (CamDepacketizer *base, const CamRtpPacket *packet, bool gap, int64_t arrival_us)
{
  Ac3 *self = (Ac3 *) base;
  if (gap) {
    base->counters.damaged += self->whole == 0;
    drop_fragments (self);
  }
  if (packet->size <= HEADER_BYTES) {
    base->counters.malformed++;
    return;
  }
  unsigned type = packet->payload[0] & TYPE_MASK;
  const uint8_t *data = packet->payload + HEADER_BYTES;
  size_t size = packet->size - HEADER_BYTES;
  if (type == OTHER_FRAGMENT) {
    continue_frame (self, packet->time, data, size);
    return;
  }
  drop_fragments (self);
  if (type == WHOLE_FRAMES)
    take_frames (self, packet->time, data, size);
  else
    begin_frame (self, packet->time, data, size);
}

static CamTrack *
ref_ac3_track (CamDepacketizer *base)
{
  return ((Ac3 *) base)->knows_track ? cam_track_ref (base->track) : NULL;
}

const CamDepacketizerKind cam_depacketize_ac3 = {
    .open = open_ac3,
    .close = close_ac3,
    .push = push_ac3,
    .reset = reset_ac3,
    .ref_track = ref_ac3_track,
};
