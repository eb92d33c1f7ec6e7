/* NAL units, as H.264 and H.265 have in common: how they stand in a unit's payload, and what can be told of one.
 * What each type means is in h264.h and h265.h.
 * Thread: pure. Owner: values. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* In front of each NAL unit of a payload (media/codec.h). */
#define CAM_NAL_LENGTH_BYTES 4

/* In the last header byte of a fragment, with the NAL unit's type (RFC 6184, 5.8; RFC 7798, 4.4.3). */
#define CAM_NAL_FU_START 0x80
#define CAM_NAL_FU_END 0x40

typedef enum {
  CAM_NAL_BAD,           /* forbidden bit, a type that cannot stand in a stream, or too short to be what it says */
  CAM_NAL_SLICE,         /* coded picture data */
  CAM_NAL_DELIMITER,     /* access unit delimiter */
  CAM_NAL_PARAMETER_SET, /* see set_kind, set_id */
  CAM_NAL_OTHER          /* SEI, filler, end of sequence, … */
} CamNalRole;

typedef struct {
  CamNalRole role;
  bool starts_picture;    /* after a slice of one picture, this begins the next one (H.264, 7.4.1.2.3; H.265, 7.4.2.4.4) */
  bool is_key;            /* a slice of an IDR or IRAP picture */
  bool is_recovery_point; /* SEI: the picture it stands before is right by itself (recovery count 0) */
  unsigned set_kind;      /* 0, 1, 2 in the order in which they refer to each other */
  unsigned set_id;
} CamNalFacts;

/* Walks the NAL units of a payload. */
typedef struct {
  const uint8_t *data; /* borrowed */
  size_t size;         /* bytes left */
} CamNalWalk;

/* The next NAL unit; zero-length ones are passed over. False at the end, or at a length that lies. */
bool cam_nal_walk_next (CamNalWalk *walk, const uint8_t **ret_nal, size_t *ret_size);

void cam_nal_write_length (uint8_t *out, size_t size); /* CAM_NAL_LENGTH_BYTES at @out */

/* @nal without the start code that some cameras leave before it (ISO 14496-10, annex B). Returns the bytes to pass over: 0, 3 or 4. */
size_t cam_nal_start_code_length (const uint8_t *data, size_t size);

/* Whether an SEI NAL unit, its header of @header_bytes in front, has a recovery point with count 0 (H.264, D.2.8; H.265, D.3.8). */
bool cam_nal_has_recovery_point (const uint8_t *nal, size_t size, size_t header_bytes);
