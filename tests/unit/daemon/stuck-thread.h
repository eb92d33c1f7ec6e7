/* A thread that is stuck in a function of its own until it is let go. */
#pragma once

#include <glib.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <unistd.h>

#include "core/loop-beat.h"

typedef struct {
  CamLoopBeat beat;
  atomic_bool is_free;
  atomic_int stuck_at; /* its id, as soon as it is stuck */
  GThread *thread;
} StuckThread;

/* Not inlined: its name's address is looked for in the stack. */
__attribute__ ((noinline)) static void
be_stuck_here (StuckThread *self)
{
  atomic_store (&self->stuck_at, gettid ());
  while (!atomic_load (&self->is_free))
    g_usleep (1000);
}

static gpointer
run_stuck (gpointer data)
{
  StuckThread *self = data;
  cam_loop_beat_begin (&self->beat);
  cam_loop_beat_strike (&self->beat, 1);
  be_stuck_here (self);
  cam_loop_beat_strike (&self->beat, 2);
  return NULL;
}

static inline void
stuck_thread_start (StuckThread *self)
{
  self->thread = g_thread_new ("stuck", run_stuck, self);
  while (atomic_load (&self->stuck_at) == 0)
    g_thread_yield ();
}

static inline void
stuck_thread_end (StuckThread *self)
{
  atomic_store (&self->is_free, true);
  g_thread_join (self->thread);
}
