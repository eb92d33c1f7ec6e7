#include "srt/srt-poller-private.h"

#include <pthread.h>
#include <srt/srt.h>
#include <stdatomic.h>

#include "srt/srt-library.h"

/* libsrt looks for events once in 10 ms whatever it is told, and commands cannot wake it. */
enum { WAIT_MS = 10, EVENTS_A_TURN = 512 };
#define TICK_US G_USEC_PER_SEC

typedef struct {
  void (*func) (gpointer data);
  gpointer data;
  GDestroyNotify destroy;
} Command;

typedef struct {
  const CamSrtWatchFuncs *funcs; /* borrowed, constant */
  gpointer data;                 /* borrowed until unwatch */
} Watch;

struct CamSrtPoller {
  CamSrtLibrary *library;        /* owned; freed by T */
  GThread *thread;               /* owned: joined with it */
  _Atomic (pthread_t) thread_id; /* 0 until it runs */

  GMutex lock;
  GCond changed;
  GQueue commands; /* of Command, owned; under the lock, as all to the next gap */
  bool is_quitting;
  bool is_closed; /* T takes no more commands */
  bool has_ended; /* T touches nothing any more */

  /* T's. */
  int epoll;
  CamSrtPorts *ports;  /* owned */
  GHashTable *watches; /* of Watch, owned, by socket */
  gint64 next_tick_us;
  uint8_t scratch[CAM_SRT_SCRATCH_BYTES];
};

bool
cam_srt_poller_is_current (const CamSrtPoller *self)
{
  pthread_t id = atomic_load_explicit (&self->thread_id, memory_order_relaxed);
  return id != 0 && pthread_equal (id, pthread_self ());
}

uint8_t *
cam_srt_poller_get_scratch (CamSrtPoller *self)
{
  CAM_ASSERT_ON_POLLER (self);
  return self->scratch;
}

CamSrtPorts *
cam_srt_poller_get_ports (CamSrtPoller *self)
{
  CAM_ASSERT_ON_POLLER (self);
  return self->ports;
}

static void
drop_command (Command *command)
{
  if (command->destroy != NULL)
    command->destroy (command->data);
  g_free (command);
}

bool
cam_srt_poller_run (CamSrtPoller *self, void (*func) (gpointer data), gpointer data, GDestroyNotify destroy)
{
  Command *command = g_new (Command, 1);
  *command = (Command){.func = func, .data = data, .destroy = destroy};
  g_mutex_lock (&self->lock);
  bool is_closed = self->is_closed;
  if (!is_closed)
    g_queue_push_tail (&self->commands, command);
  g_cond_signal (&self->changed);
  g_mutex_unlock (&self->lock);
  if (is_closed)
    drop_command (command);
  return !is_closed;
}

static Command *
next_command (CamSrtPoller *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  return g_queue_pop_head (&self->commands);
}

static void
run_commands (CamSrtPoller *self)
{
  for (Command *command = next_command (self); command != NULL; command = next_command (self)) {
    command->func (command->data);
    drop_command (command);
  }
}

bool
cam_srt_poller_watch (CamSrtPoller *self, int socket, int events, const CamSrtWatchFuncs *funcs, gpointer data)
{
  CAM_ASSERT_ON_POLLER (self);
  const int flags = events | SRT_EPOLL_ERR;
  if (srt_epoll_add_usock (self->epoll, socket, &flags) == SRT_ERROR)
    return false;
  Watch *watch = g_new (Watch, 1);
  *watch = (Watch){.funcs = funcs, .data = data};
  g_hash_table_insert (self->watches, GINT_TO_POINTER (socket), watch);
  return true;
}

void
cam_srt_poller_set_events (CamSrtPoller *self, int socket, int events)
{
  CAM_ASSERT_ON_POLLER (self);
  const int flags = events | SRT_EPOLL_ERR;
  srt_epoll_update_usock (self->epoll, socket, &flags); /* it fails for a socket that is gone, which the next tick notices */
}

void
cam_srt_poller_unwatch (CamSrtPoller *self, int socket)
{
  CAM_ASSERT_ON_POLLER (self);
  srt_epoll_remove_usock (self->epoll, socket);
  g_hash_table_remove (self->watches, GINT_TO_POINTER (socket));
}

static const Watch *
find_watch (CamSrtPoller *self, int socket)
{
  return g_hash_table_lookup (self->watches, GINT_TO_POINTER (socket));
}

static void
wait_for_events (CamSrtPoller *self)
{
  SRT_EPOLL_EVENT events[EVENTS_A_TURN];
  int found = srt_epoll_uwait (self->epoll, events, EVENTS_A_TURN, WAIT_MS);
  found = MIN (found, EVENTS_A_TURN); /* libsrt 1.5.1 says one more when there are more */
  for (int i = 0; i < found; i++) {
    const Watch *watch = find_watch (self, events[i].fd);
    if (watch != NULL)
      watch->funcs->ready (watch->data, events[i].events);
  }
}

/* Without sockets libsrt need not be asked at all. A second at most, as anywhere: a lost wake-up costs a hiccup, not a hang. */
static void
wait_for_commands (CamSrtPoller *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  const gint64 until_us = g_get_monotonic_time () + G_USEC_PER_SEC;
  while (g_queue_is_empty (&self->commands) && !self->is_quitting)
    if (!g_cond_wait_until (&self->changed, &self->lock, until_us))
      return;
}

static void
tick (CamSrtPoller *self, gint64 now_us)
{
  self->next_tick_us = now_us + TICK_US;
  unsigned length = 0;
  g_autofree gpointer *sockets = g_hash_table_get_keys_as_array (self->watches, &length);
  for (unsigned i = 0; i < length; i++) {
    const Watch *watch = find_watch (self, GPOINTER_TO_INT (sockets[i]));
    if (watch != NULL)
      watch->funcs->tick (watch->data, now_us);
  }
}

static void
stop_watches (CamSrtPoller *self)
{
  unsigned length = 0;
  g_autofree gpointer *sockets = g_hash_table_get_keys_as_array (self->watches, &length);
  for (unsigned i = 0; i < length; i++) {
    const Watch *watch = find_watch (self, GPOINTER_TO_INT (sockets[i]));
    if (watch != NULL)
      watch->funcs->stop (watch->data);
  }
}

static bool
is_quitting (CamSrtPoller *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  return self->is_quitting;
}

/* What was taken before is still done; whatever that asks for is only let go of. */
static void
close_commands (CamSrtPoller *self)
{
  g_mutex_lock (&self->lock);
  self->is_closed = true;
  g_mutex_unlock (&self->lock);
  run_commands (self);
}

static gpointer
run (gpointer data)
{
  CamSrtPoller *self = data;
  atomic_store_explicit (&self->thread_id, pthread_self (), memory_order_relaxed);
  while (!is_quitting (self)) {
    if (g_hash_table_size (self->watches) > 0)
      wait_for_events (self);
    else
      wait_for_commands (self);
    run_commands (self);
    gint64 now_us = g_get_monotonic_time ();
    if (now_us >= self->next_tick_us)
      tick (self, now_us);
  }
  close_commands (self);
  stop_watches (self);
  g_clear_pointer (&self->ports, cam_srt_ports_free);
  srt_epoll_release (self->epoll);
  g_clear_pointer (&self->library, cam_srt_library_free);

  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  self->has_ended = true;
  g_cond_broadcast (&self->changed);
  return NULL;
}

CamSrtPoller *
cam_srt_poller_new (GError **error)
{
  CamSrtLibrary *library = cam_srt_library_new (error);
  if (library == NULL)
    return NULL;
  CamSrtPoller *self = g_new0 (CamSrtPoller, 1);
  self->library = library;
  self->epoll = srt_epoll_create ();
  self->ports = cam_srt_ports_new ();
  self->watches = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  g_mutex_init (&self->lock);
  g_cond_init (&self->changed);
  g_queue_init (&self->commands);
  srt_epoll_set (self->epoll, SRT_EPOLL_ENABLE_EMPTY);
  self->thread = g_thread_try_new ("srt", run, self, error);
  if (self->thread == NULL) {
    self->has_ended = true;
    cam_srt_ports_free (self->ports);
    srt_epoll_release (self->epoll);
    cam_srt_library_free (self->library);
    g_clear_pointer (&self, cam_srt_poller_free);
  }
  return self;
}

bool
cam_srt_poller_stop (CamSrtPoller *self, gint64 wait_us)
{
  g_assert (!cam_srt_poller_is_current (self));
  const gint64 until_us = g_get_monotonic_time () + wait_us;
  g_mutex_lock (&self->lock);
  self->is_quitting = true;
  g_cond_broadcast (&self->changed);
  bool is_late = false;
  while (!self->has_ended && !is_late)
    is_late = !g_cond_wait_until (&self->changed, &self->lock, until_us);
  bool has_ended = self->has_ended;
  g_mutex_unlock (&self->lock);
  if (has_ended && self->thread != NULL)
    g_thread_join (g_steal_pointer (&self->thread));
  return has_ended;
}

void
cam_srt_poller_free (CamSrtPoller *self)
{
  if (self == NULL)
    return;
  g_assert (self->thread == NULL);
  g_hash_table_unref (self->watches);
  g_cond_clear (&self->changed);
  g_mutex_clear (&self->lock);
  g_free (self);
}

static void
close_socket (gpointer data)
{
  srt_close (GPOINTER_TO_INT (data));
}

void
cam_srt_poller_discard (CamSrtPoller *self, int socket)
{
  cam_srt_poller_run (self, close_socket, GINT_TO_POINTER (socket), NULL);
}
