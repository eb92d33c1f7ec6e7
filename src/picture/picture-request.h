/* One request as bytes to values, every number in it checked.
 * Thread: pure. Owner: the caller; it points into the bytes. */
#pragma once

#include "camrelay/picture-protocol.h"

#include <stdbool.h>
#include <stddef.h>

#define CAM_PICTURE_MAX_REQUEST_BYTES                                                                                                      \
  (sizeof (CamPictureRequestHead) + CAM_PICTURE_MAX_TITLE_BYTES + CAM_PICTURE_MAX_TEXT_BYTES + CAM_PICTURE_MAX_UNIT_BYTES)

typedef struct {
  unsigned set_id;
  unsigned width; /* both 0: as the picture */
  unsigned height;
  const char *title; /* borrowed, title_bytes of it, not yet known to be UTF-8 */
  size_t title_bytes;
  const char *text;
  size_t text_bytes;
  const uint8_t *unit; /* borrowed; NULL: none */
  size_t unit_bytes;
} CamPictureRequest;

/* False: not a whole request, or one that asks for too much; @ret_request is untouched. */
bool cam_picture_request_read (const uint8_t *data, size_t size, CamPictureRequest *ret_request);
