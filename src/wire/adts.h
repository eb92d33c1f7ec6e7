/* The header in front of an AAC frame in MPEG-TS and in files: ADTS (ISO 14496-3, 1.A.2.2; ISO 13818-7, 6.2).
 * Thread: pure. Owner: values. */
#pragma once

#include "wire/aac.h"

#define CAM_ADTS_HEADER_BYTES 7 /* without its optional checksum */
#define CAM_ADTS_CONFIG_BYTES 2
#define CAM_ADTS_MOST_FRAME_BYTES (8191 - CAM_ADTS_HEADER_BYTES)

typedef struct {
  unsigned object_type;  /* 1 to 4 */
  unsigned rate_index;   /* of ISO 14496-3, table 1.18 */
  unsigned channel_code; /* of table 1.19; 0: told in the frame, which nobody sends */
  size_t header_bytes;   /* 7, or 9 with a checksum */
  size_t bytes;          /* of the frame, header included */
} CamAdtsFrame;

/* False: no header, or one of a frame that is no single AAC frame of a known rate. */
bool cam_adts_read (const uint8_t *data, size_t size, CamAdtsFrame *ret_frame);

/* The AudioSpecificConfig that says the same. */
void cam_adts_write_config (const CamAdtsFrame *frame, uint8_t out[CAM_ADTS_CONFIG_BYTES]);

/* What headers for frames of @config begin with. False: one that ADTS has no words for. */
bool cam_adts_from_config (GBytes *config, CamAdtsFrame *ret_frame);

/* The header of a frame of @frame_bytes, at most CAM_ADTS_MOST_FRAME_BYTES. */
void cam_adts_write (const CamAdtsFrame *frame, size_t frame_bytes, uint8_t out[CAM_ADTS_HEADER_BYTES]);
