#include "picture/annex-b.h"

#include <string.h>

#define LENGTH_BYTES 4
#define MAX_SETS 16

static const uint8_t start_code[LENGTH_BYTES] = {0, 0, 0, 1};

GBytes *
cam_annex_b_from_lengths (const uint8_t *unit, size_t size)
{
  g_autoptr (GByteArray) stream = g_byte_array_sized_new ((unsigned) size);
  while (size >= LENGTH_BYTES) {
    size_t length = (size_t) unit[0] << 24 | (size_t) unit[1] << 16 | (size_t) unit[2] << 8 | unit[3];
    if (length > size - LENGTH_BYTES)
      break;
    if (length > 0) {
      g_byte_array_append (stream, start_code, LENGTH_BYTES);
      g_byte_array_append (stream, unit + LENGTH_BYTES, (unsigned) length);
    }
    unit += LENGTH_BYTES + length;
    size -= LENGTH_BYTES + length;
  }
  return stream->len > 0 ? g_byte_array_free_to_bytes (g_steal_pointer (&stream)) : NULL;
}

typedef enum { NAL_IS_PADDING, NAL_IS_SET, NAL_IS_SLICE } NalUse;

static NalUse
find_use (CamPictureCodec codec, uint8_t header)
{
  unsigned type;
  if (codec == CAM_PICTURE_H264) {
    type = header & 0x1f; /* ISO 14496-10, table 7-1 */
    return type == 7 || type == 8 ? NAL_IS_SET : type == 1 || type == 5 ? NAL_IS_SLICE : NAL_IS_PADDING;
  }
  type = header >> 1 & 0x3f; /* ISO 23008-2, table 7-1 */
  return type >= 32 && type <= 34 ? NAL_IS_SET : type < 32 ? NAL_IS_SLICE : NAL_IS_PADDING;
}

/* The next NAL unit at or after *@at, without its start code and the zero bytes around it; *@at is behind it then. */
static bool
find_nal (const uint8_t *stream, size_t size, size_t *at, size_t *ret_start, size_t *ret_end)
{
  size_t start = *at;
  while (start + 3 <= size && memcmp (stream + start, start_code + 1, 3) != 0)
    start++;
  if (start + 3 > size)
    return false;
  start += 3;
  size_t end = start;
  while (end < size && (end + 3 > size || stream[end] != 0 || stream[end + 1] != 0 || stream[end + 2] > 1))
    end++;
  *at = end;
  while (end > start && stream[end - 1] == 0)
    end--;
  *ret_start = start;
  *ret_end = end;
  return true;
}

/* Whether a NAL unit like this stands in @out already. */
static bool
has_nal (const GByteArray *out, const uint8_t *nal, size_t size)
{
  for (size_t at = 0; at + LENGTH_BYTES <= out->len;) {
    const uint8_t *entry = out->data + at;
    size_t length = (size_t) entry[0] << 24 | (size_t) entry[1] << 16 | (size_t) entry[2] << 8 | entry[3];
    if (length == size && memcmp (entry + LENGTH_BYTES, nal, size) == 0)
      return true;
    at += LENGTH_BYTES + length;
  }
  return false;
}

GBytes *
cam_annex_b_to_lengths (CamPictureCodec codec, const uint8_t *stream, size_t size)
{
  g_autoptr (GByteArray) out = g_byte_array_sized_new ((unsigned) size);
  bool has_slice = false;
  unsigned n_sets = 0;
  size_t at = 0, start, end;
  while (find_nal (stream, size, &at, &start, &end)) {
    size_t length = end - start;
    NalUse use = length > 0 ? find_use (codec, stream[start]) : NAL_IS_PADDING;
    if (use == NAL_IS_PADDING || (use == NAL_IS_SET && (n_sets >= MAX_SETS || has_nal (out, stream + start, length))))
      continue;
    n_sets += use == NAL_IS_SET;
    has_slice |= use == NAL_IS_SLICE;
    uint8_t head[LENGTH_BYTES] = {(uint8_t) (length >> 24), (uint8_t) (length >> 16), (uint8_t) (length >> 8), (uint8_t) length};
    g_byte_array_append (out, head, LENGTH_BYTES);
    g_byte_array_append (out, stream + start, (unsigned) length);
  }
  return has_slice ? g_byte_array_free_to_bytes (g_steal_pointer (&out)) : NULL;
}
