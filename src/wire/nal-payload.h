/* How NAL units stand in RTP payloads, as far as RFC 6184 and RFC 7798 have it in common: alone, several behind 16-bit lengths, or one in
 * pieces. Payload types and header bits are the codecs' (depacketize-h264.c, depacketize-h265.c).
 * Thread: pure. Owner: a depacketizer. */
#pragma once

#include "wire/picture-assembler.h"

/* A packet on its way into the assembler. */
typedef struct {
  const CamRtpPacket *packet; /* borrowed */
  bool gap;
  int64_t arrival_us;
} CamNalArrival;

/* One NAL unit, the whole payload. */
void cam_nal_payload_push_single (CamPictureAssembler *self, const CamNalArrival *arrival);

/* Several, behind a payload header of @header_bytes. */
void cam_nal_payload_push_aggregate (CamPictureAssembler *self, const CamNalArrival *arrival, size_t header_bytes);

typedef struct {
  uint8_t header[2]; /* of the NAL unit, put together again */
  size_t header_bytes;
  size_t offset; /* in the payload, of the piece; at most its size */
  bool is_start;
  bool is_end;
} CamNalPiece;

/* A piece of one. */
void cam_nal_payload_push_piece (CamPictureAssembler *self, const CamNalArrival *arrival, const CamNalPiece *piece);

/* Nothing that can be used (counted as malformed unless it is empty): some cameras end pictures with an empty packet with a marker. */
void cam_nal_payload_push_nothing (CamPictureAssembler *self, const CamNalArrival *arrival);
