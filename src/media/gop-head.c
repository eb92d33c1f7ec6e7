#include "media/gop-head.h"

struct CamGopHead {
  size_t max_bytes;
  unsigned max_units;
  size_t bytes;
  GArray *units; /* of CamAccessUnit, owned */
};

static void
clear_unit (gpointer data)
{
  cam_access_unit_clear (data);
}

CamGopHead *
cam_gop_head_new (size_t max_bytes, unsigned max_units)
{
  CamGopHead *self = g_new0 (CamGopHead, 1);
  self->max_bytes = max_bytes;
  self->max_units = max_units;
  self->units = g_array_new (FALSE, FALSE, sizeof (CamAccessUnit));
  g_array_set_clear_func (self->units, clear_unit);
  return self;
}

void
cam_gop_head_free (CamGopHead *self)
{
  if (self == NULL)
    return;
  g_array_unref (self->units);
  g_free (self);
}

void
cam_gop_head_clear (CamGopHead *self)
{
  g_array_set_size (self->units, 0);
  self->bytes = 0;
}

void
cam_gop_head_add (CamGopHead *self, const CamAccessUnit *unit)
{
  if (unit->track != CAM_TRACK_VIDEO)
    return;
  if (unit->is_key)
    cam_gop_head_clear (self);
  else if (self->units->len == 0)
    return;
  if (self->units->len >= self->max_units || unit->payload->size > self->max_bytes - self->bytes) {
    cam_gop_head_clear (self);
    return;
  }
  CamAccessUnit copy = cam_access_unit_copy (unit);
  g_array_append_val (self->units, copy);
  self->bytes += unit->payload->size;
}

unsigned
cam_gop_head_get_length (const CamGopHead *self)
{
  return self->units->len;
}

size_t
cam_gop_head_get_bytes (const CamGopHead *self)
{
  return self->bytes;
}

const CamAccessUnit *
cam_gop_head_get (const CamGopHead *self, unsigned index)
{
  g_assert (index < self->units->len);
  return &g_array_index (self->units, CamAccessUnit, index);
}
