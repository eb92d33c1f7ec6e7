/* Decoding times for pictures that come in decoding order with their presentation times: how deep the reordering is, is learned.
 * A decoding time is the smallest of the last depth + 1 presentation times; the depth is taken as the deepest possible until enough
 * pictures were seen, so that the first group with B-pictures has right times too.
 * Thread: pure. Owner: embedded by value. */
#pragma once

#include <stdint.h>

#define CAM_DECODE_ORDER_DEPTH 4      /* pictures; deeper reordering is flattened */
#define CAM_DECODE_ORDER_SETTLE 24    /* pictures until the depth is believed */
#define CAM_DECODE_ORDER_TICK_NS 12000 /* least step: just over one tick of 90 kHz */

typedef struct {
  int64_t last_ns; /* of the last picture, or the floor */
  unsigned seen;   /* pictures, up to CAM_DECODE_ORDER_SETTLE */
  unsigned depth;  /* deepest reordering seen */
  unsigned n_waiting;
  int64_t waiting[CAM_DECODE_ORDER_DEPTH + 1]; /* presentation times that were not given out as decoding times yet, rising */
  int64_t recent[2 * CAM_DECODE_ORDER_DEPTH];  /* presentation times of the last pictures, a ring */
  unsigned next_recent;
} CamDecodeOrder;

/* @floor_ns: every decoding time will be above it. */
void cam_decode_order_init (CamDecodeOrder *self, int64_t floor_ns);

/* The decoding time of the next picture: above the last one, at most its presentation time, which is raised where it was too low, and
 * at least @earliest_ns where that is possible. */
int64_t cam_decode_order_next (CamDecodeOrder *self, int64_t *pts_ns, int64_t earliest_ns);
