/* A frame of sound in an elementary stream: its header, and where it ends. ADTS, LOAS (LATM), MPEG audio, AC-3, and Opus behind control
 * headers.
 * Thread: pure. Owner: values. */
#pragma once

#include "wire/adts.h"
#include "wire/ts-tables.h"

#define CAM_TS_MOST_FRAME_BYTES 65536

typedef struct {
  size_t header_bytes; /* in front, that are no part of the unit */
  size_t bytes;        /* of the whole; 1 to CAM_TS_MOST_FRAME_BYTES */
  unsigned samples;    /* 0: LATM, which says it inside */
  uint32_t sample_rate;
  uint8_t channels;
  uint8_t config[CAM_ADTS_CONFIG_BYTES]; /* AudioSpecificConfig, of ADTS */
} CamTsFrame;

typedef enum {
  CAM_TS_FRAME_READ,
  CAM_TS_FRAME_SHORT, /* more bytes are needed to say */
  CAM_TS_FRAME_BAD
} CamTsFrameVerdict;

/* @stream: one of sound. Opus packets must be here whole for their samples to be known: SHORT until then. */
CamTsFrameVerdict cam_ts_frame_read (const CamTsStream *stream, const uint8_t *data, size_t size, CamTsFrame *ret_frame);
