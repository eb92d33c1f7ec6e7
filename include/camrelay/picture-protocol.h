/* What the daemon and camrelay-picture say to each other: one request on its stdin, one answer on its stdout, then it ends.
 * The codec is the program's only argument ("h264", "h265", "jpeg"): it says which plug-ins are loaded before the sandbox closes, and
 * nothing of a request is looked at before that. Both programs are of one build and one machine, so numbers are in its own byte order. A
 * request: head, title, text, unit, without anything between or after. An answer: head, unit. */
#pragma once

#include <stdint.h>

#define CAM_PICTURE_REQUEST_MAGIC 0x43505251u
#define CAM_PICTURE_ANSWER_MAGIC 0x43504157u
#define CAM_PICTURE_VERSION 1

#define CAM_PICTURE_MAX_UNIT_BYTES (4 * 1024 * 1024) /* of the picture asked with and of the one answered */
#define CAM_PICTURE_MAX_TITLE_BYTES 64
#define CAM_PICTURE_MAX_TEXT_BYTES 512
#define CAM_PICTURE_MAX_SIDE 8192
#define CAM_PICTURE_MAX_PIXELS (16 * 1024 * 1024)
#define CAM_PICTURE_MAX_DRAWN_PIXELS (9 * 1024 * 1024) /* larger ones are drawn at half the width and height */

/* What a program may use up; over it, it is killed. */
#define CAM_PICTURE_SECONDS 2
#define CAM_PICTURE_MEMORY_BYTES (256 * 1024 * 1024)

typedef struct {
  uint32_t magic;
  uint16_t version;
  uint16_t set_id; /* H.264: id of the new picture's parameter sets, at most 31 */
  uint16_t width;  /* at least 16; both 0: as the picture, or 1280x720 without one */
  uint16_t height;
  uint16_t title_bytes; /* UTF-8 */
  uint16_t text_bytes;  /* UTF-8, lines by '\n' */
  uint32_t unit_bytes;  /* a key unit as in media/codec.h, with its parameter sets; 0: no picture, a plain background */
} CamPictureRequestHead;

typedef enum {
  CAM_PICTURE_DRAWN, /* a unit follows; on a plain background when the one asked with could not be decoded */
  CAM_PICTURE_BAD_REQUEST,
  CAM_PICTURE_NO_ENCODER, /* none for this codec is installed */
  CAM_PICTURE_NO_SANDBOX, /* the system refuses it, so nothing was decoded */
  CAM_PICTURE_FAILED      /* the encoder gave nothing that can be used */
} CamPictureStatus;

typedef struct {
  uint32_t magic;
  uint16_t version;
  uint16_t status;     /* CamPictureStatus */
  uint32_t unit_bytes; /* 0 unless drawn */
} CamPictureAnswerHead;
