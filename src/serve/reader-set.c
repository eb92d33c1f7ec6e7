#include "serve/reader-set.h"

/* What waits for less is no backlog: sound that is held back, a picture under way. */
#define SHED_LEAST_US (300 * 1000)

struct CamReaderSet {
  CamLoopThread *loop;         /* borrowed */
  CamReaderSetJoinFunc join;
  gpointer data;        /* borrowed */
  GPtrArray *watchers;  /* of CamReader, borrowed: removed before they are freed */
  GPtrArray *listeners; /* the same of those without video, for whom nothing is held */
  GPtrArray *offered;   /* of CamBurst, ref; what not everybody has yet */
  unsigned n_heard;     /* of these, what the listeners have */
  CamLoopTimer *timer;  /* owned; armed while what was offered waits */
  int64_t due_us;       /* when it is due; INT64_MAX: nothing waits */
};

/* Of one visit. */
typedef struct {
  CamJoin *join; /* owned; made for the first who needs it */
} Visit;

/* Each burst from @first on. Who rejoins has them all with its join. */
static void
hand_over_to (CamReaderSet *self, CamReader *reader, unsigned first, Visit *visit)
{
  int64_t now_us = cam_loop_thread_now_us (self->loop);
  for (unsigned i = first; i < self->offered->len; i++) {
    CamBurst *burst = self->offered->pdata[i];
    if (burst->is_control) {
      cam_reader_say (reader, burst);
      continue;
    }
    switch (cam_reader_offer (reader, burst, now_us)) {
    case CAM_READER_TOOK:
    case CAM_READER_SKIPS:
      break;
    case CAM_READER_REJOINS:
      if (visit->join == NULL)
        visit->join = self->join (self->data);
      cam_reader_begin (reader, visit->join, now_us);
      return;
    }
  }
}

/* Between two pictures hundreds of readers leave the cache: what the next ones keep comes back while this one's send is under way. */
static void
call_ahead (const GPtrArray *readers, unsigned here)
{
  if (here + 2 < readers->len)
    __builtin_prefetch (readers->pdata[here + 2], true);
  if (here + 1 < readers->len)
    cam_reader_prefetch (readers->pdata[here + 1]);
}

static void
hand_over (CamReaderSet *self, const GPtrArray *readers, unsigned first, bool sends)
{
  Visit visit = {0};
  for (unsigned i = 0; i < readers->len; i++) {
    CamReader *reader = readers->pdata[i];
    call_ahead (readers, i);
    hand_over_to (self, reader, first, &visit);
    if (sends)
      cam_reader_flush (reader);
  }
  cam_join_free (visit.join);
}

static void
forget_offered (CamReaderSet *self)
{
  g_ptr_array_set_size (self->offered, 0);
  self->n_heard = 0;
}

static void
set_due_us (CamReaderSet *self, int64_t due_us)
{
  if (due_us != self->due_us)
    cam_loop_timer_arm (self->timer, due_us);
  self->due_us = due_us;
}

void
cam_reader_set_flush (CamReaderSet *self)
{
  CAM_ASSERT_ON (self->loop);
  set_due_us (self, INT64_MAX);
  hand_over (self, self->watchers, 0, true);
  hand_over (self, self->listeners, self->n_heard, true);
  forget_offered (self);
}

void
cam_reader_set_hold_until (CamReaderSet *self, int64_t due_us)
{
  CAM_ASSERT_ON (self->loop);
  hand_over (self, self->listeners, self->n_heard, true);
  self->n_heard = self->offered->len;
  set_due_us (self, MIN (due_us, self->due_us));
}

static void
on_due (gpointer data)
{
  cam_reader_set_flush (data);
}

CamReaderSet *
cam_reader_set_new (CamLoopThread *loop, CamReaderSetJoinFunc join, gpointer data)
{
  CAM_ASSERT_ON (loop);
  CamReaderSet *self = g_new0 (CamReaderSet, 1);
  *self = (CamReaderSet){.loop = loop, .join = join, .data = data, .due_us = INT64_MAX};
  self->watchers = g_ptr_array_new ();
  self->listeners = g_ptr_array_new ();
  self->offered = g_ptr_array_new_with_free_func ((GDestroyNotify) cam_burst_unref);
  self->timer = cam_loop_timer_new (loop, on_due, self);
  return self;
}

void
cam_reader_set_free (CamReaderSet *self)
{
  if (self == NULL)
    return;
  CAM_ASSERT_ON (self->loop);
  g_assert (cam_reader_set_count (self) == 0);
  cam_loop_timer_free (self->timer);
  g_ptr_array_unref (self->watchers);
  g_ptr_array_unref (self->listeners);
  g_ptr_array_unref (self->offered);
  g_free (self);
}

/* What was offered before goes to those who are there already; it is not sent, so that who comes costs no send of everybody else. */
void
cam_reader_set_add (CamReaderSet *self, CamReader *reader)
{
  CAM_ASSERT_ON (self->loop);
  hand_over (self, self->watchers, 0, false);
  hand_over (self, self->listeners, self->n_heard, false);
  forget_offered (self);
  cam_reader_set_remove (self, reader);
  g_ptr_array_add (cam_reader_has_video (reader) ? self->watchers : self->listeners, reader);
}

void
cam_reader_set_remove (CamReaderSet *self, CamReader *reader)
{
  CAM_ASSERT_ON (self->loop);
  if (!g_ptr_array_remove_fast (self->watchers, reader))
    g_ptr_array_remove_fast (self->listeners, reader);
}

void
cam_reader_set_clear (CamReaderSet *self)
{
  CAM_ASSERT_ON (self->loop);
  g_ptr_array_set_size (self->watchers, 0);
  g_ptr_array_set_size (self->listeners, 0);
  forget_offered (self);
  set_due_us (self, INT64_MAX);
}

unsigned
cam_reader_set_count (const CamReaderSet *self)
{
  return self->watchers->len + self->listeners->len;
}

void
cam_reader_set_offer (CamReaderSet *self, CamBurst *burst)
{
  if (cam_reader_set_count (self) > 0)
    g_ptr_array_add (self->offered, cam_burst_ref (burst));
}

static int64_t
find_oldest_us (const GPtrArray *readers)
{
  int64_t oldest_us = INT64_MAX;
  for (unsigned i = 0; i < readers->len; i++)
    oldest_us = MIN (oldest_us, cam_reader_get_waiting_since_us (readers->pdata[i]));
  return oldest_us;
}

static void
shed_older_than (const GPtrArray *readers, int64_t before_us, int64_t now_us)
{
  for (unsigned i = 0; i < readers->len; i++)
    if (cam_reader_get_waiting_since_us (readers->pdata[i]) <= before_us)
      cam_reader_give_up (readers->pdata[i], now_us);
}

bool
cam_reader_set_shed (CamReaderSet *self)
{
  CAM_ASSERT_ON (self->loop);
  int64_t now_us = cam_loop_thread_now_us (self->loop);
  int64_t oldest_us = MIN (find_oldest_us (self->watchers), find_oldest_us (self->listeners));
  if (oldest_us > now_us - SHED_LEAST_US)
    return false;
  /* Not one by one: hundreds that stall together would be looked through hundreds of times. */
  int64_t before_us = MIN (oldest_us + (now_us - oldest_us) / 2, now_us - SHED_LEAST_US);
  shed_older_than (self->watchers, before_us, now_us);
  shed_older_than (self->listeners, before_us, now_us);
  return true;
}

bool
cam_reader_set_charge (CamReaderSet *self, CamBurst *burst, CamMediaShare *share)
{
  bool is_charged = cam_burst_charge (burst, share);
  while (!is_charged && cam_reader_set_shed (self))
    is_charged = cam_burst_charge (burst, share);
  if (!is_charged)
    cam_media_share_count_refusal (share);
  return is_charged;
}
