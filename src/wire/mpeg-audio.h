/* The header of an MPEG-1, -2 or -2.5 audio frame (ISO 11172-3, 2.4.1.3; ISO 13818-3, 2.4.1.3): how long the frame is, in bytes and time.
 * Thread: pure. Owner: values. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CAM_MPEG_AUDIO_HEADER_BYTES 4

typedef struct {
  unsigned layer; /* 1 to 3 */
  uint32_t sample_rate; /* Hz */
  uint8_t channels;
  unsigned samples; /* in the frame, of each channel */
  size_t bytes;     /* of the frame, header included */
} CamMpegAudioFrame;

/* False: no header, or the free format, whose length it does not tell. */
bool cam_mpeg_audio_read (const uint8_t *data, size_t size, CamMpegAudioFrame *ret_frame);
