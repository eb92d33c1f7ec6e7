/* Bits and Exp-Golomb numbers of a NAL unit, its emulation prevention bytes passed over (H.264, 7.4.1; H.265, 7.4.2).
 * Reading past the end gives zeros and is remembered, so that callers check once, at the end.
 * Thread: pure. Owner: the caller's stack. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
  const uint8_t *data; /* borrowed */
  size_t size;
  size_t next;     /* index of the byte to be loaded next */
  unsigned zeros;  /* zero bytes in a row before it */
  uint8_t current; /* the byte loaded last */
  unsigned left;   /* its bits not yet given */
  bool failed;     /* something was read that is not there, or no number */
} CamBitReader;

CamBitReader cam_bit_reader_new (const uint8_t *data, size_t size);

uint32_t cam_bit_reader_read (CamBitReader *self, unsigned bits); /* at most 32 */
void cam_bit_reader_skip (CamBitReader *self, unsigned bits);
void cam_bit_reader_skip_bytes (CamBitReader *self, size_t bytes); /* as 8 bits each, wherever in a byte; many cost little */
bool cam_bit_reader_read_flag (CamBitReader *self);

/* ue(v) up to 2^32 - 2, and se(v). A longer code fails. */
uint32_t cam_bit_reader_read_unsigned (CamBitReader *self);
int32_t cam_bit_reader_read_signed (CamBitReader *self);

/* Whether there is anything left beside trailing zeros of the last byte: false at the end and after a failure. */
bool cam_bit_reader_has_bytes (const CamBitReader *self);
