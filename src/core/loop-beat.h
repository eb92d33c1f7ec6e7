/* A sign of life of a thread that goes round: when it last did, and which thread that is. Whoever looks at it decides what silence means.
 * Thread: strike the thread itself, the rest any. Owner: whose beat it is. */
#pragma once

#include <stdatomic.h>
#include <stdint.h>

typedef struct {
  _Atomic int64_t at_us; /* CLOCK_MONOTONIC; 0: never yet */
  atomic_int thread;     /* as gettid(2) says; 0: none yet */
} CamLoopBeat;

/* Once, by the thread that will strike it. */
void cam_loop_beat_begin (CamLoopBeat *self);

static inline void
cam_loop_beat_strike (CamLoopBeat *self, int64_t now_us)
{
  atomic_store_explicit (&self->at_us, now_us, memory_order_relaxed);
}

static inline int64_t
cam_loop_beat_get_us (const CamLoopBeat *self)
{
  return atomic_load_explicit (&self->at_us, memory_order_relaxed);
}

static inline int
cam_loop_beat_get_thread (const CamLoopBeat *self)
{
  return atomic_load_explicit (&self->thread, memory_order_relaxed);
}
