/* H.264 NAL units (ISO 14496-10): what one is, and what its parameter sets say.
 * Thread: pure. Owner: values. */
#pragma once

#include "wire/nal-units.h"

typedef enum {
  CAM_H264_SLICE = 1,
  CAM_H264_PARTITION_A = 2,
  CAM_H264_PARTITION_C = 4,
  CAM_H264_IDR = 5,
  CAM_H264_SEI = 6,
  CAM_H264_SPS = 7,
  CAM_H264_PPS = 8,
  CAM_H264_DELIMITER = 9,
  CAM_H264_SPS_EXTENSION = 13,
  CAM_H264_SUBSET_SPS = 15,
  CAM_H264_LAST_RESERVED_PREFIX = 18,
  CAM_H264_LAST_IN_STREAM = 23, /* above are RTP's own (RFC 6184, 5.2) */
  CAM_H264_STAP_A = 24,
  CAM_H264_FU_A = 28
} CamH264Type;

#define CAM_H264_SET_KINDS 2 /* SPS 0, PPS 1 */

static inline unsigned
cam_h264_type (const uint8_t *nal)
{
  return nal[0] & 0x1f;
}

/* @nal: at least its first bytes; of a parameter set and an SEI all of it. */
CamNalFacts cam_h264_inspect (const uint8_t *nal, size_t size);

/* Whether a slice is coded without reference to other pictures (slice_type I or SI). */
bool cam_h264_is_intra_slice (const uint8_t *nal, size_t size);

typedef struct {
  uint8_t profile;
  uint8_t constraints;
  uint8_t level;
  uint8_t frame_number_bits; /* of frame_num, 4 to 16 */
  bool has_separate_planes;  /* separate_colour_plane_flag */
  bool is_frames_only;       /* no pictures are fields: frame_mbs_only_flag */
  uint16_t width; /* cropped; 0 with height when not between 1 and 65535 */
  uint16_t height;
} CamH264Sps;

/* False: not an SPS, or one that ends early (nothing in @ret_sps). */
bool cam_h264_read_sps (const uint8_t *nal, size_t size, CamH264Sps *ret_sps);

typedef struct {
  uint8_t id;
  uint8_t sps_id;
} CamH264Pps;

bool cam_h264_read_pps (const uint8_t *nal, size_t size, CamH264Pps *ret_pps);
