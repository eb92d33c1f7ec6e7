/* The header of an AC-3 frame (ETSI TS 102 366, 4.3 and 4.4.1 to 4.4.2): how long the frame is, in bytes and time. E-AC-3 is another codec.
 * Thread: pure. Owner: values. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CAM_AC3_HEADER_BYTES 8
#define CAM_AC3_FRAME_SAMPLES 1536
#define CAM_AC3_MOST_FRAME_BYTES 3840

typedef struct {
  uint32_t sample_rate; /* Hz */
  uint8_t channels;     /* with that of low frequencies */
  size_t bytes;         /* of the frame, header included */
} CamAc3Frame;

/* False: no header, or reserved numbers in it. */
bool cam_ac3_read (const uint8_t *data, size_t size, CamAc3Frame *ret_frame);
