/* NAL units from lengths to start codes and from start codes to lengths; the first byte chooses the codec. */
#include "picture/annex-b.h"

#include <glib.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  if (size == 0)
    return 0;
  CamPictureCodec codec = data[0] & 1 ? CAM_PICTURE_H265 : CAM_PICTURE_H264;
  g_autoptr (GBytes) stream = cam_annex_b_from_lengths (data + 1, size - 1);
  g_autoptr (GBytes) unit = cam_annex_b_to_lengths (codec, data + 1, size - 1);
  g_assert_true (stream == NULL || g_bytes_get_size (stream) < size);
  if (unit == NULL)
    return 0;
  /* What was made is well-formed: it goes back and forth without change. */
  size_t unit_size;
  const uint8_t *bytes = g_bytes_get_data (unit, &unit_size);
  g_autoptr (GBytes) again = cam_annex_b_from_lengths (bytes, unit_size);
  g_assert_nonnull (again);
  g_assert_cmpuint (g_bytes_get_size (again), ==, unit_size);
  return 0;
}
