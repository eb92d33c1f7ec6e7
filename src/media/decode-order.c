#include "media/decode-order.h"

#include <glib.h>
#include <string.h>

void
cam_decode_order_init (CamDecodeOrder *self, int64_t floor_ns)
{
  *self = (CamDecodeOrder){.last_ns = floor_ns};
  for (unsigned i = 0; i < G_N_ELEMENTS (self->recent); i++)
    self->recent[i] = INT64_MIN;
}

/* How many of the last pictures are presented after this one. */
static unsigned
count_later (CamDecodeOrder *self, int64_t pts_ns)
{
  unsigned later = 0;
  for (unsigned i = 0; i < G_N_ELEMENTS (self->recent); i++)
    later += self->recent[i] > pts_ns;
  self->recent[self->next_recent] = pts_ns;
  self->next_recent = (self->next_recent + 1) % G_N_ELEMENTS (self->recent);
  return MIN (later, CAM_DECODE_ORDER_DEPTH);
}

static void
insert (CamDecodeOrder *self, int64_t pts_ns)
{
  unsigned at = self->n_waiting;
  while (at > 0 && self->waiting[at - 1] > pts_ns) {
    self->waiting[at] = self->waiting[at - 1];
    at--;
  }
  self->waiting[at] = pts_ns;
  self->n_waiting++;
}

static int64_t
pop_smallest (CamDecodeOrder *self)
{
  int64_t smallest = self->waiting[0];
  self->n_waiting--;
  memmove (self->waiting, self->waiting + 1, self->n_waiting * sizeof self->waiting[0]);
  return smallest;
}

int64_t
cam_decode_order_next (CamDecodeOrder *self, int64_t *pts_ns, int64_t earliest_ns)
{
  unsigned later = count_later (self, *pts_ns);
  self->depth = MAX (self->depth, later);
  int64_t lowest = self->last_ns + CAM_DECODE_ORDER_TICK_NS;
  *pts_ns = MAX (*pts_ns, lowest);
  if (self->seen == 0)
    for (unsigned i = CAM_DECODE_ORDER_DEPTH; i > 0; i--)
      insert (self, *pts_ns - (int64_t) i * CAM_DECODE_ORDER_TICK_NS);
  if (self->seen < CAM_DECODE_ORDER_SETTLE)
    self->seen++;
  unsigned depth = self->seen < CAM_DECODE_ORDER_SETTLE ? CAM_DECODE_ORDER_DEPTH : self->depth;
  insert (self, *pts_ns);
  int64_t dts_ns = lowest;
  while (self->n_waiting > depth)
    dts_ns = pop_smallest (self);
  self->last_ns = CLAMP (MAX (dts_ns, earliest_ns), lowest, *pts_ns);
  return self->last_ns;
}
