#include "serve/audience.h"

typedef struct {
  void (*done) (gpointer data);
  gpointer data;
} Waiter;

struct CamAudience {
  CamAudienceLeaveFunc ask_to_leave;
  GPtrArray *members; /* borrowed: each leaves before it is freed */
  GArray *waiters;    /* of Waiter; not empty: being ended */
};

CamAudience *
cam_audience_new (CamAudienceLeaveFunc ask_to_leave)
{
  CamAudience *self = g_new0 (CamAudience, 1);
  self->ask_to_leave = ask_to_leave;
  self->members = g_ptr_array_new ();
  self->waiters = g_array_new (false, false, sizeof (Waiter));
  return self;
}

void
cam_audience_free (CamAudience *self)
{
  if (self == NULL)
    return;
  g_assert (self->members->len == 0);
  g_ptr_array_unref (self->members);
  g_array_unref (self->waiters);
  g_free (self);
}

bool
cam_audience_enter (CamAudience *self, gpointer member)
{
  if (self->waiters->len > 0)
    return false;
  g_ptr_array_add (self->members, member);
  return true;
}

/* A waiter may end or free whatever it likes, this audience too. */
static void
tell_when_empty (CamAudience *self)
{
  if (self->members->len > 0 || self->waiters->len == 0)
    return;
  g_autoptr (GArray) waiters = self->waiters;
  self->waiters = g_array_new (false, false, sizeof (Waiter));
  for (unsigned i = 0; i < waiters->len; i++) {
    Waiter *waiter = &g_array_index (waiters, Waiter, i);
    if (waiter->done != NULL)
      waiter->done (waiter->data);
  }
}

void
cam_audience_leave (CamAudience *self, gpointer member)
{
  if (g_ptr_array_remove_fast (self->members, member))
    tell_when_empty (self);
}

void
cam_audience_end (CamAudience *self, int64_t grace_us, void (*done) (gpointer data), gpointer data)
{
  Waiter waiter = {.done = done, .data = data};
  g_array_append_val (self->waiters, waiter);
  g_autoptr (GPtrArray) members = g_ptr_array_copy (self->members, NULL, NULL);
  bool is_empty = members->len == 0;
  for (unsigned i = 0; i < members->len; i++)
    self->ask_to_leave (members->pdata[i], grace_us);
  if (is_empty)
    tell_when_empty (self);
}
