#include "supervise/stream-demand.h"

#include <stdatomic.h>

enum {
  ASKING_US = 8 * G_USEC_PER_SEC,
  LOOK_US = G_USEC_PER_SEC, /* between two looks */
};

struct CamStreamDemand {
  int refs; /* atomic: the owner's, and one for the post under way */
  CamStreamPlace place; /* inbox: ref */
  char *camera; /* owned */
  unsigned stream;
  void (*wanted) (gpointer data); /* NULL: freed by its owner */
  gpointer data;                  /* borrowed */
  atomic_bool is_posted;
  int64_t asked_us; /* INT64_MIN / 2: never */
  int64_t seen_us;
  int64_t look_us; /* INT64_MAX: not watched */
};

static void
unref_demand (gpointer data)
{
  CamStreamDemand *self = data;
  if (!g_atomic_int_dec_and_test (&self->refs))
    return;
  cam_main_inbox_unref (self->place.inbox);
  g_free (self->camera);
  g_free (self);
}

static void
take_note (gpointer data)
{
  CamStreamDemand *self = data;
  /* Before anything else: who asks from now on is told apart from those before. */
  atomic_store (&self->is_posted, false);
  if (self->wanted == NULL)
    return;
  self->asked_us = self->seen_us = cam_clock_now_us (self->place.clock);
  self->wanted (self->data);
}

CamStreamDemand *
cam_stream_demand_new (const CamStreamPlace *place, const char *camera, unsigned stream, void (*wanted) (gpointer data), gpointer data)
{
  CamStreamDemand *self = g_new0 (CamStreamDemand, 1);
  self->refs = 1;
  self->place = *place;
  cam_main_inbox_ref (place->inbox);
  self->camera = g_strdup (camera);
  self->stream = stream;
  self->wanted = wanted;
  self->data = data;
  self->asked_us = INT64_MIN / 2;
  self->seen_us = cam_clock_now_us (place->clock);
  self->look_us = INT64_MAX;
  return self;
}

void
cam_stream_demand_free (CamStreamDemand *self)
{
  if (self == NULL)
    return;
  self->wanted = NULL;
  unref_demand (self);
}

void
cam_stream_demand_note (gpointer data)
{
  CamStreamDemand *self = data;
  if (atomic_exchange (&self->is_posted, true))
    return;
  g_atomic_int_inc (&self->refs);
  cam_main_inbox_post (self->place.inbox, "a client's demand", take_note, self, unref_demand);
}

bool
cam_stream_demand_look (CamStreamDemand *self, bool may_wait, int64_t now_us)
{
  bool is_there = (may_wait && now_us - self->asked_us < ASKING_US) || cam_rtsp_server_count_readers (self->place.server, self->camera, self->stream) > 0;
  if (is_there)
    self->seen_us = now_us;
  return is_there;
}

void
cam_stream_demand_watch (CamStreamDemand *self, bool is_at_work, int64_t now_us)
{
  if (!is_at_work)
    self->look_us = INT64_MAX;
  else if (self->look_us == INT64_MAX)
    self->look_us = now_us + LOOK_US;
}

int64_t
cam_stream_demand_get_due_us (const CamStreamDemand *self)
{
  return self->look_us;
}

bool
cam_stream_demand_tick (CamStreamDemand *self, bool may_wait, int64_t idle_us, int64_t now_us)
{
  if (now_us < self->look_us)
    return false;
  self->look_us = now_us + LOOK_US;
  return !cam_stream_demand_look (self, may_wait, now_us) && now_us - self->seen_us >= idle_us;
}
