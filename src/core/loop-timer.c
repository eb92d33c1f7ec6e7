#include "core/loop-thread-private.h"

#define NOT_ARMED UINT_MAX

struct CamLoopTimer {
  CamLoopThread *loop; /* borrowed: outlives its timers */
  CamLoopFunc func;
  gpointer data;  /* borrowed */
  unsigned place; /* in the heap, or NOT_ARMED */
};

/* What is compared stands in the heap itself: to look at hundreds of timers for it would cost more than all else that arming does. */
typedef struct {
  int64_t due_us;
  uint64_t sequence;
  CamLoopTimer *timer; /* borrowed: its owner disarms it before it frees it */
} Slot;

static Slot *
get_slot (const GArray *heap, unsigned place)
{
  return &g_array_index (heap, Slot, place);
}

static bool
is_before (const Slot *a, const Slot *b)
{
  return a->due_us != b->due_us ? a->due_us < b->due_us : a->sequence < b->sequence;
}

static void
put (GArray *heap, unsigned place, Slot slot)
{
  *get_slot (heap, place) = slot;
  slot.timer->place = place;
}

/* @slot belongs at @place or above. */
static void
sift_up (GArray *heap, unsigned place, Slot slot)
{
  while (place > 0 && is_before (&slot, get_slot (heap, (place - 1) / 2))) {
    put (heap, place, *get_slot (heap, (place - 1) / 2));
    place = (place - 1) / 2;
  }
  put (heap, place, slot);
}

/* @slot belongs at @place or below. */
static void
sift_down (GArray *heap, unsigned place, Slot slot)
{
  for (unsigned child = 2 * place + 1; child < heap->len; child = 2 * place + 1) {
    if (child + 1 < heap->len && is_before (get_slot (heap, child + 1), get_slot (heap, child)))
      child++;
    if (!is_before (get_slot (heap, child), &slot))
      break;
    put (heap, place, *get_slot (heap, child));
    place = child;
  }
  put (heap, place, slot);
}

static void
disarm (CamLoopTimer *timer)
{
  if (timer->place == NOT_ARMED)
    return;
  GArray *heap = timer->loop->timers.heap;
  Slot last = *get_slot (heap, heap->len - 1);
  g_array_set_size (heap, heap->len - 1);
  if (last.timer != timer) {
    sift_up (heap, timer->place, last);
    sift_down (heap, last.timer->place, last);
  }
  timer->place = NOT_ARMED;
}

CamLoopTimer *
cam_loop_timer_new (CamLoopThread *loop, CamLoopFunc func, gpointer data)
{
  CAM_ASSERT_ON (loop);
  CamLoopTimer *self = g_new0 (CamLoopTimer, 1);
  *self = (CamLoopTimer){.loop = loop, .func = func, .data = data, .place = NOT_ARMED};
  return self;
}

void
cam_loop_timer_arm (CamLoopTimer *self, int64_t due_us)
{
  CAM_ASSERT_ON (self->loop);
  CamLoopTimers *timers = &self->loop->timers;
  /* While timers fire, a due time in the past would be served in this very turn, again and again. */
  int64_t when_us = timers->is_firing ? MAX (due_us, self->loop->now_us + 1) : due_us;
  if (self->place != NOT_ARMED && get_slot (timers->heap, self->place)->due_us == when_us)
    return;
  disarm (self);
  if (due_us == INT64_MAX)
    return;
  g_array_set_size (timers->heap, timers->heap->len + 1);
  sift_up (timers->heap, timers->heap->len - 1, (Slot){.due_us = when_us, .sequence = timers->sequence++, .timer = self});
}

void
cam_loop_timer_free (CamLoopTimer *self)
{
  if (self == NULL)
    return;
  CAM_ASSERT_ON (self->loop);
  disarm (self);
  g_free (self);
}

void
cam_loop_timers_init (CamLoopTimers *self)
{
  self->heap = g_array_new (FALSE, FALSE, sizeof (Slot));
}

void
cam_loop_timers_clear (CamLoopTimers *self)
{
  g_clear_pointer (&self->heap, g_array_unref);
}

int64_t
cam_loop_timers_next_due_us (const CamLoopTimers *self)
{
  return self->heap->len == 0 ? INT64_MAX : get_slot (self->heap, 0)->due_us;
}

void
cam_loop_timers_fire (CamLoopThread *loop)
{
  CamLoopTimers *self = &loop->timers;
  self->is_firing = true;
  while (cam_loop_timers_next_due_us (self) <= loop->now_us) {
    CamLoopTimer *timer = get_slot (self->heap, 0)->timer;
    disarm (timer);
    timer->func (timer->data); /* may free the timer */
  }
  self->is_firing = false;
}
