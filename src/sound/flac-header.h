/* What stands in front of FLAC frames and is none: the stream's header, "fLaC" and its metadata blocks, in one message with frames or in
 * some of their own. Of those only STREAMINFO matters: frames may leave rate, size of samples or of blocks to it. Thread: pure. Owner:
 * embedded by value. Source: RFC 9639, 8. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CAM_FLAC_STREAMINFO_BYTES 34
#define CAM_FLAC_PREAMBLE_BYTES (4 + 4 + CAM_FLAC_STREAMINFO_BYTES)

typedef struct {
  bool is_inside; /* more blocks are to come */
  size_t to_skip; /* bytes of a block that goes on in the next message */
  bool has_preamble;
  uint8_t preamble[CAM_FLAC_PREAMBLE_BYTES]; /* "fLaC" and STREAMINFO alone, as the last block */
} CamFlacHeader;

/* Bytes at the beginning of @data that belong to a header. @ret_is_new: its STREAMINFO was among them, and differs from the one before. */
size_t cam_flac_header_read (CamFlacHeader *self, const uint8_t *data, size_t size, bool *ret_is_new);
