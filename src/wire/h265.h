/* H.265 NAL units (ISO 23008-2): what one is, and what its parameter sets say.
 * Thread: pure. Owner: values. */
#pragma once

#include "wire/nal-units.h"

typedef enum {
  CAM_H265_FIRST_IRAP = 16,
  CAM_H265_BLA_N_LP = 18,
  CAM_H265_CRA = 21,
  CAM_H265_LAST_IRAP = 23, /* from 22 on reserved */
  CAM_H265_LAST_SLICE = 31,
  CAM_H265_VPS = 32,
  CAM_H265_SPS = 33,
  CAM_H265_PPS = 34,
  CAM_H265_DELIMITER = 35,
  CAM_H265_END_OF_SEQUENCE = 36,
  CAM_H265_FILLER = 38,
  CAM_H265_PREFIX_SEI = 39,
  CAM_H265_FIRST_RESERVED_PREFIX = 41,
  CAM_H265_LAST_RESERVED_PREFIX = 44,
  CAM_H265_LAST_IN_STREAM = 47, /* above are RTP's own (RFC 7798, 4.4) */
  CAM_H265_AP = 48,
  CAM_H265_FU = 49
} CamH265Type;

#define CAM_H265_HEADER_BYTES 2
#define CAM_H265_SET_KINDS 3 /* VPS 0, SPS 1, PPS 2 */

static inline unsigned
cam_h265_type (const uint8_t *nal)
{
  return (nal[0] >> 1) & 0x3f;
}

/* @nal: at least its first bytes; of a parameter set and an SEI all of it. */
CamNalFacts cam_h265_inspect (const uint8_t *nal, size_t size);

typedef struct {
  uint16_t width; /* cropped; 0 with height when not between 1 and 65535 */
  uint16_t height;
  uint8_t slice_address_bits; /* Ceil (Log2 (PicSizeInCtbsY)) */
} CamH265Sps;

/* False: not an SPS, or one that ends early or has impossible numbers (nothing in @ret_sps). */
bool cam_h265_read_sps (const uint8_t *nal, size_t size, CamH265Sps *ret_sps);

typedef struct {
  uint8_t id;
  uint8_t sps_id;
  bool has_dependent_slices;
  uint8_t extra_slice_bits;
} CamH265Pps;

bool cam_h265_read_pps (const uint8_t *nal, size_t size, CamH265Pps *ret_pps);

/* The PPS that a slice names; false when it ends before that. */
bool cam_h265_read_slice_pps_id (const uint8_t *nal, size_t size, uint8_t *ret_id);

/* Whether a slice is coded without reference to other pictures (slice_type I). Dependent slice segments are what their slice is: true. */
bool cam_h265_is_intra_slice (const uint8_t *nal, size_t size, const CamH265Sps *sps, const CamH265Pps *pps);
