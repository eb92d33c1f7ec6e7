#include "wire/ts-pes-stream.h"

#include <string.h>

/* A PES packet that is about as long as it can say may be one of several that an access unit was cut into. */
#define LEAST_PART_BYTES 60000

CamTsContinuityVerdict
cam_ts_continuity_note (CamTsContinuity *self, const CamTsPacket *packet, const uint8_t *data)
{
  if (packet->size == 0) {
    self->has_counter &= !packet->is_discontinuity;
    return CAM_TS_CONTINUES;
  }
  const uint8_t *tail = data + CAM_TS_PACKET_BYTES - sizeof self->tail;
  bool is_first = !self->has_counter;
  bool is_next = ((self->counter + 1) & CAM_TS_COUNTER_MASK) == packet->counter;
  bool is_same = self->counter == packet->counter && memcmp (self->tail, tail, sizeof self->tail) == 0;
  self->has_counter = true;
  self->counter = packet->counter;
  memcpy (self->tail, tail, sizeof self->tail);
  if (is_first || is_next)
    return CAM_TS_CONTINUES;
  if (packet->is_discontinuity)
    return CAM_TS_ANNOUNCED;
  return is_same ? CAM_TS_REPEATED : CAM_TS_HOLE;
}

void
cam_ts_pes_stream_open (CamTsPesStream *self, CamTsElementary *elementary)
{
  *self = (CamTsPesStream){.elementary = elementary};
}

void
cam_ts_pes_stream_close (CamTsPesStream *self)
{
  if (self->elementary != NULL)
    self->elementary->kind->close (self->elementary);
  self->elementary = NULL;
}

static void
end_pes (CamTsPesStream *self)
{
  self->is_open = false;
  if (!self->may_be_part)
    self->elementary->kind->end (self->elementary);
}

static void
take_body (CamTsPesStream *self, const uint8_t *data, size_t size, bool is_stuffed)
{
  CamTsElementary *elementary = self->elementary;
  size_t piece = self->is_bounded ? MIN (size, self->left) : size;
  if (piece > 0)
    elementary->kind->take (elementary, data, piece);
  self->left -= self->is_bounded ? piece : 0;
  if (self->is_bounded && self->left == 0)
    end_pes (self);
  else if (!self->is_bounded && is_stuffed) /* mostly only the last packet has no room for more; it may go on all the same */
    elementary->kind->end (elementary);
}

static void
begin_pes (CamTsPesStream *self, const CamTsPesHeader *header)
{
  CamTsTimes times = {.has_times = header->has_pts, .pts = header->pts, .dts = header->dts};
  self->is_open = true;
  self->is_bounded = header->is_bounded;
  self->left = header->payload;
  self->may_be_part = header->payload >= LEAST_PART_BYTES;
  self->elementary->kind->begin (self->elementary, &times);
}

/* The header, which nearly always is in one packet whole. */
static CamTsPesTaken
take_header (CamTsPesStream *self, const CamTsPacket *packet)
{
  size_t piece = MIN (packet->size, sizeof self->header - self->header_size);
  memcpy (self->header + self->header_size, packet->payload, piece);
  size_t before = self->header_size;
  self->header_size += piece;
  CamTsPesHeader header;
  CamTsPesVerdict verdict = cam_ts_pes_read (self->header, self->header_size, &header);
  self->is_collecting = verdict == CAM_TS_PES_SHORT;
  if (verdict == CAM_TS_PES_SHORT)
    return CAM_TS_PES_TAKEN;
  if (verdict == CAM_TS_PES_BAD)
    return CAM_TS_PES_MALFORMED;
  if (header.is_scrambled)
    return CAM_TS_PES_SCRAMBLED;
  begin_pes (self, &header);
  size_t used = header.bytes - before;
  take_body (self, packet->payload + used, packet->size - used, packet->is_stuffed);
  return CAM_TS_PES_TAKEN;
}

/* Bytes are missing: a length counts them no more. */
static void
lose (CamTsPesStream *self)
{
  self->is_collecting = false;
  self->is_bounded = false;
  self->elementary->kind->lose (self->elementary);
}

CamTsPesTaken
cam_ts_pes_stream_take (CamTsPesStream *self, const CamTsPacket *packet, bool is_hole)
{
  if (is_hole)
    lose (self);
  if (packet->starts) {
    self->is_open = false;
    self->is_collecting = true;
    self->header_size = 0;
  }
  if (packet->size == 0)
    return CAM_TS_PES_TAKEN;
  if (self->is_collecting)
    return take_header (self, packet);
  if (self->is_open)
    take_body (self, packet->payload, packet->size, packet->is_stuffed);
  return CAM_TS_PES_TAKEN;
}

void
cam_ts_pes_stream_flush (CamTsPesStream *self)
{
  bool is_cut = self->is_open && self->is_bounded;
  if (!is_cut)
    self->elementary->kind->flush (self->elementary);
}
