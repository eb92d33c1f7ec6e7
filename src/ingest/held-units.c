#include "ingest/held-units.h"

#define MOST_UNITS 1024
#define MOST_BYTES ((size_t) 16 * 1024 * 1024)

struct CamHeldUnits {
  GArray *units; /* of CamAccessUnit, owned */
  size_t bytes;
};

static void
clear_unit (gpointer unit)
{
  cam_access_unit_clear (unit);
}

CamHeldUnits *
cam_held_units_new (void)
{
  CamHeldUnits *self = g_new0 (CamHeldUnits, 1);
  self->units = g_array_new (FALSE, FALSE, sizeof (CamAccessUnit));
  g_array_set_clear_func (self->units, clear_unit);
  return self;
}

void
cam_held_units_free (CamHeldUnits *self)
{
  if (self == NULL)
    return;
  g_array_unref (self->units);
  g_free (self);
}

void
cam_held_units_drop (CamHeldUnits *self)
{
  g_array_set_size (self->units, 0);
  self->bytes = 0;
}

bool
cam_held_units_add (CamHeldUnits *self, CamAccessUnit unit)
{
  const size_t size = unit.payload->size;
  if (unit.track == CAM_TRACK_VIDEO && unit.is_key)
    cam_held_units_drop (self);
  const bool fits = self->units->len < MOST_UNITS && self->bytes + size <= MOST_BYTES;
  if (!fits)
    cam_held_units_drop (self);
  if (!fits && unit.track == CAM_TRACK_VIDEO) {
    cam_access_unit_clear (&unit);
    return false;
  }
  g_array_append_val (self->units, unit);
  self->bytes += size;
  return fits;
}

unsigned
cam_held_units_get_count (const CamHeldUnits *self)
{
  return self->units->len;
}

const CamAccessUnit *
cam_held_units_get (const CamHeldUnits *self, unsigned index)
{
  return &g_array_index (self->units, CamAccessUnit, index);
}
