/* A loop for a test, calls on it that the test waits for, and gates that one thread opens for another; every wait has a deadline.
 * Thread: each function says. Owner: the test. */
#pragma once

#include "core/loop-thread.h"

#define DEADLINE_US (20 * G_USEC_PER_SEC)

typedef struct {
  GMutex lock;
  GCond opened;
  bool is_open;
} Gate;

/* Any thread. */
static inline void
open_gate (gpointer data)
{
  Gate *gate = data;
  g_mutex_lock (&gate->lock);
  gate->is_open = true;
  g_cond_signal (&gate->opened);
  g_mutex_unlock (&gate->lock);
}

/* Not on the loop that opens it. */
static inline void
await_gate (Gate *gate)
{
  int64_t deadline_us = g_get_monotonic_time () + DEADLINE_US;
  g_mutex_lock (&gate->lock);
  bool is_in_time = true;
  while (!gate->is_open && is_in_time)
    is_in_time = g_cond_wait_until (&gate->opened, &gate->lock, deadline_us);
  g_assert_true (gate->is_open);
  g_mutex_unlock (&gate->lock);
}

/* The test's thread. Runs @func on @loop and returns when it has run. */
static inline void
call_on (CamLoopThread *loop, CamLoopFunc func, gpointer data)
{
  Gate gate = {.is_open = false};
  g_assert_true (cam_loop_thread_post (loop, func, data, NULL));
  g_assert_true (cam_loop_thread_post (loop, open_gate, &gate, NULL));
  await_gate (&gate);
}

static inline CamLoopThread *
start_loop (void)
{
  g_autoptr (GError) error = NULL;
  CamLoopThread *loop = cam_loop_thread_new ("test-loop", &error);
  g_assert_no_error (error);
  return loop;
}

static inline void
stop_loop (CamLoopThread *loop)
{
  cam_loop_thread_quit (loop);
  g_assert_true (cam_loop_thread_join (loop, DEADLINE_US));
}
