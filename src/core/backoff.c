#include "core/backoff.h"

#include <glib.h>

/* span · random / 2^32 without an intermediate of more than 64 bits. */
static int64_t
scale (int64_t span, uint32_t random)
{
  uint64_t whole = (uint64_t) span;
  return (int64_t) ((whole >> 32) * random + (((whole & UINT32_MAX) * random) >> 32));
}

static int64_t
bound_us (const CamBackoff *self)
{
  int64_t longest_us = MAX (self->longest_us, 1);
  int64_t bound = CLAMP (self->shortest_us, 1, longest_us);
  for (unsigned doublings = self->failures - 1; doublings > 0 && bound < longest_us; doublings--)
    bound = bound > longest_us / 2 ? longest_us : bound * 2;
  return bound;
}

static int64_t
count_failure (CamBackoff *self)
{
  if (self->failures < UINT32_MAX)
    self->failures++;
  return bound_us (self);
}

int64_t
cam_backoff_next_us (CamBackoff *self, uint32_t random)
{
  int64_t bound = count_failure (self);
  return bound - scale (bound, random);
}

int64_t
cam_backoff_next_patient_us (CamBackoff *self, uint32_t random)
{
  int64_t bound = count_failure (self);
  int64_t least = CLAMP (self->shortest_us, 1, bound);
  return bound - scale (bound - least, random);
}

void
cam_backoff_reset (CamBackoff *self)
{
  self->failures = 0;
}
