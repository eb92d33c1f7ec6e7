/* AAC out of RTP as mpeg4-generic (RFC 3640): AU headers, then whole frames, or a fragment of one. Interleaving is not followed. */
#include "wire/aac.h"
#include "wire/depacketizer-kind.h"

#define LENGTH_BYTES 2 /* the AU headers' length in bits, in front of them */

typedef struct {
  CamDepacketizer base;
  unsigned size_length; /* bits; 0: no AU headers, a packet is a frame */
  unsigned index_length;
  unsigned index_delta_length;
  uint32_t frame_ticks;
  size_t fragmented; /* bytes that the frame being put together will have; 0: none is */
  uint32_t fragment_time;
  bool knows_track; /* base.track is complete */
} Aac;

static CamDepacketizer *
open_aac (const CamSdpMedia *media)
{
  Aac *self = g_new0 (Aac, 1);
  self->size_length = MIN (media->size_length, 32);
  self->index_length = MIN (media->index_length, 32);
  self->index_delta_length = MIN (media->index_delta_length, 32);
  CamAacConfig config;
  if (cam_aac_config_read_bytes (media->track->config, &config))
    self->frame_ticks = cam_aac_config_frame_ticks (&config, media->track->clock_rate);
  else
    self->frame_ticks = 1024;
  return &self->base;
}

static void
close_aac (CamDepacketizer *base)
{
  g_free (base);
}

static void
reset_aac (CamDepacketizer *base)
{
  ((Aac *) base)->fragmented = 0;
}

static void
drop_fragments (Aac *self)
{
  self->base.counters.damaged += self->fragmented > 0;
  self->fragmented = 0;
  cam_unit_queue_cut (&self->base.units, 0);
}

static void
finish (Aac *self, uint32_t rtp_time)
{
  cam_unit_queue_finish (&self->base.units, rtp_time, true, false);
  self->fragmented = 0;
}

/* One more piece of a frame that has @whole bytes. */
static void
push_fragment (Aac *self, const CamRtpPacket *packet, const uint8_t *data, size_t size, size_t whole)
{
  if (self->fragmented != whole || self->fragment_time != packet->time)
    drop_fragments (self);
  size_t grown = cam_unit_queue_growing_size (&self->base.units);
  if (size == 0 || size > whole - grown || !cam_unit_queue_append (&self->base.units, data, size)) {
    self->base.counters.malformed++;
    drop_fragments (self);
    return;
  }
  self->fragmented = whole;
  self->fragment_time = packet->time;
  if (grown + size == whole)
    finish (self, packet->time);
}

/* Frames one behind the other, as their headers say. */
static void
push_frames (Aac *self, const CamRtpPacket *packet, CamBitCursor headers, const uint8_t *data, size_t size)
{
  drop_fragments (self);
  uint32_t rtp_time = packet->time;
  unsigned index_bits = self->index_length;
  while (cam_bit_cursor_left (&headers) >= self->size_length + index_bits) {
    size_t frame = cam_bit_cursor_read (&headers, self->size_length);
    cam_bit_cursor_skip (&headers, index_bits);
    if (frame == 0 || frame > size) {
      self->base.counters.malformed++;
      return;
    }
    if (cam_unit_queue_append (&self->base.units, data, frame))
      finish (self, rtp_time);
    data += frame;
    size -= frame;
    rtp_time += self->frame_ticks;
    index_bits = self->index_delta_length;
  }
}

static void
push_with_headers (Aac *self, const CamRtpPacket *packet)
{
  size_t header_bits = packet->size >= LENGTH_BYTES ? (size_t) packet->payload[0] << 8 | packet->payload[1] : 0;
  size_t offset = LENGTH_BYTES + (header_bits + 7) / 8;
  if (header_bits < self->size_length + self->index_length || offset > packet->size) {
    self->base.counters.malformed++;
    drop_fragments (self);
    return;
  }
  CamBitCursor headers = cam_bit_cursor_new (packet->payload + LENGTH_BYTES, offset - LENGTH_BYTES);
  headers.size = header_bits;
  const uint8_t *data = packet->payload + offset;
  size_t size = packet->size - offset;
  CamBitCursor first = headers;
  size_t frame = cam_bit_cursor_read (&first, self->size_length);
  cam_bit_cursor_skip (&first, self->index_length);
  bool is_alone = cam_bit_cursor_left (&first) < self->size_length + self->index_delta_length;
  if (is_alone && frame > size)
    push_fragment (self, packet, data, size, frame);
  else
    push_frames (self, packet, headers, data, size);
}

static void
push_aac (CamDepacketizer *base, const CamRtpPacket *packet, bool gap, int64_t arrival_us)
{
  Aac *self = (Aac *) base;
  if (gap) {
    base->counters.damaged += self->fragmented == 0;
    drop_fragments (self);
  }
  if (self->size_length > 0) {
    push_with_headers (self, packet);
    return;
  }
  base->counters.malformed += packet->size == 0;
  if (cam_unit_queue_append (&base->units, packet->payload, packet->size))
    finish (self, packet->time);
}

/* Cameras that leave out config= send plain AAC-LC; those that leave out the channels in the rtpmap have them in the config. */
static CamTrack *
complete_track (const CamTrack *told)
{
  CamTrack *completed = cam_track_copy (told);
  CamAacConfig config;
  if (completed->config == NULL)
    completed->config = cam_aac_config_make (completed->clock_rate, completed->channels);
  if (cam_aac_config_read_bytes (completed->config, &config)) {
    completed->channels = MAX (completed->channels, config.channels);
    completed->sample_rate = config.output_rate;
  }
  return completed;
}

static CamTrack *
ref_aac_track (CamDepacketizer *base)
{
  Aac *self = (Aac *) base;
  if (!self->knows_track) {
    CamTrack *completed = complete_track (base->track);
    cam_track_unref (base->track);
    base->track = completed;
    self->knows_track = true;
  }
  return cam_track_ref (base->track);
}

const CamDepacketizerKind cam_depacketize_aac = {
    .open = open_aac,
    .close = close_aac,
    .push = push_aac,
    .reset = reset_aac,
    .ref_track = ref_aac_track,
};
