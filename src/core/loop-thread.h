/* A named thread around epoll that also turns its own GMainContext: watches, timers, posts, work at the end of a dispatch.
 * It knows nothing of cameras and readers; whoever lives on it brings the meaning.
 * Thread: each function says. Owner: whoever made it; ends it with quit, then join. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/loop-beat.h"

typedef struct CamLoopThread CamLoopThread;
typedef struct CamLoopWatch CamLoopWatch;
typedef struct CamLoopTimer CamLoopTimer;

typedef void (*CamLoopFunc) (gpointer data);
typedef void (*CamLoopWatchFunc) (gpointer data, uint32_t events /* EPOLLIN … */);

#define CAM_ASSERT_ON(loop) g_assert (cam_loop_thread_is_current (loop))

/* Starts a thread called @name (15 characters at most). Errors: G_THREAD_ERROR, G_FILE_ERROR (no epoll or eventfd). */
CamLoopThread *cam_loop_thread_new (const char *name, GError **error);

/* Any thread. Runs @func (@data) on the loop, in order of posting; @destroy (nullable) is called after it, or when the loop
 * quits first: the latter on the loop's thread while it ends, or in the caller when the loop has ended already (returns false then). */
bool cam_loop_thread_post (CamLoopThread *self, CamLoopFunc func, gpointer data, GDestroyNotify destroy);

/* Any thread. True in the loop's own thread. */
bool cam_loop_thread_is_current (const CamLoopThread *self);

/* Any thread. The context that the loop turns, for GIO. (transfer none) */
GMainContext *cam_loop_thread_get_context (CamLoopThread *self);

/* On the loop. Time of the current dispatch in CLOCK_MONOTONIC µs: one reading a turn. */
int64_t cam_loop_thread_now_us (const CamLoopThread *self);

/* On the loop. Bytes for whatever runs now, until it returns to the loop: buffers that each of many would need for a moment only, and which are in the
 * cache when it is always the same one. */
#define CAM_LOOP_SCRATCH_BYTES ((size_t) 512 * 1024)
uint8_t *cam_loop_thread_get_scratch (CamLoopThread *self);

/* On the loop. Calls @func after the events of the current turn were dispatched, once, however often it is asked for in that
 * turn with the same @func and @data; from within a deferred call: still in this turn. */
void cam_loop_thread_defer (CamLoopThread *self, CamLoopFunc func, gpointer data);

/* On the loop. Forgets a deferred call that has not run yet; for owners that go away. */
void cam_loop_thread_cancel_deferred (CamLoopThread *self, CamLoopFunc func, gpointer data);

/* Any thread, twice is fine. Asks the thread to end after the posts it has. */
void cam_loop_thread_quit (CamLoopThread *self);

/* Not on the loop. Waits at most @timeout_us for the thread's end, then joins and frees it: true. At the deadline: false, and
 * the loop stays valid and owned by the caller, who may ask again or leave it be (never freed under a running thread). */
bool cam_loop_thread_join (CamLoopThread *self, int64_t timeout_us);

/* Any thread, one asker. The longest turn since it was asked last, in µs; for the status. */
int64_t cam_loop_thread_take_worst_turn_us (CamLoopThread *self);

/* Any thread. Struck each turn: five times a second at least, unless something holds the loop. (transfer none) */
const CamLoopBeat *cam_loop_thread_get_beat (const CamLoopThread *self);

/* On the loop. Watches @fd (borrowed, the watch must go first) for @events (EPOLLIN, EPOLLOUT; level-triggered, EPOLLHUP and
 * EPOLLERR always). NULL when epoll refuses. */
CamLoopWatch *cam_loop_watch_new (CamLoopThread *loop, int fd, uint32_t events, CamLoopWatchFunc func, gpointer data);
void cam_loop_watch_set_events (CamLoopWatch *self, uint32_t events);

/* On the loop, NULL is fine, also from within any callback of the same turn: @func is not called again. */
void cam_loop_watch_free (CamLoopWatch *self);

/* On the loop. A timer that is not armed. */
CamLoopTimer *cam_loop_timer_new (CamLoopThread *loop, CamLoopFunc func, gpointer data);

/* On the loop. Calls the timer's func once when CLOCK_MONOTONIC reaches @due_us; replaces what was armed. INT64_MAX disarms. */
void cam_loop_timer_arm (CamLoopTimer *self, int64_t due_us);
void cam_loop_timer_free (CamLoopTimer *self); /* NULL is fine, also from within its func */
