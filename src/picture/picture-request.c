#include "picture/picture-request.h"

#include <string.h>

#define MAX_SET_ID 31 /* ISO 14496-10, 7.4.2.1.1 */

static bool
is_drawable (unsigned width, unsigned height)
{
  if (width == 0 && height == 0)
    return true;
  return width >= 16 && height >= 16 && width <= CAM_PICTURE_MAX_SIDE && height <= CAM_PICTURE_MAX_SIDE &&
         (size_t) width * height <= CAM_PICTURE_MAX_PIXELS;
}

bool
cam_picture_request_read (const uint8_t *data, size_t size, CamPictureRequest *ret_request)
{
  CamPictureRequestHead head;
  if (size < sizeof head)
    return false;
  memcpy (&head, data, sizeof head);
  if (head.magic != CAM_PICTURE_REQUEST_MAGIC || head.version != CAM_PICTURE_VERSION || head.set_id > MAX_SET_ID)
    return false;
  if (head.title_bytes > CAM_PICTURE_MAX_TITLE_BYTES || head.text_bytes > CAM_PICTURE_MAX_TEXT_BYTES ||
      head.unit_bytes > CAM_PICTURE_MAX_UNIT_BYTES || !is_drawable (head.width, head.height))
    return false;
  if (size != sizeof head + head.title_bytes + head.text_bytes + head.unit_bytes)
    return false;
  const uint8_t *title = data + sizeof head;
  const uint8_t *text = title + head.title_bytes;
  *ret_request = (CamPictureRequest){
      .set_id = head.set_id,
      .width = head.width,
      .height = head.height,
      .title = (const char *) title,
      .title_bytes = head.title_bytes,
      .text = (const char *) text,
      .text_bytes = head.text_bytes,
      .unit = head.unit_bytes > 0 ? text + head.text_bytes : NULL,
      .unit_bytes = head.unit_bytes,
  };
  return true;
}
