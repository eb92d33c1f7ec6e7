/* The idr_pic_id of H.264 slices (ISO 14496-10, 7.4.3): where it stands, and the same slice with another one. It is an Exp-Golomb code within
 * the slice header, so another value may take another number of bits. Only values are chosen whose codes differ in length by whole bytes:
 * then all behind it stays as it is, bits, alignment and the arithmetic coder's bytes alike, and nothing more of the header need be understood.
 * Thread: pure. Owner: values; slices are borrowed. */
#pragma once

#include <glib.h>

#include "wire/bit-reader.h"
#include "wire/h264.h"

#define CAM_H264_IDR_IDS 2

/* Of one slice. */
typedef struct {
  bool is_idr;         /* else only what is before the id was read, and is_field */
  bool is_field;       /* the slice of a single field */
  bool is_bottom_field;
  uint32_t id;         /* idr_pic_id */
  CamBitReader before; /* where the id's code begins, and where it ends; borrows the slice */
  CamBitReader after;
} CamH264IdrPlace;

/* The picture parameter set that a slice names; false when it ends before that. */
bool cam_h264_read_slice_pps_id (const uint8_t *nal, size_t size, uint8_t *ret_id);

/* Reads the slice @nal as far as needed, by its @sps. False: no slice, one that ends early, an id that cannot be, or an IDR slice that is not
 * intra coded (nothing in @ret_place). */
bool cam_h264_find_idr_id (const uint8_t *nal, size_t size, const CamH264Sps *sps, CamH264IdrPlace *ret_place);

/* Two ids that can stand for @id: neither is @id, both are beyond what cameras count up to, and each has a code of a fitting length. */
void cam_h264_choose_idr_ids (uint32_t id, uint32_t ret_ids[CAM_H264_IDR_IDS]);

/* Appends the slice that @place was found in to @out, with @id, one of those chosen for its own. False: it ends too early (then @out has
 * rubbish behind what it had). */
bool cam_h264_append_with_idr_id (GByteArray *out, const CamH264IdrPlace *place, uint32_t id);
