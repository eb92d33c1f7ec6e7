#include "wire/h265.h"

#include <glib.h>

#include "wire/bit-reader.h"

#define FORBIDDEN_BIT 0x80
#define MAX_SPS_ID 15
#define MAX_PPS_ID 63
#define SLICE_TYPE_I 2

/* H.265, 7.3.3: general_ fields, then those of the sub-layers that say them. */
static void
skip_profile_tier_level (CamBitReader *reader, unsigned max_sub_layers_minus1)
{
  cam_bit_reader_skip (reader, 96);
  if (max_sub_layers_minus1 == 0)
    return;
  uint32_t present = cam_bit_reader_read (reader, 16); /* two flags a sub-layer, eight of them */
  for (unsigned i = 0; i < max_sub_layers_minus1; i++) {
    if ((present & (0x8000u >> (2 * i))) != 0)
      cam_bit_reader_skip (reader, 88);
    if ((present & (0x4000u >> (2 * i))) != 0)
      cam_bit_reader_skip (reader, 8);
  }
}

/* Up to and with sps_seq_parameter_set_id. */
static uint32_t
read_sps_start (CamBitReader *reader, unsigned *ret_max_sub_layers_minus1)
{
  cam_bit_reader_skip (reader, 4);
  *ret_max_sub_layers_minus1 = cam_bit_reader_read (reader, 3);
  cam_bit_reader_skip (reader, 1);
  skip_profile_tier_level (reader, *ret_max_sub_layers_minus1);
  return cam_bit_reader_read_unsigned (reader);
}

static CamNalFacts
inspect_parameter_set (const uint8_t *nal, size_t size, unsigned type)
{
  CamBitReader reader = cam_bit_reader_new (nal + CAM_H265_HEADER_BYTES, size - CAM_H265_HEADER_BYTES);
  uint32_t id;
  uint32_t max_id = MAX_SPS_ID;
  unsigned ignored;
  if (type == CAM_H265_VPS) {
    id = cam_bit_reader_read (&reader, 4);
  } else if (type == CAM_H265_SPS) {
    id = read_sps_start (&reader, &ignored);
  } else {
    id = cam_bit_reader_read_unsigned (&reader);
    max_id = MAX_PPS_ID;
  }
  if (reader.failed || id > max_id)
    return (CamNalFacts){.role = CAM_NAL_BAD};
  return (CamNalFacts){.role = CAM_NAL_PARAMETER_SET, .starts_picture = true, .set_kind = type - CAM_H265_VPS, .set_id = id};
}

static bool
is_irap (unsigned type)
{
  return type >= CAM_H265_FIRST_IRAP && type <= CAM_H265_LAST_IRAP;
}

static bool
is_first_slice (const uint8_t *nal, size_t size)
{
  return size > CAM_H265_HEADER_BYTES && (nal[2] & 0x80) != 0;
}

CamNalFacts
cam_h265_inspect (const uint8_t *nal, size_t size)
{
  /* nuh_temporal_id_plus1 is never zero (7.4.2.2). */
  if (size < CAM_H265_HEADER_BYTES || (nal[0] & FORBIDDEN_BIT) != 0 || (nal[1] & 7) == 0)
    return (CamNalFacts){.role = CAM_NAL_BAD};
  unsigned type = cam_h265_type (nal);
  if (type > CAM_H265_LAST_IN_STREAM)
    return (CamNalFacts){.role = CAM_NAL_BAD};
  bool is_base_layer = (nal[0] & 1) == 0 && nal[1] >> 3 == 0;
  if (!is_base_layer)
    return (CamNalFacts){.role = CAM_NAL_OTHER};
  if (type <= CAM_H265_LAST_SLICE)
    return (CamNalFacts){.role = CAM_NAL_SLICE, .starts_picture = is_first_slice (nal, size), .is_key = is_irap (type)};
  if (type <= CAM_H265_PPS)
    return inspect_parameter_set (nal, size, type);
  if (type == CAM_H265_DELIMITER)
    return (CamNalFacts){.role = CAM_NAL_DELIMITER, .starts_picture = true};
  if (type == CAM_H265_PREFIX_SEI)
    return (CamNalFacts){
        .role = CAM_NAL_OTHER, .starts_picture = true, .is_recovery_point = cam_nal_has_recovery_point (nal, size, CAM_H265_HEADER_BYTES)};
  bool starts_picture = type >= CAM_H265_FIRST_RESERVED_PREFIX && type <= CAM_H265_LAST_RESERVED_PREFIX;
  return (CamNalFacts){.role = CAM_NAL_OTHER, .starts_picture = starts_picture};
}

/* Ceil (Log2 (n)) */
static uint8_t
count_address_bits (uint64_t n)
{
  uint8_t bits = 0;
  while (bits < 32 && (UINT64_C (1) << bits) < n)
    bits++;
  return bits;
}

/* H.265, 7.4.3.2.1: cropping in chroma samples. */
static void
set_cropped_size (CamH265Sps *sps, uint64_t width, uint64_t height, uint64_t crop_x, uint64_t crop_y, uint32_t chroma)
{
  crop_x *= chroma == 1 || chroma == 2 ? 2 : 1;
  crop_y *= chroma == 1 ? 2 : 1;
  if (crop_x >= width || crop_y >= height || width - crop_x > UINT16_MAX || height - crop_y > UINT16_MAX)
    return;
  sps->width = (uint16_t) (width - crop_x);
  sps->height = (uint16_t) (height - crop_y);
}

bool
cam_h265_read_sps (const uint8_t *nal, size_t size, CamH265Sps *ret_sps)
{
  if (size <= CAM_H265_HEADER_BYTES || cam_h265_type (nal) != CAM_H265_SPS)
    return false;
  CamBitReader reader = cam_bit_reader_new (nal + CAM_H265_HEADER_BYTES, size - CAM_H265_HEADER_BYTES);
  unsigned sub_layers;
  read_sps_start (&reader, &sub_layers);
  uint32_t chroma = cam_bit_reader_read_unsigned (&reader);
  if (chroma == 3 && cam_bit_reader_read_flag (&reader))
    chroma = 0;
  uint64_t width = cam_bit_reader_read_unsigned (&reader);
  uint64_t height = cam_bit_reader_read_unsigned (&reader);
  uint64_t crop_x = 0;
  uint64_t crop_y = 0;
  if (cam_bit_reader_read_flag (&reader)) {
    crop_x = (uint64_t) cam_bit_reader_read_unsigned (&reader) + cam_bit_reader_read_unsigned (&reader);
    crop_y = (uint64_t) cam_bit_reader_read_unsigned (&reader) + cam_bit_reader_read_unsigned (&reader);
  }
  for (int i = 0; i < 3; i++) /* bit depths, log2_max_pic_order_cnt_lsb_minus4 */
    cam_bit_reader_read_unsigned (&reader);
  unsigned first = cam_bit_reader_read_flag (&reader) ? 0 : sub_layers;
  for (unsigned i = 3 * first; i < 3 * (sub_layers + 1); i++)
    cam_bit_reader_read_unsigned (&reader);
  uint64_t log2_block = (uint64_t) cam_bit_reader_read_unsigned (&reader) + 3;
  log2_block += cam_bit_reader_read_unsigned (&reader);
  if (reader.failed || log2_block > 6)
    return false;
  uint64_t block = UINT64_C (1) << log2_block;
  CamH265Sps sps = {.slice_address_bits = count_address_bits (((width + block - 1) / block) * ((height + block - 1) / block))};
  set_cropped_size (&sps, width, height, crop_x, crop_y, chroma);
  *ret_sps = sps;
  return true;
}

bool
cam_h265_read_pps (const uint8_t *nal, size_t size, CamH265Pps *ret_pps)
{
  if (size <= CAM_H265_HEADER_BYTES || cam_h265_type (nal) != CAM_H265_PPS)
    return false;
  CamBitReader reader = cam_bit_reader_new (nal + CAM_H265_HEADER_BYTES, size - CAM_H265_HEADER_BYTES);
  uint32_t id = cam_bit_reader_read_unsigned (&reader);
  uint32_t sps_id = cam_bit_reader_read_unsigned (&reader);
  CamH265Pps pps = {.id = (uint8_t) id, .sps_id = (uint8_t) sps_id};
  pps.has_dependent_slices = cam_bit_reader_read_flag (&reader);
  cam_bit_reader_skip (&reader, 1);
  pps.extra_slice_bits = (uint8_t) cam_bit_reader_read (&reader, 3);
  if (reader.failed || id > MAX_PPS_ID || sps_id > MAX_SPS_ID)
    return false;
  *ret_pps = pps;
  return true;
}

/* Up to and with slice_pic_parameter_set_id (H.265, 7.3.6.1). */
static uint32_t
read_slice_start (CamBitReader *reader, unsigned type, bool *ret_is_first)
{
  *ret_is_first = cam_bit_reader_read_flag (reader);
  if (is_irap (type))
    cam_bit_reader_skip (reader, 1);
  return cam_bit_reader_read_unsigned (reader);
}

bool
cam_h265_read_slice_pps_id (const uint8_t *nal, size_t size, uint8_t *ret_id)
{
  if (size <= CAM_H265_HEADER_BYTES)
    return false;
  CamBitReader reader = cam_bit_reader_new (nal + CAM_H265_HEADER_BYTES, size - CAM_H265_HEADER_BYTES);
  bool is_first;
  uint32_t id = read_slice_start (&reader, cam_h265_type (nal), &is_first);
  if (reader.failed || id > MAX_PPS_ID)
    return false;
  *ret_id = (uint8_t) id;
  return true;
}

bool
cam_h265_is_intra_slice (const uint8_t *nal, size_t size, const CamH265Sps *sps, const CamH265Pps *pps)
{
  if (size <= CAM_H265_HEADER_BYTES)
    return false;
  CamBitReader reader = cam_bit_reader_new (nal + CAM_H265_HEADER_BYTES, size - CAM_H265_HEADER_BYTES);
  bool is_first;
  read_slice_start (&reader, cam_h265_type (nal), &is_first);
  if (!is_first) {
    bool is_dependent = pps->has_dependent_slices && cam_bit_reader_read_flag (&reader);
    cam_bit_reader_skip (&reader, sps->slice_address_bits);
    if (is_dependent)
      return !reader.failed;
  }
  cam_bit_reader_skip (&reader, pps->extra_slice_bits);
  return cam_bit_reader_read_unsigned (&reader) == SLICE_TYPE_I && !reader.failed;
}
