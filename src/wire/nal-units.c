#include "wire/nal-units.h"

#include "wire/bit-reader.h"

#define SEI_RECOVERY_POINT 6
#define LEAST_SEI_BYTES 3 /* of a message with something in it: type, size, a byte */

bool
cam_nal_walk_next (CamNalWalk *walk, const uint8_t **ret_nal, size_t *ret_size)
{
  while (walk->size >= CAM_NAL_LENGTH_BYTES) {
    const uint8_t *at = walk->data;
    size_t size = (size_t) at[0] << 24 | (size_t) at[1] << 16 | (size_t) at[2] << 8 | at[3];
    if (size > walk->size - CAM_NAL_LENGTH_BYTES)
      break;
    walk->data += CAM_NAL_LENGTH_BYTES + size;
    walk->size -= CAM_NAL_LENGTH_BYTES + size;
    if (size > 0) {
      *ret_nal = at + CAM_NAL_LENGTH_BYTES;
      *ret_size = size;
      return true;
    }
  }
  walk->size = 0;
  return false;
}

void
cam_nal_write_length (uint8_t *out, size_t size)
{
  out[0] = (uint8_t) (size >> 24);
  out[1] = (uint8_t) (size >> 16);
  out[2] = (uint8_t) (size >> 8);
  out[3] = (uint8_t) size;
}

size_t
cam_nal_start_code_length (const uint8_t *data, size_t size)
{
  if (size < 3 || data[0] != 0 || data[1] != 0)
    return 0;
  if (data[2] == 1)
    return 3;
  return size >= 4 && data[2] == 0 && data[3] == 1 ? 4 : 0;
}

/* The type or the size of an SEI message: bytes of 255 and a last one, added up (H.264, 7.3.2.3.1). */
static uint32_t
read_sei_number (CamBitReader *reader)
{
  uint32_t value = 0;
  uint32_t byte;
  do {
    byte = cam_bit_reader_read (reader, 8);
    value += byte;
  } while (byte == 0xff && !reader->failed);
  return value;
}

bool
cam_nal_has_recovery_point (const uint8_t *nal, size_t size, size_t header_bytes)
{
  if (size <= header_bytes)
    return false;
  CamBitReader reader = cam_bit_reader_new (nal + header_bytes, size - header_bytes);
  while (cam_bit_reader_has_bytes (&reader)) {
    uint32_t type = read_sei_number (&reader);
    uint32_t length = read_sei_number (&reader);
    /* The count is ue(v) in H.264 and se(v) in H.265: zero is a single one bit in both. */
    if (type == SEI_RECOVERY_POINT && length > 0)
      return cam_bit_reader_read_flag (&reader) && !reader.failed;
    if (reader.size - reader.next < (size_t) length + LEAST_SEI_BYTES)
      return false; /* as mostly: it is the last message, and need not be passed over */
    cam_bit_reader_skip_bytes (&reader, length);
  }
  return false;
}
