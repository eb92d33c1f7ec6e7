/* The units that one packet finishes, and the one that is growing: one buffer, units in a row, the growing one last.
 * Thread: pure. Owner: a depacketizer. */
#pragma once

#include "media/media-memory.h"

#include <stddef.h>

/* Units that one packet may finish; an RTP packet of 10 ms of Opus or a few AAC frames has less than ten. */
#define CAM_UNIT_QUEUE_MAX 64

typedef struct {
  size_t offset;
  size_t size;
  uint32_t rtp_time;
  bool is_key;
  bool is_damaged;
} CamQueuedUnit;

typedef struct {
  CamMediaShare *share; /* ref; NULL: no limit but those of a unit */
  uint8_t *data; /* owned */
  size_t capacity;
  size_t size;  /* bytes in use: finished units, then the growing one */
  size_t begun; /* where the growing unit starts */
  CamQueuedUnit units[CAM_UNIT_QUEUE_MAX];
  unsigned n_units;
  unsigned n_taken;
} CamUnitQueue;

void cam_unit_queue_clear (CamUnitQueue *self); /* frees what it holds and leaves it empty */

/* At first: a buffer of more than 256 KiB comes out of @share, and lasts no longer than the units in it. */
void cam_unit_queue_set_share (CamUnitQueue *self, CamMediaShare *share);

/* Forgets the finished units, taken or not, and moves the growing one to the front: once before each packet. */
void cam_unit_queue_turn (CamUnitQueue *self);

/* Makes the growing unit @size bytes longer and returns where they are, to be written by the caller at once; the address is good until
 * the next call. NULL when the unit would be over CAM_LIMIT_UNIT_BYTES, or the share has not so much: nothing is changed then. */
uint8_t *cam_unit_queue_extend (CamUnitQueue *self, size_t size);
bool cam_unit_queue_append (CamUnitQueue *self, const uint8_t *data, size_t size); /* the same with a copy of @data */

/* The growing unit, and its bytes (NULL when there is none). */
static inline size_t
cam_unit_queue_growing_size (const CamUnitQueue *self)
{
  return self->size - self->begun;
}

static inline uint8_t *
cam_unit_queue_growing_data (CamUnitQueue *self)
{
  return self->data == NULL ? NULL : self->data + self->begun;
}

/* Cuts the growing unit to its first @size bytes: 0 drops it. */
void cam_unit_queue_cut (CamUnitQueue *self, size_t size);

/* The growing unit is whole. False when it is empty (nothing happens) or when CAM_UNIT_QUEUE_MAX are there already (it is dropped). */
bool cam_unit_queue_finish (CamUnitQueue *self, uint32_t rtp_time, bool is_key, bool is_damaged);

/* The next finished unit, oldest first; NULL when there is none. Its bytes are at data + offset, until the next turn or extension. */
const CamQueuedUnit *cam_unit_queue_take (CamUnitQueue *self);
