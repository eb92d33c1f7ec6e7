/* Whether a stream that goes on shows nothing new: time stamps that stand still, or coded pictures that repeat themselves. Noise of a sensor
 * never repeats, so two coded pictures of a living camera differ even where nothing moves.
 * Whether units come at all is stream-pulse's business.
 * Thread: pure. Owner: embedded by value. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "media/codec.h"

#define CAM_FREEZE_RECENT 4 /* pictures of a kind that a new one is compared with: their headers count round in short cycles */

typedef enum
{
  CAM_FREEZE_NONE,
  CAM_FREEZE_STAMPS,  /* the time stamps stand still */
  CAM_FREEZE_PICTURES /* the pictures repeat themselves */
} CamFreeze;

/* How long something has been as it is. */
typedef struct {
  int64_t since_us;
  unsigned repeats; /* units that brought nothing new since then */
} CamStandstill;

typedef struct {
  uint64_t recent[CAM_FREEZE_RECENT]; /* what was in the last pictures; a ring */
  unsigned next;
  CamStandstill standstill;
} CamPictureKind;

typedef struct {
  int64_t timeout_us; /* 0: never frozen */
  CamCodec codec;
  bool has_unit;
  uint32_t rtp_time; /* of the last unit */
  CamStandstill stamps;
  CamPictureKind keys;
  CamPictureKind others;
  CamFreeze found;
} CamStreamFreeze;

/* @codec: of the track that leads, the video if there is one; of sound only the time stamps are looked at. @timeout_us: 0 for never frozen. */
void cam_stream_freeze_begin (CamStreamFreeze *self, int64_t timeout_us, CamCodec codec, int64_t now_us);

/* A whole unit of that track. Damaged ones are not shown to it. */
void cam_stream_freeze_take (CamStreamFreeze *self, uint32_t rtp_time, const uint8_t *data, size_t size, bool is_key, int64_t now_us);

/* What was found with the last unit or before; CAM_FREEZE_NONE until then. */
CamFreeze cam_stream_freeze_get (const CamStreamFreeze *self);
