/* Opus packets in MPEG-TS: the control header in front of each (the Opus-in-TS draft of 2014 that ffmpeg and ETSI TS 103 491 follow), and
 * how long one lasts (RFC 6716, 3.1).
 * Thread: pure. Owner: values. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Of a packet of @size bytes: prefix, then the size in bytes of 255 and a rest. */
#define CAM_TS_OPUS_HEADER_BYTES(size) (2 + (size) / 255 + 1)

typedef struct {
  size_t header_bytes;
  size_t bytes; /* of the packet behind it */
} CamTsOpusFrame;

typedef enum {
  CAM_TS_OPUS_READ,
  CAM_TS_OPUS_SHORT, /* the header goes on behind @size */
  CAM_TS_OPUS_BAD
} CamTsOpusVerdict;

CamTsOpusVerdict cam_ts_opus_read (const uint8_t *data, size_t size, CamTsOpusFrame *ret_frame);

/* The header for a packet of @packet_bytes. Bytes written: CAM_TS_OPUS_HEADER_BYTES. */
size_t cam_ts_opus_write (size_t packet_bytes, uint8_t *out);

/* Samples of 48 kHz in a packet; 0: it is none. */
unsigned cam_opus_count_samples (const uint8_t *packet, size_t size);
