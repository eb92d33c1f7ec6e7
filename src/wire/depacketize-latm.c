/* AAC out of RTP as MP4A-LATM (RFC 6416): audioMuxElements, a packet each or cut over several until the marker, into raw frames.
 * The configuration is the SDP's, or comes in band (cpresent=1). */
#include "wire/depacketizer-kind.h"
#include "wire/latm.h"

#define ELEMENT_BYTES 65536 /* far more than a frame of eight channels */

typedef struct {
  CamDepacketizer base;
  bool config_in_band;
  bool has_config;
  bool knows_track; /* base.track is that of config */
  CamLatmConfig config;
  GByteArray *element; /* owned; what has come of one that is cut; empty: none is begun */
  uint32_t element_time;
  bool skips; /* until the next element: the beginning of this one is lost */
} Latm;

static void
set_config (Latm *self, const CamLatmConfig *config)
{
  bool is_new = !self->has_config || self->config.config_size != config->config_size ||
                memcmp (self->config.config, config->config, config->config_size) != 0;
  self->knows_track &= !is_new;
  self->config = *config;
  self->has_config = true;
}

static CamDepacketizer *
open_latm (const CamSdpMedia *media)
{
  Latm *self = g_new0 (Latm, 1);
  self->config_in_band = media->latm_config_in_band;
  self->element = g_byte_array_new ();
  CamLatmConfig config;
  if (media->track->config != NULL && cam_latm_config_read_bytes (media->track->config, &config))
    set_config (self, &config);
  return &self->base;
}

static void
close_latm (CamDepacketizer *base)
{
  Latm *self = (Latm *) base;
  g_byte_array_unref (self->element);
  g_free (self);
}

static void
reset_latm (CamDepacketizer *base)
{
  Latm *self = (Latm *) base;
  g_byte_array_set_size (self->element, 0);
  self->skips = false;
}

/* The configuration in front of an element, where it is. False: there is none to go on with. */
static bool
read_config (Latm *self, CamBitCursor *cursor)
{
  if (self->config_in_band && !cam_bit_cursor_read (cursor, 1)) {
    CamLatmConfig config;
    if (!cam_latm_config_read (cursor, &config))
      return false;
    set_config (self, &config);
  }
  return self->has_config;
}

/* The frames of a whole element. Some senders put several into one that has its configuration in the SDP, without saying so there. */
static void
take_element (Latm *self, const uint8_t *data, size_t size, uint32_t rtp_time)
{
  CamBitCursor cursor = cam_bit_cursor_new (data, size);
  if (!read_config (self, &cursor)) {
    self->base.counters.malformed++;
    return;
  }
  uint32_t ticks = cam_aac_config_frame_ticks (&self->config.aac, self->base.track->clock_rate);
  bool may_go_on = !self->config_in_band && self->config.other_data_bits == 0;
  do {
    size_t bits = 0;
    if (!cam_latm_read_frame_bits (&cursor, &self->config, &bits)) {
      self->base.counters.malformed++;
      return;
    }
    uint8_t *frame = cam_unit_queue_extend (&self->base.units, bits / 8);
    if (frame == NULL) {
      self->base.counters.oversize++;
      return;
    }
    cam_bit_cursor_copy (&cursor, bits, frame);
    cam_unit_queue_finish (&self->base.units, rtp_time, true, false);
    rtp_time += ticks;
  } while (may_go_on && cam_bit_cursor_left (&cursor) >= 8);
}

static void
drop_element (Latm *self)
{
  self->base.counters.damaged++;
  g_byte_array_set_size (self->element, 0);
}

/* What was begun is whole: by its marker, or because the next time stamp came from a camera without markers. */
static void
finish_element (Latm *self)
{
  take_element (self, self->element->data, self->element->len, self->element_time);
  g_byte_array_set_size (self->element, 0);
}

static void
push_latm (CamDepacketizer *base, const CamRtpPacket *packet, bool gap, int64_t arrival_us)
{
  Latm *self = (Latm *) base;
  if (gap) {
    drop_element (self);
    self->skips = packet->time == self->element_time;
  } else if (self->element->len > 0 && packet->time != self->element_time) {
    finish_element (self);
  }
  self->skips &= packet->time == self->element_time;
  self->element_time = packet->time;
  if (self->skips)
    return;
  if (self->element->len + packet->size > ELEMENT_BYTES) {
    base->counters.oversize++;
    g_byte_array_set_size (self->element, 0);
    self->skips = true;
  } else if (packet->marker && self->element->len == 0) {
    take_element (self, packet->payload, packet->size, packet->time);
  } else {
    g_byte_array_append (self->element, packet->payload, (guint) packet->size);
    if (packet->marker)
      finish_element (self);
  }
}

static CamTrack *
ref_latm_track (CamDepacketizer *base)
{
  Latm *self = (Latm *) base;
  if (!self->has_config)
    return NULL;
  if (!self->knows_track) {
    CamTrack *completed = cam_track_copy (base->track);
    g_clear_pointer (&completed->config, g_bytes_unref);
    completed->config = g_bytes_new (self->config.config, self->config.config_size);
    completed->sample_rate = self->config.aac.output_rate;
    completed->channels = self->config.aac.channels;
    cam_track_unref (base->track);
    base->track = completed;
    self->knows_track = true;
  }
  return cam_track_ref (base->track);
}

const CamDepacketizerKind cam_depacketize_latm = {
    .open = open_latm,
    .close = close_latm,
    .push = push_latm,
    .reset = reset_latm,
    .ref_track = ref_latm_track,
};
