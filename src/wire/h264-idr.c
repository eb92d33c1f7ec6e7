#include "wire/h264-idr.h"

#define MAX_IDR_ID 65535
#define MAX_SLICE_TYPE 9
#define MAX_PPS_ID 255
#define EMULATION_PREVENTION 3

/* Up to and with pic_parameter_set_id (7.3.3). */
static uint32_t
read_slice_start (CamBitReader *reader, uint32_t *ret_slice_type)
{
  cam_bit_reader_read_unsigned (reader); /* first_mb_in_slice */
  *ret_slice_type = cam_bit_reader_read_unsigned (reader);
  return cam_bit_reader_read_unsigned (reader);
}

bool
cam_h264_read_slice_pps_id (const uint8_t *nal, size_t size, uint8_t *ret_id)
{
  if (size < 2)
    return false;
  CamBitReader reader = cam_bit_reader_new (nal + 1, size - 1);
  uint32_t type;
  uint32_t id = read_slice_start (&reader, &type);
  if (reader.failed || id > MAX_PPS_ID)
    return false;
  *ret_id = (uint8_t) id;
  return true;
}

bool
cam_h264_find_idr_id (const uint8_t *nal, size_t size, const CamH264Sps *sps, CamH264IdrPlace *ret_place)
{
  if (size < 2 || (cam_h264_type (nal) != CAM_H264_IDR && cam_h264_type (nal) != CAM_H264_SLICE))
    return false;
  CamH264IdrPlace place = {.is_idr = cam_h264_type (nal) == CAM_H264_IDR};
  CamBitReader reader = cam_bit_reader_new (nal, size);
  cam_bit_reader_skip (&reader, 8);
  uint32_t type;
  read_slice_start (&reader, &type);
  if (sps->has_separate_planes)
    cam_bit_reader_skip (&reader, 2);
  cam_bit_reader_skip (&reader, sps->frame_number_bits);
  place.is_field = !sps->is_frames_only && cam_bit_reader_read_flag (&reader);
  place.is_bottom_field = place.is_field && cam_bit_reader_read_flag (&reader);
  if (place.is_idr) {
    place.before = reader;
    place.id = cam_bit_reader_read_unsigned (&reader);
    place.after = reader;
  }
  bool is_intra = type % 5 == 2 || type % 5 == 4;
  if (reader.failed || type > MAX_SLICE_TYPE || place.id > MAX_IDR_ID || (place.is_idr && !is_intra))
    return false;
  *ret_place = place;
  return true;
}

/* The number of a value's code is one more than the value; it has as many zeros in front as bits behind its first. */
static unsigned
count_zeros (uint32_t id)
{
  return (unsigned) g_bit_storage (id + 1) - 1;
}

void
cam_h264_choose_idr_ids (uint32_t id, uint32_t ret_ids[CAM_H264_IDR_IDS])
{
  /* A code has 2 z + 1 bits, so lengths differ by whole bytes when their z do by multiples of 4: 12, 13, 14 or 15 is one of them for any. */
  unsigned zeros = 12 + count_zeros (id) % 4;
  uint32_t next = (UINT32_C (2) << zeros) - 2; /* the last value with that many */
  for (unsigned i = 0; i < CAM_H264_IDR_IDS; i++) {
    next -= next == id;
    ret_ids[i] = next--;
  }
}

/* How many zero bytes, up to two, @bytes end with. */
static unsigned
count_trailing_zeros (const GByteArray *bytes)
{
  unsigned zeros = 0;
  while (zeros < 2 && zeros < bytes->len && bytes->data[bytes->len - 1 - zeros] == 0)
    zeros++;
  return zeros;
}

static void
append_byte (GByteArray *out, uint8_t byte)
{
  static const uint8_t prevention = EMULATION_PREVENTION;
  if (byte <= EMULATION_PREVENTION && count_trailing_zeros (out) == 2)
    g_byte_array_append (out, &prevention, 1);
  g_byte_array_append (out, &byte, 1);
}

/* @id's code behind the @n_before bits that its first byte has already, and before the @n_after that its last one has: whole bytes in all. */
static void
append_code (GByteArray *out, uint32_t id, const CamH264IdrPlace *place)
{
  unsigned n_before = (8 - place->before.left) % 8;
  unsigned n_after = place->after.left;
  unsigned n_code = 2 * count_zeros (id) + 1;
  g_assert ((n_before + n_code + n_after) % 8 == 0);
  uint64_t bits = n_before > 0 ? place->before.current >> place->before.left : 0;
  bits = bits << n_code | (id + 1);
  bits = bits << n_after | (place->after.current & ((1u << n_after) - 1));
  for (unsigned left = n_before + n_code + n_after; left > 0; left -= 8)
    append_byte (out, (uint8_t) (bits >> (left - 8)));
}

/* The bytes of the slice before the one in which the code begins, without an emulation prevention for the latter: its bits change. */
static size_t
count_whole_before (const CamBitReader *before)
{
  if (before->left == 0)
    return before->next;
  size_t whole = before->next - 1;
  const uint8_t *end = before->data + whole;
  bool is_prevented = whole >= 3 && end[-1] == EMULATION_PREVENTION && end[-2] == 0 && end[-3] == 0;
  return whole - is_prevented;
}

bool
cam_h264_append_with_idr_id (GByteArray *out, const CamH264IdrPlace *place, uint32_t id)
{
  const uint8_t *nal = place->before.data;
  CamBitReader tail = place->after;
  g_byte_array_append (out, nal, (guint) count_whole_before (&place->before));
  append_code (out, id, place);
  /* All behind it is the same bytes, but where emulation prevention stands depends on the two before each: until those agree. */
  tail.left = 0;
  while (cam_bit_reader_has_bytes (&tail) && MIN (tail.zeros, 2u) != count_trailing_zeros (out))
    append_byte (out, (uint8_t) cam_bit_reader_read (&tail, 8));
  g_byte_array_append (out, nal + tail.next, (guint) (tail.size - tail.next));
  return !tail.failed;
}
