/* Bits of plain bytes, most significant first, as MPEG-4 audio has them; NAL units have an escape and a reader of their own (bit-reader).
 * Reading past the end gives zeros and is remembered, so that callers check once, at the end.
 * Thread: pure. Owner: the caller's stack. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
  const uint8_t *data; /* borrowed */
  size_t size;         /* bits */
  size_t position;     /* bits */
  bool failed;         /* something was read that is not there */
} CamBitCursor;

/* @size: bytes. */
CamBitCursor cam_bit_cursor_new (const uint8_t *data, size_t size);

uint32_t cam_bit_cursor_read (CamBitCursor *self, unsigned bits); /* at most 32 */
void cam_bit_cursor_skip (CamBitCursor *self, size_t bits);
size_t cam_bit_cursor_left (const CamBitCursor *self); /* bits */

/* Copies the next @bits to @out from its first byte on, the last byte filled up with zeros. False, and nothing written, when there are
 * fewer left. */
bool cam_bit_cursor_copy (CamBitCursor *self, size_t bits, uint8_t *out);
