#include "core/loop-thread-private.h"

/* A call that asks for itself each time would never let the turn end. */
#define MAX_ROUNDS 16

typedef struct {
  CamLoopFunc func;
  gpointer data; /* borrowed */
  GList link;    /* in the queue, its data is this Call */
} Call;

static guint
hash_call (gconstpointer key)
{
  const Call *call = key;
  return g_direct_hash ((gconstpointer) call->func) * 31 + g_direct_hash (call->data);
}

static gboolean
are_calls_equal (gconstpointer a, gconstpointer b)
{
  const Call *left = a;
  const Call *right = b;
  return left->func == right->func && left->data == right->data;
}

void
cam_loop_deferred_init (CamLoopDeferred *self)
{
  self->set = g_hash_table_new (hash_call, are_calls_equal);
  g_queue_init (&self->queue);
}

/* Out of set and queue: what follows may ask for the same call again. (transfer full) */
static Call *
take_call (CamLoopDeferred *self, Call *call)
{
  g_hash_table_remove (self->set, call);
  g_queue_unlink (&self->queue, &call->link);
  return call;
}

void
cam_loop_deferred_clear (CamLoopDeferred *self)
{
  if (self->set == NULL)
    return;
  while (self->queue.head != NULL)
    g_free (take_call (self, self->queue.head->data));
  g_clear_pointer (&self->set, g_hash_table_unref);
}

bool
cam_loop_deferred_run (CamLoopDeferred *self)
{
  for (unsigned rounds = 0; rounds < MAX_ROUNDS && self->queue.head != NULL; rounds++) {
    for (unsigned left = self->queue.length; left > 0 && self->queue.head != NULL; left--) {
      g_autofree Call *call = take_call (self, self->queue.head->data);
      call->func (call->data);
    }
  }
  return self->queue.head != NULL;
}

void
cam_loop_thread_defer (CamLoopThread *self, CamLoopFunc func, gpointer data)
{
  CAM_ASSERT_ON (self);
  CamLoopDeferred *deferred = &self->deferred;
  if (g_hash_table_contains (deferred->set, &(Call){.func = func, .data = data}))
    return;
  Call *call = g_new0 (Call, 1);
  *call = (Call){.func = func, .data = data, .link = {.data = call}};
  g_hash_table_add (deferred->set, call);
  g_queue_push_tail_link (&deferred->queue, &call->link);
}

void
cam_loop_thread_cancel_deferred (CamLoopThread *self, CamLoopFunc func, gpointer data)
{
  CAM_ASSERT_ON (self);
  Call *call = g_hash_table_lookup (self->deferred.set, &(Call){.func = func, .data = data});
  if (call != NULL)
    g_free (take_call (&self->deferred, call));
}
