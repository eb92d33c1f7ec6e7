#include "wire/nal-payload.h"

#include <string.h>

#define AGGREGATED_LENGTH_BYTES 2
/* As much of a NAL unit as inspecting a slice takes. */
#define HEAD_BYTES 16

static bool
begin_packet (CamPictureAssembler *self, const CamNalArrival *arrival, const uint8_t *head, size_t size)
{
  return cam_picture_assembler_begin_packet (self, arrival->packet, arrival->gap, arrival->arrival_us, head, size);
}

void
cam_nal_payload_push_single (CamPictureAssembler *self, const CamNalArrival *arrival)
{
  const CamRtpPacket *packet = arrival->packet;
  if (begin_packet (self, arrival, packet->payload, packet->size))
    cam_picture_assembler_add_nal (self, packet->payload, packet->size);
  cam_picture_assembler_end_packet (self, packet->marker);
}

/* The next NAL unit of an aggregate; false at the end or at a length that lies. */
static bool
next_aggregated (const uint8_t **at, size_t *left, const uint8_t **ret_nal, size_t *ret_size)
{
  if (*left < AGGREGATED_LENGTH_BYTES)
    return false;
  size_t size = (size_t) ((*at)[0] << 8 | (*at)[1]);
  if (size > *left - AGGREGATED_LENGTH_BYTES)
    return false;
  *ret_nal = *at + AGGREGATED_LENGTH_BYTES;
  *ret_size = size;
  *at += AGGREGATED_LENGTH_BYTES + size;
  *left -= AGGREGATED_LENGTH_BYTES + size;
  return true;
}

static void
add_aggregated (CamPictureAssembler *self, const CamNalArrival *arrival, const uint8_t *at, size_t left)
{
  const uint8_t *nal = NULL;
  size_t size = 0;
  bool is_there = next_aggregated (&at, &left, &nal, &size);
  if (!begin_packet (self, arrival, nal, size))
    return;
  for (; is_there; is_there = next_aggregated (&at, &left, &nal, &size))
    cam_picture_assembler_add_nal (self, nal, size);
  if (left > 0)
    self->base.counters.malformed++;
}

void
cam_nal_payload_push_aggregate (CamPictureAssembler *self, const CamNalArrival *arrival, size_t header_bytes)
{
  const CamRtpPacket *packet = arrival->packet;
  add_aggregated (self, arrival, packet->payload + header_bytes, packet->size - header_bytes);
  cam_picture_assembler_end_packet (self, packet->marker);
}

static void
add_piece (CamPictureAssembler *self, const CamNalArrival *arrival, const CamNalPiece *piece)
{
  const uint8_t *data = arrival->packet->payload + piece->offset;
  size_t size = arrival->packet->size - piece->offset;
  uint8_t head[HEAD_BYTES] = {0};
  size_t head_data = MIN (size, HEAD_BYTES - piece->header_bytes);
  memcpy (head, piece->header, piece->header_bytes);
  memcpy (head + piece->header_bytes, data, head_data);
  if (!begin_packet (self, arrival, head, piece->is_start ? piece->header_bytes + head_data : 0))
    return;
  if (piece->is_start)
    cam_picture_assembler_begin_nal (self, piece->header, piece->header_bytes);
  cam_picture_assembler_append_nal (self, data, size);
  if (piece->is_end)
    cam_picture_assembler_end_nal (self);
}

void
cam_nal_payload_push_piece (CamPictureAssembler *self, const CamNalArrival *arrival, const CamNalPiece *piece)
{
  add_piece (self, arrival, piece);
  cam_picture_assembler_end_packet (self, arrival->packet->marker);
}

void
cam_nal_payload_push_nothing (CamPictureAssembler *self, const CamNalArrival *arrival)
{
  if (arrival->packet->size > 0)
    self->base.counters.malformed++;
  begin_packet (self, arrival, NULL, 0);
  cam_picture_assembler_end_packet (self, arrival->packet->marker);
}
