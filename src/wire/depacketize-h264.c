/* H.264 out of RTP (RFC 6184): single NAL units, STAP-A, FU-A. No camera uses the interleaved mode: its packets are faults. */
#include "wire/h264.h"
#include "wire/nal-payload.h"

#define FU_HEADER_BYTES 2

static bool
is_intra_slice (const CamParameterSets *sets, const uint8_t *nal, size_t size)
{
  return cam_h264_is_intra_slice (nal, size);
}

static bool
read_picture_size (const uint8_t *nal, size_t size, uint16_t *ret_width, uint16_t *ret_height)
{
  CamH264Sps sps;
  if (!cam_h264_read_sps (nal, size, &sps))
    return false;
  *ret_width = sps.width;
  *ret_height = sps.height;
  return true;
}

static const CamVideoSyntax syntax = {
    .n_set_kinds = CAM_H264_SET_KINDS,
    .sps_kind = 0,
    .inspect = cam_h264_inspect,
    .is_intra_slice = is_intra_slice,
    .read_picture_size = read_picture_size,
};

static CamDepacketizer *
open_h264 (const CamSdpMedia *media)
{
  return cam_picture_assembler_open (media, &syntax);
}

/* RFC 6184, 5.8: the NAL unit's type is in the FU header, its other bits in the indicator. */
static CamNalPiece
read_fragment (const uint8_t *payload)
{
  return (CamNalPiece){
      .header = {(uint8_t) ((payload[0] & 0xe0) | (payload[1] & 0x1f))},
      .header_bytes = 1,
      .offset = FU_HEADER_BYTES,
      .is_start = (payload[1] & CAM_NAL_FU_START) != 0,
      .is_end = (payload[1] & CAM_NAL_FU_END) != 0,
  };
}

static void
push_h264 (CamDepacketizer *base, const CamRtpPacket *packet, bool gap, int64_t arrival_us)
{
  CamPictureAssembler *self = (CamPictureAssembler *) base;
  CamNalArrival arrival = {packet, gap, arrival_us};
  unsigned type = packet->size > 0 ? cam_h264_type (packet->payload) : 0;
  if (type == CAM_H264_STAP_A) {
    cam_nal_payload_push_aggregate (self, &arrival, 1);
  } else if (type == CAM_H264_FU_A && packet->size >= FU_HEADER_BYTES) {
    CamNalPiece piece = read_fragment (packet->payload);
    cam_nal_payload_push_piece (self, &arrival, &piece);
  } else if (type <= CAM_H264_LAST_IN_STREAM && packet->size > 0) {
    cam_nal_payload_push_single (self, &arrival);
  } else {
    cam_nal_payload_push_nothing (self, &arrival);
  }
}

const CamDepacketizerKind cam_depacketize_h264 = {
    .open = open_h264,
    .close = cam_picture_assembler_close,
    .push = push_h264,
    .reset = cam_picture_assembler_reset,
    .ref_track = cam_picture_assembler_ref_track,
};
