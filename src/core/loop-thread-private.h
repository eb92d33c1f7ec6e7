/* What the parts of a loop (thread, inbox, watches, timers, deferred calls) know of each other. Only core/loop-*.c include this.
 * Thread: the loop's, but for the inbox. Owner: see core/loop-thread.h. */
#pragma once

#include "core/loop-thread.h"

#include <pthread.h>
#include <stdatomic.h>

typedef struct CamLoopPost CamLoopPost;

/* Posts from any thread. The loop arms it before it sleeps; the first post after that disarms it and writes the eventfd, so any
 * number of posts to a loop that is awake cost no system call. */
typedef struct {
  GMutex lock;
  GCond has_ended_cond;
  CamLoopPost *first; /* owned; under the lock, as all below */
  CamLoopPost *last;  /* borrowed: in the list of first */
  bool is_armed;
  bool is_quitting;
  bool is_closed; /* no more posts are taken */
  bool has_ended; /* the thread touches nothing any more */
} CamLoopInbox;

/* Calls for the end of the turn, in the order in which they were first asked for. */
typedef struct {
  GHashTable *set; /* of Call: the same ones as in the queue, by func and data */
  GQueue queue;    /* of Call, owned */
} CamLoopDeferred;

/* A binary heap, the next due first; each timer knows its place. */
typedef struct {
  GArray *heap;      /* owned; of the slots of armed timers */
  uint64_t sequence; /* equal due times fire in the order of arming */
  bool is_firing;
} CamLoopTimers;

struct CamLoopThread {
  GThread *thread;             /* owned: joined with it */
  _Atomic (pthread_t) self_id; /* 0 until the thread runs */
  int epoll_fd;
  int event_fd;
  CamLoopWatch *event_watch;   /* owned */
  CamLoopWatch *context_watch; /* owned; on wake_up_fd */
  CamLoopWatch *dead_watches;  /* owned; may still be named by events of this turn */
  GMainContext *context;       /* ref */
  GArray *context_fds;         /* of GPollFD; one more than the context has, for the epoll descriptor */
  int wake_up_fd;              /* borrowed: the context's */
  bool is_context_woken;
  uint8_t *scratch; /* owned; NULL until somebody needs it */
  int64_t now_us;
  _Atomic int64_t worst_turn_us;
  CamLoopBeat beat;
  CamLoopInbox inbox;
  CamLoopDeferred deferred;
  CamLoopTimers timers;
};

/* As cam_loop_watch_new (), also before the thread runs. */
CamLoopWatch *cam_loop_watch_add (CamLoopThread *loop, int fd, uint32_t events, CamLoopWatchFunc func, gpointer data);

/* Tells @watch (the pointer in an epoll event) what happened, unless it was freed or wants none of it any more. */
void cam_loop_watch_dispatch (CamLoopWatch *watch, uint32_t events);

/* Frees the watches that were given up in this turn. */
void cam_loop_watch_sweep (CamLoopThread *loop);

void cam_loop_timers_init (CamLoopTimers *self);
void cam_loop_timers_clear (CamLoopTimers *self);
int64_t cam_loop_timers_next_due_us (const CamLoopTimers *self); /* INT64_MAX when none is armed */

/* Fires what is due at the loop's time; a timer that its own func arms again waits for the next turn. */
void cam_loop_timers_fire (CamLoopThread *loop);

void cam_loop_deferred_init (CamLoopDeferred *self);
void cam_loop_deferred_clear (CamLoopDeferred *self);

/* Runs them, and those that they ask for. True when a chain was so long that its rest is left to the next turn. */
bool cam_loop_deferred_run (CamLoopDeferred *self);

void cam_loop_inbox_init (CamLoopInbox *self);
void cam_loop_inbox_clear (CamLoopInbox *self);

/* Before the loop sleeps. False when there is something to do already. */
bool cam_loop_inbox_arm (CamLoopInbox *self);

/* Runs the posts that are there, not those that they make. True when the loop was asked to quit before them or among them. */
bool cam_loop_inbox_run (CamLoopInbox *self);

/* Takes no more posts and lets go of those that were not run. */
void cam_loop_inbox_close (CamLoopInbox *self);

/* The last thing the thread does with its loop. */
void cam_loop_inbox_note_end (CamLoopInbox *self);
bool cam_loop_inbox_await_end (CamLoopInbox *self, int64_t timeout_us);
