/* MJPEG out of RTP (RFC 2435): the headers are made anew, the scan is copied. Pictures with a loss are dropped: what is left of a scan
 * behind a hole is noise. */
#include "wire/depacketizer-kind.h"
#include "wire/mjpeg.h"

#define HEADER_BYTES 8
#define RESTART_HEADER_BYTES 4
#define TABLES_HEADER_BYTES 4
#define FIRST_RESTART_TYPE 64
#define FIRST_RESERVED_TYPE 128
#define FIRST_OWN_TABLES 128 /* Q: from here on tables are in band */
#define CHANGING_TABLES 255  /* Q: tables are in every picture; below, they stay what they were for that Q */
#define N_KEPT_TABLES (CHANGING_TABLES - FIRST_OWN_TABLES)

typedef struct {
  CamDepacketizer base;
  bool is_begun; /* a picture is growing */
  uint32_t rtp_time;
  size_t header_size;                  /* of the growing picture: what is behind it is scan */
  uint8_t *kept_tables[N_KEPT_TABLES]; /* owned, by Q; NULL: none came yet */
} Mjpeg;

/* One packet, taken apart. */
typedef struct {
  size_t offset;
  unsigned type;
  unsigned q;
  unsigned width; /* in blocks of 8 */
  unsigned height;
  uint16_t restart_interval;
  const uint8_t *data; /* borrowed; tables or scan */
  size_t size;
} Payload;

static CamDepacketizer *
open_mjpeg (const CamSdpMedia *media)
{
  Mjpeg *self = g_new0 (Mjpeg, 1);
  return &self->base;
}

static void
close_mjpeg (CamDepacketizer *base)
{
  Mjpeg *self = (Mjpeg *) base;
  for (unsigned i = 0; i < N_KEPT_TABLES; i++)
    g_free (self->kept_tables[i]);
  g_free (self);
}

static void
reset_mjpeg (CamDepacketizer *base)
{
  ((Mjpeg *) base)->is_begun = false;
}

static void
drop_picture (Mjpeg *self)
{
  self->base.counters.damaged += self->is_begun;
  self->is_begun = false;
  cam_unit_queue_cut (&self->base.units, 0);
}

static void
finish_picture (Mjpeg *self)
{
  CamUnitQueue *units = &self->base.units;
  const uint8_t *picture = cam_unit_queue_growing_data (units);
  size_t size = cam_unit_queue_growing_size (units);
  static const uint8_t eoi[] = {0xff, 0xd9};
  bool has_end = size >= self->header_size + 2 && memcmp (picture + size - 2, eoi, sizeof eoi) == 0;
  if (size == self->header_size || (!has_end && !cam_unit_queue_append (units, eoi, sizeof eoi))) {
    self->base.counters.malformed++;
    drop_picture (self);
    return;
  }
  cam_unit_queue_finish (units, self->rtp_time, true, false);
  self->is_begun = false;
}

static bool
take_apart (const CamRtpPacket *packet, Payload *ret_payload)
{
  const uint8_t *data = packet->payload;
  size_t header = HEADER_BYTES;
  if (packet->size < header)
    return false;
  Payload payload = {
      .offset = (size_t) data[1] << 16 | (size_t) data[2] << 8 | data[3],
      .type = data[4],
      .q = data[5],
      .width = data[6],
      .height = data[7],
  };
  if (payload.type >= FIRST_RESTART_TYPE && payload.type < FIRST_RESERVED_TYPE) {
    header += RESTART_HEADER_BYTES;
    if (packet->size < header)
      return false;
    payload.restart_interval = (uint16_t) (data[HEADER_BYTES] << 8 | data[HEADER_BYTES + 1]);
  }
  payload.data = data + header;
  payload.size = packet->size - header;
  *ret_payload = payload;
  return true;
}

/* RFC 2435, 3.1.8: the tables in front of the scan, which @payload then begins with. */
static const uint8_t *
find_own_tables (Mjpeg *self, Payload *payload, uint8_t tables[CAM_MJPEG_TABLES_BYTES])
{
  if (payload->size < TABLES_HEADER_BYTES)
    return NULL;
  bool is_wide = (payload->data[1] & 3) != 0; /* 16 bits a value */
  size_t length = (size_t) payload->data[2] << 8 | payload->data[3];
  const uint8_t *in_band = payload->data + TABLES_HEADER_BYTES;
  if (length > payload->size - TABLES_HEADER_BYTES)
    return NULL;
  payload->data += TABLES_HEADER_BYTES + length;
  payload->size -= TABLES_HEADER_BYTES + length;
  if (length == 0)
    return payload->q == CHANGING_TABLES ? NULL : self->kept_tables[payload->q - FIRST_OWN_TABLES];
  if (is_wide || (length != CAM_MJPEG_TABLE_BYTES && length < CAM_MJPEG_TABLES_BYTES))
    return NULL;
  memcpy (tables, in_band, CAM_MJPEG_TABLE_BYTES);
  size_t chroma = length == CAM_MJPEG_TABLE_BYTES ? 0 : CAM_MJPEG_TABLE_BYTES; /* one table is for both */
  memcpy (tables + CAM_MJPEG_TABLE_BYTES, in_band + chroma, CAM_MJPEG_TABLE_BYTES);
  if (payload->q != CHANGING_TABLES) {
    uint8_t **kept = &self->kept_tables[payload->q - FIRST_OWN_TABLES];
    g_free (*kept);
    *kept = g_memdup2 (tables, CAM_MJPEG_TABLES_BYTES);
  }
  return tables;
}

static bool
find_tables (Mjpeg *self, Payload *payload, uint8_t tables[CAM_MJPEG_TABLES_BYTES])
{
  if (payload->q == 0 || (payload->q >= 100 && payload->q < FIRST_OWN_TABLES))
    return false;
  if (payload->q < 100) {
    cam_mjpeg_make_tables (payload->q, tables);
    return true;
  }
  const uint8_t *own = find_own_tables (self, payload, tables);
  if (own == NULL)
    return false;
  memmove (tables, own, CAM_MJPEG_TABLES_BYTES);
  return true;
}

/* Of the picture; where the packet has none (more than 2040 pixels), what the SDP said. */
static uint16_t
choose_size (unsigned blocks, uint16_t from_sdp)
{
  return blocks > 0 ? (uint16_t) (blocks * 8) : from_sdp;
}

static void
note_size (Mjpeg *self, uint16_t width, uint16_t height)
{
  if (self->base.track->width == width && self->base.track->height == height)
    return;
  CamTrack *changed = cam_track_copy (self->base.track);
  changed->width = width;
  changed->height = height;
  cam_track_unref (self->base.track);
  self->base.track = changed;
}

static bool
begin_picture (Mjpeg *self, Payload *payload, uint32_t rtp_time)
{
  CamMjpegHeader header = {
      .has_half_lines = (payload->type & (FIRST_RESTART_TYPE - 1)) == 1,
      .width = choose_size (payload->width, self->base.track->width),
      .height = choose_size (payload->height, self->base.track->height),
      .restart_interval = payload->restart_interval,
  };
  bool is_known = payload->type < FIRST_RESERVED_TYPE && (payload->type & (FIRST_RESTART_TYPE - 1)) <= 1;
  if (!is_known || header.width == 0 || header.height == 0 || !find_tables (self, payload, header.tables))
    return false;
  note_size (self, header.width, header.height);
  uint8_t *room = cam_unit_queue_extend (&self->base.units, CAM_MJPEG_HEADER_MAX);
  if (room == NULL)
    return false;
  self->header_size = cam_mjpeg_write_header (&header, room);
  cam_unit_queue_cut (&self->base.units, self->header_size);
  self->rtp_time = rtp_time;
  self->is_begun = true;
  return true;
}

/* Whether the packet goes on where the growing picture ends. */
static bool
continues (Mjpeg *self, const Payload *payload, uint32_t rtp_time)
{
  return self->is_begun && rtp_time == self->rtp_time &&
         payload->offset == cam_unit_queue_growing_size (&self->base.units) - self->header_size;
}

static void
push_mjpeg (CamDepacketizer *base, const CamRtpPacket *packet, bool gap, int64_t arrival_us)
{
  Mjpeg *self = (Mjpeg *) base;
  if (gap) {
    base->counters.damaged += !self->is_begun;
    drop_picture (self);
  }
  Payload payload;
  if (!take_apart (packet, &payload)) {
    base->counters.malformed++;
    return;
  }
  if (payload.offset == 0) {
    if (self->is_begun) /* a camera without markers */
      finish_picture (self);
    if (!begin_picture (self, &payload, packet->time)) {
      base->counters.malformed++;
      return;
    }
  } else if (!continues (self, &payload, packet->time)) {
    drop_picture (self);
    return;
  }
  if (!cam_unit_queue_append (&base->units, payload.data, payload.size)) {
    base->counters.oversize++;
    self->is_begun = false;
    cam_unit_queue_cut (&base->units, 0);
  } else if (packet->marker) {
    finish_picture (self);
  }
}

const CamDepacketizerKind cam_depacketize_mjpeg = {
    .open = open_mjpeg,
    .close = close_mjpeg,
    .push = push_mjpeg,
    .reset = reset_mjpeg,
};
