/* The mark that the camera simulator leaves in each picture and the load client finds again: an SEI NAL unit, user data unregistered
 * (ISO 14496-10, D.1.7). It survives relays that pack pictures into packets of their own.
 * Thread: pure. Owner: values. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BENCH_STAMP_NAL_BYTES 52

typedef struct {
  int64_t sent_ns;      /* CLOCK_MONOTONIC of this machine when the picture was sent */
  uint32_t number;      /* of the picture, rising by one for each camera */
  uint32_t slice_bytes; /* of all its slice NAL units, headers included */
} BenchStamp;

/* Writes the whole NAL unit; its text is plain hexadecimal digits, so nothing in it needs emulation prevention. */
void bench_stamp_write (const BenchStamp *self, uint8_t out[BENCH_STAMP_NAL_BYTES]);

/* False: @nal is something else (nothing in @ret_stamp). */
bool bench_stamp_read (const uint8_t *nal, size_t size, BenchStamp *ret_stamp);
