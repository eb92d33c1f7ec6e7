/* JPEG pictures as RTP knows them (RFC 2435): baseline, 4:2:2 or 4:2:0, with the Huffman tables of the standard. Their headers, made and
 * read; the scan between them is never looked into.
 * Thread: pure. Owner: values; what they point to is borrowed. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CAM_MJPEG_TABLE_BYTES 64 /* a quantization table of 8 bits a value, in zigzag order */
#define CAM_MJPEG_TABLES_BYTES (2 * CAM_MJPEG_TABLE_BYTES)
#define CAM_MJPEG_HEADER_MAX 640 /* bytes that cam_mjpeg_write_header () writes at most */
#define CAM_MJPEG_LARGEST 2040   /* pixels of width or height: 255 blocks of 8 */

typedef struct {
  bool has_half_lines;       /* 4:2:0, RTP type 1; else 4:2:2, type 0 */
  uint16_t width;            /* pixels */
  uint16_t height;
  uint16_t restart_interval; /* MCUs; 0: none */
  uint8_t tables[CAM_MJPEG_TABLES_BYTES]; /* quantization: luma, chroma */
} CamMjpegHeader;

/* SOI to SOS of a picture. Returns the bytes written. */
size_t cam_mjpeg_write_header (const CamMjpegHeader *header, uint8_t *out);

/* What a whole picture is made of, and where its scan is. False: it is broken, or not of the kind above. */
bool cam_mjpeg_read (const uint8_t *data, size_t size, CamMjpegHeader *ret_header, const uint8_t **ret_scan, size_t *ret_scan_size);

/* Whether RTP has words for a picture: of the kind above, and no larger than CAM_MJPEG_LARGEST. */
bool cam_mjpeg_can_be_sent (const uint8_t *data, size_t size);

/* The tables of quality @q, 1 to 99 (RFC 2435, appendix A). */
void cam_mjpeg_make_tables (unsigned q, uint8_t tables[CAM_MJPEG_TABLES_BYTES]);
