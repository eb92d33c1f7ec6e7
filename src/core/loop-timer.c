#include "core/loop-thread-private.h"

#define NOT_ARMED UINT_MAX

struct CamLoopTimer {
  CamLoopThread *loop; /* borrowed: outlives its timers */
  CamLoopFunc func;
  gpointer data; /* borrowed */
  int64_t due_us;
  uint64_t sequence;
  unsigned place; /* in the heap, or NOT_ARMED */
};

static bool
is_before (const CamLoopTimer *a, const CamLoopTimer *b)
{
  return a->due_us != b->due_us ? a->due_us < b->due_us : a->sequence < b->sequence;
}

static void
put (GPtrArray *heap, unsigned place, CamLoopTimer *timer)
{
  heap->pdata[place] = timer;
  timer->place = place;
}

static void
sift_up (GPtrArray *heap, CamLoopTimer *timer)
{
  unsigned place = timer->place;
  while (place > 0 && is_before (timer, heap->pdata[(place - 1) / 2])) {
    put (heap, place, heap->pdata[(place - 1) / 2]);
    place = (place - 1) / 2;
  }
  put (heap, place, timer);
}

static void
sift_down (GPtrArray *heap, CamLoopTimer *timer)
{
  unsigned place = timer->place;
  for (unsigned child = 2 * place + 1; child < heap->len; child = 2 * place + 1) {
    if (child + 1 < heap->len && is_before (heap->pdata[child + 1], heap->pdata[child]))
      child++;
    if (!is_before (heap->pdata[child], timer))
      break;
    put (heap, place, heap->pdata[child]);
    place = child;
  }
  put (heap, place, timer);
}

static void
disarm (CamLoopTimer *timer)
{
  if (timer->place == NOT_ARMED)
    return;
  GPtrArray *heap = timer->loop->timers.heap;
  CamLoopTimer *last = heap->pdata[heap->len - 1];
  g_ptr_array_set_size (heap, (int) heap->len - 1);
  if (last != timer) {
    put (heap, timer->place, last);
    sift_up (heap, last);
    sift_down (heap, last);
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
  disarm (self);
  if (due_us == INT64_MAX)
    return;
  /* While timers fire, a due time in the past would be served in this very turn, again and again. */
  self->due_us = timers->is_firing ? MAX (due_us, self->loop->now_us + 1) : due_us;
  self->sequence = timers->sequence++;
  self->place = timers->heap->len;
  g_ptr_array_add (timers->heap, self);
  sift_up (timers->heap, self);
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
  self->heap = g_ptr_array_new ();
}

void
cam_loop_timers_clear (CamLoopTimers *self)
{
  g_clear_pointer (&self->heap, g_ptr_array_unref);
}

int64_t
cam_loop_timers_next_due_us (const CamLoopTimers *self)
{
  return self->heap->len == 0 ? INT64_MAX : ((const CamLoopTimer *) self->heap->pdata[0])->due_us;
}

void
cam_loop_timers_fire (CamLoopThread *loop)
{
  CamLoopTimers *self = &loop->timers;
  self->is_firing = true;
  while (cam_loop_timers_next_due_us (self) <= loop->now_us) {
    CamLoopTimer *timer = self->heap->pdata[0];
    disarm (timer);
    timer->func (timer->data); /* may free the timer */
  }
  self->is_firing = false;
}
