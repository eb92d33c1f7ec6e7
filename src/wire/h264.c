#include "wire/h264.h"

#include <glib.h>

#include "wire/bit-reader.h"

#define MAX_SPS_ID 31
#define MAX_PPS_ID 255
#define FORBIDDEN_BIT 0x80
#define LEAST_FRAME_NUMBER_BITS 4
#define MAX_FRAME_NUMBER_BITS 16

static CamNalFacts
inspect_parameter_set (const uint8_t *nal, size_t size, bool is_sps)
{
  CamBitReader reader = cam_bit_reader_new (nal + 1, size - 1);
  if (is_sps)
    cam_bit_reader_skip (&reader, 24);
  uint32_t id = cam_bit_reader_read_unsigned (&reader);
  if (reader.failed || id > (is_sps ? MAX_SPS_ID : MAX_PPS_ID))
    return (CamNalFacts){.role = CAM_NAL_BAD};
  return (CamNalFacts){.role = CAM_NAL_PARAMETER_SET, .starts_picture = true, .set_kind = is_sps ? 0 : 1, .set_id = id};
}

/* first_mb_in_slice is the first number of a slice, and zero is a single one bit. */
static bool
is_first_slice (const uint8_t *nal, size_t size)
{
  return size > 1 && (nal[1] & 0x80) != 0;
}

CamNalFacts
cam_h264_inspect (const uint8_t *nal, size_t size)
{
  if (size == 0 || (nal[0] & FORBIDDEN_BIT) != 0)
    return (CamNalFacts){.role = CAM_NAL_BAD};
  unsigned type = cam_h264_type (nal);
  if (type == 0 || type > CAM_H264_LAST_IN_STREAM)
    return (CamNalFacts){.role = CAM_NAL_BAD};
  if (type <= CAM_H264_PARTITION_A || type == CAM_H264_IDR)
    return (CamNalFacts){.role = CAM_NAL_SLICE, .starts_picture = is_first_slice (nal, size), .is_key = type == CAM_H264_IDR};
  if (type <= CAM_H264_PARTITION_C)
    return (CamNalFacts){.role = CAM_NAL_SLICE};
  if (type == CAM_H264_SPS || type == CAM_H264_PPS)
    return inspect_parameter_set (nal, size, type == CAM_H264_SPS);
  if (type == CAM_H264_SEI)
    return (CamNalFacts){.role = CAM_NAL_OTHER, .starts_picture = true, .is_recovery_point = cam_nal_has_recovery_point (nal, size, 1)};
  if (type == CAM_H264_DELIMITER)
    return (CamNalFacts){.role = CAM_NAL_DELIMITER, .starts_picture = true};
  /* 14 stands before every slice of a scalable stream, so it tells nothing. */
  bool starts_picture = type == CAM_H264_SPS_EXTENSION || (type >= CAM_H264_SUBSET_SPS && type <= CAM_H264_LAST_RESERVED_PREFIX);
  return (CamNalFacts){.role = CAM_NAL_OTHER, .starts_picture = starts_picture};
}

bool
cam_h264_is_intra_slice (const uint8_t *nal, size_t size)
{
  if (size < 2 || cam_h264_type (nal) == 3 || cam_h264_type (nal) == CAM_H264_PARTITION_C)
    return false;
  CamBitReader reader = cam_bit_reader_new (nal + 1, size - 1);
  cam_bit_reader_read_unsigned (&reader);
  uint32_t type = cam_bit_reader_read_unsigned (&reader);
  return !reader.failed && type <= 9 && (type % 5 == 2 || type % 5 == 4);
}

/* H.264, 7.3.2.1.1: these profiles say their chroma format. */
static bool
has_chroma_format (uint8_t profile)
{
  static const uint8_t profiles[] = {100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135};
  for (size_t i = 0; i < G_N_ELEMENTS (profiles); i++)
    if (profiles[i] == profile)
      return true;
  return false;
}

/* H.264, 7.3.2.1.1.1 */
static void
skip_scaling_list (CamBitReader *reader, unsigned entries)
{
  int32_t last = 8;
  int32_t next = 8;
  for (unsigned i = 0; i < entries && !reader->failed; i++) {
    if (next != 0)
      next = (int32_t) (((uint32_t) last + (uint32_t) cam_bit_reader_read_signed (reader)) & 0xff);
    last = next == 0 ? last : next;
  }
}

static void
skip_scaling_matrix (CamBitReader *reader, uint32_t chroma_format)
{
  unsigned lists = chroma_format == 3 ? 12 : 8;
  for (unsigned i = 0; i < lists; i++)
    if (cam_bit_reader_read_flag (reader))
      skip_scaling_list (reader, i < 6 ? 16 : 64);
}

/* Returns ChromaArrayType: 0 when the planes are coded apart. */
static uint32_t
read_chroma_format (CamBitReader *reader, bool *ret_is_separate)
{
  uint32_t format = cam_bit_reader_read_unsigned (reader);
  bool is_separate = format == 3 && cam_bit_reader_read_flag (reader);
  *ret_is_separate = is_separate;
  cam_bit_reader_read_unsigned (reader); /* bit depths */
  cam_bit_reader_read_unsigned (reader);
  cam_bit_reader_skip (reader, 1);
  if (cam_bit_reader_read_flag (reader))
    skip_scaling_matrix (reader, format);
  return is_separate ? 0 : format;
}

static void
skip_picture_order (CamBitReader *reader)
{
  uint32_t type = cam_bit_reader_read_unsigned (reader);
  if (type == 0) {
    cam_bit_reader_read_unsigned (reader);
  } else if (type == 1) {
    cam_bit_reader_skip (reader, 1);
    cam_bit_reader_read_signed (reader);
    cam_bit_reader_read_signed (reader);
    uint32_t cycle = cam_bit_reader_read_unsigned (reader);
    for (uint32_t i = 0; i < MIN (cycle, 255u); i++)
      cam_bit_reader_read_signed (reader);
  }
}

/* H.264, 7.4.2.1.1: sizes in macroblocks, cropping in chroma samples. */
static void
read_size (CamBitReader *reader, uint32_t chroma, CamH264Sps *sps)
{
  uint64_t width = ((uint64_t) cam_bit_reader_read_unsigned (reader) + 1) * 16;
  uint64_t height = ((uint64_t) cam_bit_reader_read_unsigned (reader) + 1) * 16;
  bool is_frames_only = cam_bit_reader_read_flag (reader);
  sps->is_frames_only = is_frames_only;
  unsigned fields = is_frames_only ? 1 : 2;
  height *= fields;
  cam_bit_reader_skip (reader, is_frames_only ? 1 : 2);
  uint64_t crop_x = 0;
  uint64_t crop_y = 0;
  if (cam_bit_reader_read_flag (reader)) {
    unsigned unit_x = chroma == 1 || chroma == 2 ? 2 : 1;
    unsigned unit_y = (chroma == 1 ? 2 : 1) * fields;
    crop_x = (uint64_t) cam_bit_reader_read_unsigned (reader) + cam_bit_reader_read_unsigned (reader);
    crop_y = (uint64_t) cam_bit_reader_read_unsigned (reader) + cam_bit_reader_read_unsigned (reader);
    crop_x *= unit_x;
    crop_y *= unit_y;
  }
  if (crop_x >= width || crop_y >= height || width - crop_x > UINT16_MAX || height - crop_y > UINT16_MAX)
    return;
  sps->width = (uint16_t) (width - crop_x);
  sps->height = (uint16_t) (height - crop_y);
}

bool
cam_h264_read_sps (const uint8_t *nal, size_t size, CamH264Sps *ret_sps)
{
  if (size < 4 || cam_h264_type (nal) != CAM_H264_SPS)
    return false;
  CamBitReader reader = cam_bit_reader_new (nal + 1, size - 1);
  CamH264Sps sps = {0};
  sps.profile = (uint8_t) cam_bit_reader_read (&reader, 8);
  sps.constraints = (uint8_t) cam_bit_reader_read (&reader, 8);
  sps.level = (uint8_t) cam_bit_reader_read (&reader, 8);
  cam_bit_reader_read_unsigned (&reader); /* its id */
  uint32_t chroma = has_chroma_format (sps.profile) ? read_chroma_format (&reader, &sps.has_separate_planes) : 1;
  uint32_t frame_number_bits = cam_bit_reader_read_unsigned (&reader);
  skip_picture_order (&reader);
  cam_bit_reader_read_unsigned (&reader); /* max_num_ref_frames */
  cam_bit_reader_skip (&reader, 1);
  read_size (&reader, chroma, &sps);
  if (reader.failed || frame_number_bits > MAX_FRAME_NUMBER_BITS - LEAST_FRAME_NUMBER_BITS)
    return false;
  sps.frame_number_bits = (uint8_t) (LEAST_FRAME_NUMBER_BITS + frame_number_bits);
  *ret_sps = sps;
  return true;
}

bool
cam_h264_read_pps (const uint8_t *nal, size_t size, CamH264Pps *ret_pps)
{
  if (size < 2 || cam_h264_type (nal) != CAM_H264_PPS)
    return false;
  CamBitReader reader = cam_bit_reader_new (nal + 1, size - 1);
  uint32_t id = cam_bit_reader_read_unsigned (&reader);
  uint32_t sps_id = cam_bit_reader_read_unsigned (&reader);
  if (reader.failed || id > MAX_PPS_ID || sps_id > MAX_SPS_ID)
    return false;
  *ret_pps = (CamH264Pps){.id = (uint8_t) id, .sps_id = (uint8_t) sps_id};
  return true;
}
