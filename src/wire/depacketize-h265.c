/* H.265 out of RTP (RFC 7798): single NAL units, APs, FUs, never with decoding order numbers. */
#include "wire/h265.h"
#include "wire/nal-payload.h"

#define FU_HEADER_BYTES 3

enum { KIND_VPS, KIND_SPS, KIND_PPS };

static bool
is_intra_slice (const CamParameterSets *sets, const uint8_t *nal, size_t size)
{
  uint8_t id;
  GBytes *bytes = cam_h265_read_slice_pps_id (nal, size, &id) ? cam_parameter_sets_get (sets, KIND_PPS, id) : NULL;
  CamH265Pps pps;
  if (bytes == NULL || !cam_h265_read_pps (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), &pps))
    return false;
  bytes = cam_parameter_sets_get (sets, KIND_SPS, pps.sps_id);
  CamH265Sps sps;
  if (bytes == NULL || !cam_h265_read_sps (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), &sps))
    return false;
  return cam_h265_is_intra_slice (nal, size, &sps, &pps);
}

static bool
read_picture_size (const uint8_t *nal, size_t size, uint16_t *ret_width, uint16_t *ret_height)
{
  CamH265Sps sps;
  if (!cam_h265_read_sps (nal, size, &sps))
    return false;
  *ret_width = sps.width;
  *ret_height = sps.height;
  return true;
}

static const CamVideoSyntax syntax = {
    .n_set_kinds = CAM_H265_SET_KINDS,
    .sps_kind = KIND_SPS,
    .inspect = cam_h265_inspect,
    .is_intra_slice = is_intra_slice,
    .read_picture_size = read_picture_size,
};

static CamDepacketizer *
open_h265 (const CamSdpMedia *media)
{
  return cam_picture_assembler_open (media, &syntax);
}

/* RFC 7798, 4.4.3: the NAL unit's type is in the FU header, its other bits in the payload header. */
static CamNalPiece
read_fragment (const uint8_t *payload)
{
  return (CamNalPiece){
      .header = {(uint8_t) ((payload[0] & 0x81) | (payload[2] & 0x3f) << 1), payload[1]},
      .header_bytes = CAM_H265_HEADER_BYTES,
      .offset = FU_HEADER_BYTES,
      .is_start = (payload[2] & CAM_NAL_FU_START) != 0,
      .is_end = (payload[2] & CAM_NAL_FU_END) != 0,
  };
}

static void
push_h265 (CamDepacketizer *base, const CamRtpPacket *packet, bool gap, int64_t arrival_us)
{
  CamPictureAssembler *self = (CamPictureAssembler *) base;
  CamNalArrival arrival = {packet, gap, arrival_us};
  bool has_header = packet->size >= CAM_H265_HEADER_BYTES;
  unsigned type = has_header ? cam_h265_type (packet->payload) : 0;
  if (type == CAM_H265_AP) {
    cam_nal_payload_push_aggregate (self, &arrival, CAM_H265_HEADER_BYTES);
  } else if (type == CAM_H265_FU && packet->size >= FU_HEADER_BYTES) {
    CamNalPiece piece = read_fragment (packet->payload);
    cam_nal_payload_push_piece (self, &arrival, &piece);
  } else if (type <= CAM_H265_LAST_IN_STREAM && has_header) {
    cam_nal_payload_push_single (self, &arrival);
  } else {
    cam_nal_payload_push_nothing (self, &arrival);
  }
}

const CamDepacketizerKind cam_depacketize_h265 = {
    .open = open_h265,
    .close = cam_picture_assembler_close,
    .push = push_h265,
    .reset = cam_picture_assembler_reset,
    .ref_track = cam_picture_assembler_ref_track,
};
