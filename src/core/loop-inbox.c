#include "core/loop-thread-private.h"

#include <sys/eventfd.h>

struct CamLoopPost {
  CamLoopFunc func;
  gpointer data;          /* owned when there is a destroy */
  GDestroyNotify destroy; /* nullable */
  CamLoopPost *next;
};

static void
free_post (CamLoopPost *post)
{
  if (post->destroy != NULL)
    post->destroy (post->data);
  g_free (post);
}

static CamLoopPost *
steal_posts (CamLoopInbox *self)
{
  self->last = NULL;
  return g_steal_pointer (&self->first);
}

/* Under the lock: the loop cannot end and be freed between the flag and the write. The write never blocks. */
static void
wake (CamLoopThread *loop)
{
  if (!loop->inbox.is_armed)
    return;
  loop->inbox.is_armed = false;
  int result = eventfd_write (loop->event_fd, 1);
  g_assert (result == 0);
}

bool
cam_loop_thread_post (CamLoopThread *self, CamLoopFunc func, gpointer data, GDestroyNotify destroy)
{
  CamLoopInbox *inbox = &self->inbox;
  CamLoopPost *post = g_new0 (CamLoopPost, 1);
  *post = (CamLoopPost){.func = func, .data = data, .destroy = destroy};
  g_mutex_lock (&inbox->lock);
  bool is_taken = !inbox->is_closed;
  if (is_taken) {
    *(inbox->last != NULL ? &inbox->last->next : &inbox->first) = post;
    inbox->last = post;
    wake (self);
  }
  g_mutex_unlock (&inbox->lock);
  if (!is_taken)
    free_post (post);
  return is_taken;
}

void
cam_loop_thread_quit (CamLoopThread *self)
{
  g_mutex_lock (&self->inbox.lock);
  self->inbox.is_quitting = true;
  wake (self);
  g_mutex_unlock (&self->inbox.lock);
}

void
cam_loop_inbox_init (CamLoopInbox *self)
{
  g_mutex_init (&self->lock);
  g_cond_init (&self->has_ended_cond);
}

void
cam_loop_inbox_clear (CamLoopInbox *self)
{
  g_cond_clear (&self->has_ended_cond);
  g_mutex_clear (&self->lock);
}

bool
cam_loop_inbox_arm (CamLoopInbox *self)
{
  g_mutex_lock (&self->lock);
  self->is_armed = self->first == NULL && !self->is_quitting;
  bool is_armed = self->is_armed;
  g_mutex_unlock (&self->lock);
  return is_armed;
}

bool
cam_loop_inbox_run (CamLoopInbox *self)
{
  g_mutex_lock (&self->lock);
  self->is_armed = false;
  bool is_quitting = self->is_quitting;
  CamLoopPost *posts = steal_posts (self);
  g_mutex_unlock (&self->lock);
  while (posts != NULL) {
    CamLoopPost *post = posts;
    posts = post->next;
    post->func (post->data);
    free_post (post);
  }
  return is_quitting;
}

void
cam_loop_inbox_close (CamLoopInbox *self)
{
  g_mutex_lock (&self->lock);
  self->is_closed = true;
  CamLoopPost *posts = steal_posts (self);
  g_mutex_unlock (&self->lock);
  while (posts != NULL) {
    CamLoopPost *post = posts;
    posts = post->next;
    free_post (post);
  }
}

void
cam_loop_inbox_note_end (CamLoopInbox *self)
{
  g_mutex_lock (&self->lock);
  self->has_ended = true;
  g_cond_broadcast (&self->has_ended_cond);
  g_mutex_unlock (&self->lock);
}

bool
cam_loop_inbox_await_end (CamLoopInbox *self, int64_t timeout_us)
{
  int64_t deadline_us = g_get_monotonic_time () + timeout_us;
  g_mutex_lock (&self->lock);
  bool is_in_time = true;
  while (!self->has_ended && is_in_time)
    is_in_time = g_cond_wait_until (&self->has_ended_cond, &self->lock, deadline_us);
  bool has_ended = self->has_ended;
  g_mutex_unlock (&self->lock);
  return has_ended;
}
