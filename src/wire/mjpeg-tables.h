/* The tables of ISO 10918-1, annex K, that every baseline JPEG of a camera is made with.
 * Thread: any, constants. Owner: constants. */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Tables K.1 and K.2, in zigzag order: what quality 50 quantizes luma and chroma with. */
extern const uint8_t cam_mjpeg_quantizers[2][64];

typedef struct {
  uint8_t id;         /* as in DHT: class in the upper half, 0 DC, 1 AC; destination in the lower one, 0 luma, 1 chroma */
  uint8_t counts[16]; /* codes of each length */
  uint8_t n_values;
  const uint8_t *values;
} CamMjpegHuffmanTable;

/* Tables K.3 to K.6, in the order of RFC 2435, appendix B. */
extern const CamMjpegHuffmanTable cam_mjpeg_huffman_tables[4];
