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

/* The oldest post, NULL when there is none. (transfer full) */
static Post *
take_post (CamMainInbox *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  Post *post = g_queue_pop_head (&self->posts);
  g_source_set_ready_time (self->source, self->posts.length > 0 ? 0 : -1);
  return post;
}

static gboolean
dispatch (GSource *source, GSourceFunc func, gpointer data)
{
  CamMainInbox *self = ((InboxSource *) source)->inbox;
  int64_t began_us = cam_clock_now_us (self->clock);
  CamSlowDispatch turn = cam_slow_dispatch_begin ();
  Post *post;
  while (cam_clock_now_us (self->clock) - began_us < TURN_US && (post = take_post (self)) != NULL) {
    CamSlowDispatch call = cam_slow_dispatch_begin ();
    post->func (post->data);
    cam_slow_dispatch_end (&call, post->name);
    free_post (post);
  }
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
  g_queue_clear_full (&dropped, free_post);
}

void
cam_main_inbox_post (CamMainInbox *self, const char *name, void (*func) (gpointer data), gpointer data, GDestroyNotify destroy)
{
  Post *post = g_new (Post, 1);
  *post = (Post) { .name = name, .func = func, .data = data, .destroy = destroy };
  g_mutex_lock (&self->mutex);
  bool is_closed = self->is_closed;
  if (!is_closed) {
    g_queue_push_tail (&self->posts, post);
    g_source_set_ready_time (self->source, 0);
  }
  g_mutex_unlock (&self->mutex);
  if (is_closed)
    free_post (post);
}
