#include "serve/mount-counters.h"

#include <glib.h>

const double cam_first_picture_bounds_s[CAM_FIRST_PICTURE_BOUNDS] = {0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10};

static uint64_t
get (const _Atomic uint64_t *counter)
{
  return atomic_load_explicit (counter, memory_order_relaxed);
}

/* A negative @n wraps to what it should be. */
static void
add (_Atomic uint64_t *counter, uint64_t n)
{
  atomic_store_explicit (counter, get (counter) + n, memory_order_relaxed);
}

void
cam_mount_counters_note_given (CamMountCounters *self, int64_t units, int64_t bytes)
{
  add (&self->units, (uint64_t) units);
  add (&self->bytes, (uint64_t) bytes);
}

void
cam_mount_counters_note_left_out (CamMountCounters *self, unsigned units)
{
  add (&self->left_out, units);
}

void
cam_mount_counters_note_lagging (CamMountCounters *self, bool is_more)
{
  add (&self->lagging, is_more ? 1 : UINT64_MAX);
}

void
cam_mount_counters_note_first_picture (CamMountCounters *self, int64_t took_us)
{
  double took_s = (double) took_us / G_USEC_PER_SEC;
  unsigned place = 0;
  while (place < CAM_FIRST_PICTURE_BOUNDS && took_s > cam_first_picture_bounds_s[place])
    place++;
  add (&self->first_pictures[place], 1);
  add (&self->first_pictures_us, (uint64_t) MAX (took_us, 0));
}

void
cam_mount_counters_view (const CamMountCounters *self, CamMountView *ret_view)
{
  ret_view->units = get (&self->units);
  ret_view->bytes = get (&self->bytes);
  ret_view->units_left_out = get (&self->left_out);
  ret_view->lagging = (unsigned) get (&self->lagging);
  ret_view->first_pictures.sum_s = (double) get (&self->first_pictures_us) / G_USEC_PER_SEC;
  for (unsigned i = 0; i <= CAM_FIRST_PICTURE_BOUNDS; i++)
    ret_view->first_pictures.counts[i] = get (&self->first_pictures[i]);
}
