#include "wire/unit-queue.h"

#include <string.h>

#include "camrelay/limits.h"

#define FIRST_CAPACITY 16384
/* What a buffer keeps from unit to unit, and has without asking: nearly every picture fits. */
#define OWN_CAPACITY ((size_t) 256 * 1024)

static size_t
get_charge (size_t capacity)
{
  return capacity - MIN (capacity, OWN_CAPACITY);
}

static void
release_data (CamUnitQueue *self)
{
  if (self->share != NULL)
    cam_media_share_give (self->share, get_charge (self->capacity));
  g_clear_pointer (&self->data, g_free);
  self->capacity = 0;
}

void
cam_unit_queue_clear (CamUnitQueue *self)
{
  release_data (self);
  cam_media_share_unref (self->share);
  *self = (CamUnitQueue){0};
}

void
cam_unit_queue_set_share (CamUnitQueue *self, CamMediaShare *share)
{
  g_assert (self->data == NULL && self->share == NULL);
  self->share = cam_media_share_ref (share);
}

void
cam_unit_queue_turn (CamUnitQueue *self)
{
  self->n_units = 0;
  self->n_taken = 0;
  size_t growing = self->size - self->begun;
  if (growing == 0 && self->capacity > OWN_CAPACITY)
    release_data (self);
  if (self->begun == 0)
    return;
  if (growing > 0)
    memmove (self->data, self->data + self->begun, growing);
  self->begun = 0;
  self->size = growing;
}

/* Even for nothing there is a place: a unit's bytes are never NULL. False: the share has not so much. */
static bool
make_room (CamUnitQueue *self, size_t needed)
{
  if (self->data != NULL && needed <= self->capacity)
    return true;
  size_t capacity = MAX (self->capacity, FIRST_CAPACITY);
  while (capacity < needed)
    capacity *= 2;
  if (self->share != NULL && !cam_media_share_take (self->share, get_charge (capacity) - get_charge (self->capacity))) {
    cam_media_share_count_refusal (self->share);
    return false;
  }
  self->data = g_realloc (self->data, capacity);
  self->capacity = capacity;
  return true;
}

uint8_t *
cam_unit_queue_extend (CamUnitQueue *self, size_t size)
{
  if (size > CAM_LIMIT_UNIT_BYTES - (self->size - self->begun))
    return NULL;
  if (!make_room (self, self->size + size))
    return NULL;
  uint8_t *data = self->data + self->size;
  self->size += size;
  return data;
}

bool
cam_unit_queue_append (CamUnitQueue *self, const uint8_t *data, size_t size)
{
  uint8_t *copy = cam_unit_queue_extend (self, size);
  if (copy == NULL)
    return false;
  if (size > 0)
    memcpy (copy, data, size);
  return true;
}

void
cam_unit_queue_cut (CamUnitQueue *self, size_t size)
{
  g_assert (size <= self->size - self->begun);
  self->size = self->begun + size;
}

bool
cam_unit_queue_finish (CamUnitQueue *self, uint32_t rtp_time, bool is_key, bool is_damaged)
{
  size_t size = self->size - self->begun;
  if (size == 0)
    return false;
  if (self->n_units == CAM_UNIT_QUEUE_MAX) {
    cam_unit_queue_cut (self, 0);
    return false;
  }
  self->units[self->n_units++] = (CamQueuedUnit){
      .offset = self->begun,
      .size = size,
      .rtp_time = rtp_time,
      .is_key = is_key,
      .is_damaged = is_damaged,
  };
  self->begun = self->size;
  return true;
}

const CamQueuedUnit *
cam_unit_queue_take (CamUnitQueue *self)
{
  return self->n_taken < self->n_units ? &self->units[self->n_taken++] : NULL;
}
