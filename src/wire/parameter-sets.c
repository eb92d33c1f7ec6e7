#include "wire/parameter-sets.h"

#include <string.h>

#include "wire/nal-units.h"

#include "camrelay/limits.h"

static void
clear_set (gpointer data)
{
  CamParameterSet *set = data;
  g_bytes_unref (set->nal);
}

void
cam_parameter_sets_init (CamParameterSets *self)
{
  *self = (CamParameterSets){.sets = g_array_new (FALSE, FALSE, sizeof (CamParameterSet))};
  g_array_set_clear_func (self->sets, clear_set);
}

void
cam_parameter_sets_clear (CamParameterSets *self)
{
  g_clear_pointer (&self->sets, g_array_unref);
}

static CamParameterSet *
set_at (const CamParameterSets *self, unsigned index)
{
  return &g_array_index (self->sets, CamParameterSet, index);
}

/* Where @kind and @id are, or belong. */
static unsigned
find_place (const CamParameterSets *self, unsigned kind, unsigned id)
{
  unsigned place = 0;
  while (place < self->sets->len &&
         (set_at (self, place)->kind < kind || (set_at (self, place)->kind == kind && set_at (self, place)->id < id)))
    place++;
  return place;
}

static bool
is_at (const CamParameterSets *self, unsigned place, unsigned kind, unsigned id)
{
  return place < self->sets->len && set_at (self, place)->kind == kind && set_at (self, place)->id == id;
}

static bool
is_same (GBytes *bytes, const uint8_t *nal, size_t size)
{
  return g_bytes_get_size (bytes) == size && memcmp (g_bytes_get_data (bytes, NULL), nal, size) == 0;
}

bool
cam_parameter_sets_put (CamParameterSets *self, unsigned kind, unsigned id, const uint8_t *nal, size_t size)
{
  g_assert (kind < G_N_ELEMENTS (self->n_of_kind));
  if (size == 0 || size > CAM_LIMIT_PARAMETER_SET_BYTES)
    return false;
  unsigned place = find_place (self, kind, id);
  if (is_at (self, place, kind, id)) {
    CamParameterSet *set = set_at (self, place);
    if (is_same (set->nal, nal, size))
      return false;
    g_bytes_unref (set->nal);
    set->nal = g_bytes_new (nal, size);
    return true;
  }
  if (self->n_of_kind[kind] == CAM_LIMIT_PARAMETER_SETS)
    return false;
  self->n_of_kind[kind]++;
  CamParameterSet set = {.kind = kind, .id = id, .nal = g_bytes_new (nal, size)};
  g_array_insert_val (self->sets, place, set);
  return true;
}

GBytes *
cam_parameter_sets_get (const CamParameterSets *self, unsigned kind, unsigned id)
{
  unsigned place = find_place (self, kind, id);
  return is_at (self, place, kind, id) ? set_at (self, place)->nal : NULL;
}

GBytes *
cam_parameter_sets_get_first (const CamParameterSets *self, unsigned kind)
{
  unsigned place = find_place (self, kind, 0);
  return place < self->sets->len && set_at (self, place)->kind == kind ? set_at (self, place)->nal : NULL;
}

bool
cam_parameter_sets_are_complete (const CamParameterSets *self, unsigned n_kinds)
{
  for (unsigned kind = 0; kind < n_kinds; kind++)
    if (self->n_of_kind[kind] == 0)
      return false;
  return true;
}

size_t
cam_parameter_sets_get_size (const CamParameterSets *self)
{
  size_t size = 0;
  for (unsigned i = 0; i < self->sets->len; i++)
    size += CAM_NAL_LENGTH_BYTES + g_bytes_get_size (set_at (self, i)->nal);
  return size;
}

void
cam_parameter_sets_write (const CamParameterSets *self, uint8_t *out)
{
  for (unsigned i = 0; i < self->sets->len; i++) {
    size_t size;
    const uint8_t *nal = g_bytes_get_data (set_at (self, i)->nal, &size);
    cam_nal_write_length (out, size);
    memcpy (out + CAM_NAL_LENGTH_BYTES, nal, size);
    out += CAM_NAL_LENGTH_BYTES + size;
  }
}

GPtrArray *
cam_parameter_sets_to_array (const CamParameterSets *self)
{
  GPtrArray *array = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  for (unsigned i = 0; i < self->sets->len; i++)
    g_ptr_array_add (array, g_bytes_ref (set_at (self, i)->nal));
  return array;
}
