/* A request to the picture program: every value it gives lies inside the bytes it was given. */
#include "picture/picture-request.h"

#include <glib.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  CamPictureRequest request;
  if (!cam_picture_request_read (data, size, &request))
    return 0;
  const uint8_t *end = data + size;
  g_assert_true ((const uint8_t *) request.title + request.title_bytes <= end);
  g_assert_true ((const uint8_t *) request.text + request.text_bytes <= end);
  g_assert_true (request.unit == NULL || request.unit + request.unit_bytes == end);
  g_assert_cmpuint ((size_t) request.width * request.height, <=, CAM_PICTURE_MAX_PIXELS);
  return 0;
}
