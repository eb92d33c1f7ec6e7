#include "supervise/main-inbox.h"

#include <stdbool.h>

#include "supervise/slow-dispatch.h"

enum { TURN_US = 2000 };

typedef struct {
  const char *name;
  void (*func) (gpointer data);
  gpointer data; /* owned, by destroy */
  GDestroyNotify destroy;
} Post;

typedef struct {
  GSource source;
  CamMainInbox *inbox; /* borrowed: frees the source */
} InboxSource;

struct CamMainInbox {
  int refs;              /* atomic */
  const CamClock *clock; /* borrowed */
  GSource *source;       /* owned */
  GQueue taken;          /* of Post, owned; M's: what it took from the posts and has not called yet */
  GMutex mutex;
  GQueue posts; /* of Post, owned; under the mutex, as all below */
  bool is_closed;
};

static void
free_post (gpointer data)
{
  Post *post = data;
  if (post->destroy != NULL)
    post->destroy (post->data);
  g_free (post);
}

/* M. Takes all that wait at once: M and those who post meet as seldom as can be, since who is kept from running while it holds the lock keeps
 * M waiting. */
static void
collect (CamMainInbox *self)
{
  g_mutex_lock (&self->mutex);
  GQueue posts = self->posts;
  g_queue_init (&self->posts);
  g_mutex_unlock (&self->mutex);
  for (Post *post; (post = g_queue_pop_head (&posts)) != NULL;)
    g_queue_push_tail (&self->taken, post);
}

/* M. The oldest post, NULL when there is none. (transfer full) */
static Post *
take_post (CamMainInbox *self)
{
  if (self->taken.length == 0)
    collect (self);
  return g_queue_pop_head (&self->taken);
}

static gboolean
dispatch (GSource *source, GSourceFunc func, gpointer data)
{
  CamMainInbox *self = ((InboxSource *) source)->inbox;
  int64_t began_us = cam_clock_now_us (self->clock);
  CamSlowDispatch turn = cam_slow_dispatch_begin ();
  Post *post;
  g_source_set_ready_time (self->source, -1); /* first; then nothing waits, and what is posted from here on sets it again */
  collect (self);
  while (cam_clock_now_us (self->clock) - began_us < TURN_US && (post = take_post (self)) != NULL) {
    CamSlowDispatch call = cam_slow_dispatch_begin ();
    post->func (post->data);
    cam_slow_dispatch_end (&call, post->name);
    free_post (post);
  }
  if (self->taken.length > 0)
    g_source_set_ready_time (self->source, 0);
  cam_slow_dispatch_end (&turn, "the inbox");
  return G_SOURCE_CONTINUE;
}

CamMainInbox *
cam_main_inbox_new (const CamClock *clock)
{
  static const GSourceFuncs functions = { .dispatch = dispatch };
  CamMainInbox *self = g_new0 (CamMainInbox, 1);
  self->refs = 1;
  self->clock = clock;
  g_mutex_init (&self->mutex);
  g_queue_init (&self->taken);
  g_queue_init (&self->posts);
  self->source = g_source_new ((GSourceFuncs *) &functions, sizeof (InboxSource));
  ((InboxSource *) self->source)->inbox = self;
  g_source_set_name (self->source, "inbox");
  g_source_attach (self->source, g_main_context_get_thread_default ());
  return self;
}

CamMainInbox *
cam_main_inbox_ref (CamMainInbox *self)
{
  g_atomic_int_inc (&self->refs);
  return self;
}

void
cam_main_inbox_unref (CamMainInbox *self)
{
  if (self == NULL || !g_atomic_int_dec_and_test (&self->refs))
    return;
  g_assert (self->is_closed);
  g_source_unref (self->source);
  g_mutex_clear (&self->mutex);
  g_free (self);
}

void
cam_main_inbox_close (CamMainInbox *self)
{
  g_mutex_lock (&self->mutex);
  GQueue dropped = self->posts;
  g_queue_init (&self->posts);
  self->is_closed = true;
  g_mutex_unlock (&self->mutex);
  g_source_destroy (self->source);
  g_queue_clear_full (&self->taken, free_post);
  g_queue_clear_full (&dropped, free_post);
}

void
cam_main_inbox_post (CamMainInbox *self, const char *name, void (*func) (gpointer data), gpointer data, GDestroyNotify destroy)
{
  Post *post = g_new (Post, 1);
  *post = (Post) { .name = name, .func = func, .data = data, .destroy = destroy };
  cam_main_inbox_ref (self); /* @data may have the only other one, and be destroyed before this call is over */
  g_mutex_lock (&self->mutex);
  bool is_closed = self->is_closed;
  bool is_first = !is_closed && self->posts.length == 0;
  if (!is_closed)
    g_queue_push_tail (&self->posts, post);
  g_mutex_unlock (&self->mutex);
  if (is_closed)
    free_post (post);
  else if (is_first) /* M has not been woken for those that wait; without the lock, which it would only come to wait for */
    g_source_set_ready_time (self->source, 0);
  cam_main_inbox_unref (self);
}
