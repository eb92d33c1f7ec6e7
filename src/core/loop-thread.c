#include "core/loop-thread.h"

#include <errno.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "core/loop-thread-private.h"

#define EVENTS_A_TURN 256

/* A loop looks up at least this often: a lost wake-up costs a hiccup, not a hang. */
#define LONGEST_SLEEP_MS 200

bool
cam_loop_thread_is_current (const CamLoopThread *self)
{
  pthread_t id = atomic_load_explicit (&self->self_id, memory_order_relaxed);
  return id != 0 && pthread_equal (id, pthread_self ());
}

GMainContext *
cam_loop_thread_get_context (CamLoopThread *self)
{
  return self->context;
}

uint8_t *
cam_loop_thread_get_scratch (CamLoopThread *self)
{
  CAM_ASSERT_ON (self);
  if (self->scratch == NULL)
    self->scratch = g_malloc (CAM_LOOP_SCRATCH_BYTES);
  return self->scratch;
}

int64_t
cam_loop_thread_now_us (const CamLoopThread *self)
{
  CAM_ASSERT_ON (self);
  return self->now_us;
}

int64_t
cam_loop_thread_take_worst_turn_us (CamLoopThread *self)
{
  return atomic_exchange_explicit (&self->worst_turn_us, 0, memory_order_relaxed);
}

const CamLoopBeat *
cam_loop_thread_get_beat (const CamLoopThread *self)
{
  return &self->beat;
}

static void
on_posted (gpointer data, uint32_t events)
{
  CamLoopThread *self = data;
  eventfd_t count;
  (void) eventfd_read (self->event_fd, &count); /* the posts themselves are looked for each turn */
}

static void
on_context_woken (gpointer data, uint32_t events)
{
  ((CamLoopThread *) data)->is_context_woken = true;
}

/* Asks the context for its descriptors and time-out. One slot stays free behind them. */
static unsigned
query_context (CamLoopThread *self, int priority, int *ret_timeout_ms)
{
  GArray *fds = self->context_fds;
  for (;;) {
    int room = (int) fds->len - 1;
    int count = g_main_context_query (self->context, priority, ret_timeout_ms, (GPollFD *) (void *) fds->data, room);
    if (count <= room)
      return (unsigned) count;
    g_array_set_size (fds, (unsigned) count + 1);
  }
}

/* Timers are served up to a millisecond late, never early. */
static int
milliseconds_until (int64_t due_us, int64_t now_us)
{
  if (due_us <= now_us)
    return 0;
  int64_t pause_us = due_us - now_us;
  return pause_us >= LONGEST_SLEEP_MS * 1000 ? LONGEST_SLEEP_MS : (int) ((pause_us + 999) / 1000);
}

static int
sleep_ms (CamLoopThread *self, int context_timeout_ms, bool has_more)
{
  if (has_more || !cam_loop_inbox_arm (&self->inbox))
    return 0;
  int timeout_ms = milliseconds_until (cam_loop_timers_next_due_us (&self->timers), g_get_monotonic_time ());
  return context_timeout_ms < 0 ? timeout_ms : MIN (timeout_ms, context_timeout_ms);
}

/* The context's only descriptor is usually the one that wakes it, which the epoll set has. */
static bool
has_only_wake_up (const CamLoopThread *self, unsigned n_context_fds)
{
  return n_context_fds == 0 || (n_context_fds == 1 && g_array_index (self->context_fds, GPollFD, 0).fd == self->wake_up_fd);
}

/* Sources with descriptors of their own are polled beside the epoll descriptor, since the same file may be watched by both. */
static int
wait_for_events (CamLoopThread *self, struct epoll_event *ret_events, unsigned n_context_fds, int timeout_ms)
{
  GPollFD *fds = (GPollFD *) (void *) self->context_fds->data;
  if (!has_only_wake_up (self, n_context_fds)) {
    fds[n_context_fds] = (GPollFD){.fd = self->epoll_fd, .events = POLLIN};
    g_poll (fds, n_context_fds + 1, timeout_ms);
    timeout_ms = 0;
  }
  return epoll_wait (self->epoll_fd, ret_events, EVENTS_A_TURN, timeout_ms);
}

static void
turn_context (CamLoopThread *self, int priority, unsigned n_context_fds)
{
  GPollFD *fds = (GPollFD *) (void *) self->context_fds->data;
  if (n_context_fds == 1 && has_only_wake_up (self, n_context_fds))
    fds[0].revents = self->is_context_woken ? G_IO_IN : 0;
  self->is_context_woken = false;
  if (g_main_context_check (self->context, priority, fds, (int) n_context_fds))
    g_main_context_dispatch (self->context);
}

static void
note_turn (CamLoopThread *self)
{
  int64_t turn_us = g_get_monotonic_time () - self->now_us;
  if (turn_us > atomic_load_explicit (&self->worst_turn_us, memory_order_relaxed))
    atomic_store_explicit (&self->worst_turn_us, turn_us, memory_order_relaxed);
}

/* Descriptors come before timers: after a pause of the whole machine, what has arrived is seen before a deadline says that nothing did. */
static bool
turn (CamLoopThread *self, bool has_more, bool *ret_has_more)
{
  struct epoll_event events[EVENTS_A_TURN];
  int priority = 0;
  int context_timeout_ms = 0;
  g_main_context_prepare (self->context, &priority);
  unsigned n_context_fds = query_context (self, priority, &context_timeout_ms);
  int timeout_ms = sleep_ms (self, context_timeout_ms, has_more);
  int n_events = wait_for_events (self, events, n_context_fds, timeout_ms);
  self->now_us = g_get_monotonic_time ();
  cam_loop_beat_strike (&self->beat, self->now_us);

  bool is_quitting = cam_loop_inbox_run (&self->inbox);
  for (int i = 0; i < n_events; i++)
    cam_loop_watch_dispatch (events[i].data.ptr, events[i].events);
  turn_context (self, priority, n_context_fds);
  cam_loop_timers_fire (self);
  *ret_has_more = cam_loop_deferred_run (&self->deferred);
  cam_loop_watch_sweep (self);
  note_turn (self);
  return !is_quitting;
}

static gpointer
run (gpointer data)
{
  CamLoopThread *self = data;
  atomic_store_explicit (&self->self_id, pthread_self (), memory_order_relaxed);
  cam_loop_beat_begin (&self->beat);
  gboolean is_ours = g_main_context_acquire (self->context);
  g_assert (is_ours);
  g_main_context_push_thread_default (self->context);
  self->now_us = g_get_monotonic_time ();
  bool has_more = false;
  while (turn (self, has_more, &has_more))
    continue;
  cam_loop_inbox_close (&self->inbox);
  cam_loop_watch_free (g_steal_pointer (&self->event_watch));
  cam_loop_watch_free (g_steal_pointer (&self->context_watch));
  cam_loop_watch_sweep (self);
  g_main_context_pop_thread_default (self->context);
  g_main_context_release (self->context);
  cam_loop_inbox_note_end (&self->inbox);
  return NULL;
}

static bool
open_descriptors (CamLoopThread *self, GError **error)
{
  self->epoll_fd = epoll_create1 (EPOLL_CLOEXEC);
  self->event_fd = eventfd (0, EFD_CLOEXEC | EFD_NONBLOCK);
  GPollFD wake_up = {.fd = -1};
  int timeout_ms = 0;
  int count = g_main_context_query (self->context, G_PRIORITY_DEFAULT, &timeout_ms, &wake_up, 1);
  g_assert (count == 1);
  self->wake_up_fd = wake_up.fd;
  if (self->epoll_fd >= 0 && self->event_fd >= 0) {
    self->event_watch = cam_loop_watch_add (self, self->event_fd, EPOLLIN, on_posted, self);
    self->context_watch = cam_loop_watch_add (self, self->wake_up_fd, EPOLLIN, on_context_woken, self);
  }
  if (self->event_watch != NULL && self->context_watch != NULL)
    return true;
  int reason = errno;
  g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (reason), "no event descriptor for a loop: %s", g_strerror (reason));
  return false;
}

/* The thread has ended or was never there. */
static void
free_loop (CamLoopThread *self)
{
  g_free (self->event_watch);
  g_free (self->context_watch);
  cam_loop_deferred_clear (&self->deferred);
  cam_loop_timers_clear (&self->timers);
  cam_loop_inbox_clear (&self->inbox);
  g_free (self->scratch);
  g_array_unref (self->context_fds);
  g_main_context_unref (self->context);
  if (self->event_fd >= 0)
    close (self->event_fd);
  if (self->epoll_fd >= 0)
    close (self->epoll_fd);
  g_free (self);
}

CamLoopThread *
cam_loop_thread_new (const char *name, GError **error)
{
  CamLoopThread *self = g_new0 (CamLoopThread, 1);
  self->context = g_main_context_new ();
  self->context_fds = g_array_sized_new (FALSE, TRUE, sizeof (GPollFD), 8);
  g_array_set_size (self->context_fds, 8);
  cam_loop_inbox_init (&self->inbox);
  cam_loop_deferred_init (&self->deferred);
  cam_loop_timers_init (&self->timers);
  if (open_descriptors (self, error))
    self->thread = g_thread_try_new (name, run, self, error);
  if (self->thread == NULL)
    g_clear_pointer (&self, free_loop);
  return self;
}

bool
cam_loop_thread_join (CamLoopThread *self, int64_t timeout_us)
{
  g_assert (!cam_loop_thread_is_current (self));
  if (!cam_loop_inbox_await_end (&self->inbox, timeout_us))
    return false;
  g_thread_join (g_steal_pointer (&self->thread));
  free_loop (self);
  return true;
}
