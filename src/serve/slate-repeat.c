#include "serve/slate-repeat.h"

#include <glib.h>

#define INTERVAL_US INT64_C (40000)
#define MOST_BYTES_A_SECOND INT64_C (1000000)

void
cam_slate_repeat_note (CamSlateRepeat *self, const CamAccessUnit *picture, int64_t now_us)
{
  cam_access_unit_clear (&self->unit);
  if (picture->is_slate)
    self->unit = cam_access_unit_copy (picture);
  self->sent_us = now_us;
}

void
cam_slate_repeat_clear (CamSlateRepeat *self)
{
  cam_access_unit_clear (&self->unit);
}

int64_t
cam_slate_repeat_get_due_us (const CamSlateRepeat *self)
{
  if (self->unit.payload == NULL)
    return INT64_MAX;
  int64_t bytes = (int64_t) self->unit.payload->size;
  return self->sent_us + MAX (INTERVAL_US, bytes * G_USEC_PER_SEC / MOST_BYTES_A_SECOND);
}

CamAccessUnit
cam_slate_repeat_take (CamSlateRepeat *self, int64_t now_us)
{
  g_assert (self->unit.payload != NULL);
  self->sent_us = now_us;
  CamAccessUnit unit = self->unit;
  unit.pts_ns = unit.dts_ns = now_us * 1000;
  return unit;
}
