#include "media/media-channel.h"

#include <stdatomic.h>

#include "media/key-gate.h"

struct CamMediaChannel {
  int refs; /* atomic */
  GMutex mutex;
  GCond changed;       /* a unit came, one was taken, or it was closed; told only while somebody waits */
  unsigned waiting;    /* under the mutex, as all below */
  CamAccessUnit *ring; /* owned, an array */
  unsigned envelopes;  /* its length */
  unsigned first;
  unsigned length;
  size_t bytes; /* of the units in the ring */
  bool is_closed;
  size_t max_bytes; /* constant */

  CamKeyGate gate; /* the producer's */
  _Atomic uint64_t dropped;

  CamLoopThread *loop; /* borrowed: loops outlive all channels; NULL: nobody is woken. Constant once subscribed */
  atomic_bool armed;   /* a post is on its way to the loop */
  CamLoopFunc func;    /* on the loop only */
  gpointer data;       /* on the loop only; borrowed: detached before it goes */
};

CamMediaChannel *
cam_media_channel_new (unsigned envelopes, size_t bytes, bool has_video)
{
  g_assert (envelopes > 0);
  CamMediaChannel *self = g_new0 (CamMediaChannel, 1);
  self->refs = 1;
  g_mutex_init (&self->mutex);
  g_cond_init (&self->changed);
  self->ring = g_new0 (CamAccessUnit, envelopes);
  self->envelopes = envelopes;
  self->max_bytes = bytes;
  cam_key_gate_init (&self->gate, has_video);
  return self;
}

CamMediaChannel *
cam_media_channel_ref (CamMediaChannel *self)
{
  g_atomic_int_inc (&self->refs);
  return self;
}

void
cam_media_channel_unref (CamMediaChannel *self)
{
  if (self == NULL || !g_atomic_int_dec_and_test (&self->refs))
    return;
  for (; self->length > 0; self->length--, self->first = (self->first + 1) % self->envelopes)
    cam_access_unit_clear (&self->ring[self->first]);
  g_free (self->ring);
  g_cond_clear (&self->changed);
  g_mutex_clear (&self->mutex);
  g_free (self);
}

void
cam_media_channel_set_consumer (CamMediaChannel *self, CamLoopThread *loop, CamLoopFunc func, gpointer data)
{
  if (func == NULL && self->func != NULL) {
    CAM_ASSERT_ON (self->loop);
    cam_loop_thread_cancel_deferred (self->loop, self->func, self->data);
  }
  if (func != NULL)
    self->loop = loop;
  self->func = func;
  self->data = data;
}

/* On the loop: the armed post has arrived. Disarmed first: what becomes ready from here on posts again. */
static void
on_wake (gpointer data)
{
  CamMediaChannel *self = data;
  CAM_ASSERT_ON (self->loop);
  self->armed = false;
  if (self->func != NULL)
    self->func (self->data);
}

static void
drop_reference (gpointer data)
{
  cam_media_channel_unref (data);
}

static void
wake_consumer (CamMediaChannel *self)
{
  if (self->loop == NULL)
    return;
  if (cam_loop_thread_is_current (self->loop)) {
    if (self->func != NULL)
      cam_loop_thread_defer (self->loop, self->func, self->data);
  } else if (!atomic_exchange (&self->armed, true)) {
    cam_loop_thread_post (self->loop, on_wake, cam_media_channel_ref (self), drop_reference);
  }
}

/* Under the mutex. */
static void
tell_who_waits (CamMediaChannel *self)
{
  if (self->waiting > 0)
    g_cond_broadcast (&self->changed);
}

/* Under the mutex, which is given up meanwhile. False when @deadline_us is over; 0: it is. */
static bool
wait_for_change (CamMediaChannel *self, int64_t deadline_us)
{
  if (deadline_us == 0)
    return false;
  self->waiting++;
  bool is_in_time = g_cond_wait_until (&self->changed, &self->mutex, deadline_us);
  self->waiting--;
  return is_in_time;
}

static int64_t
deadline_in (int64_t timeout_us)
{
  return timeout_us > 0 ? g_get_monotonic_time () + timeout_us : 0;
}

static bool
has_room (const CamMediaChannel *self, size_t size)
{
  return self->length < self->envelopes && self->bytes <= self->max_bytes && size <= self->max_bytes - self->bytes;
}

/* Under the mutex. */
static CamHandoff
put (CamMediaChannel *self, const CamAccessUnit *unit, int64_t deadline_us)
{
  while (!self->is_closed && !has_room (self, unit->payload->size))
    if (!wait_for_change (self, deadline_us))
      return CAM_HANDOFF_TIMEOUT;
  if (self->is_closed)
    return CAM_HANDOFF_CLOSED;
  self->ring[(self->first + self->length) % self->envelopes] = cam_access_unit_copy (unit);
  self->length++;
  self->bytes += unit->payload->size;
  tell_who_waits (self);
  return CAM_HANDOFF_OK;
}

/* Under the mutex. */
static CamHandoff
take (CamMediaChannel *self, int64_t deadline_us, CamAccessUnit *ret_unit)
{
  while (self->length == 0 && !self->is_closed)
    if (!wait_for_change (self, deadline_us))
      return CAM_HANDOFF_TIMEOUT;
  if (self->length == 0)
    return CAM_HANDOFF_CLOSED;
  *ret_unit = self->ring[self->first];
  self->length--;
  self->first = self->length > 0 ? (self->first + 1) % self->envelopes : 0; /* the same few envelopes, as long as nothing piles up */
  self->bytes -= ret_unit->payload->size;
  tell_who_waits (self);
  return CAM_HANDOFF_OK;
}

/* Units before the very first key unit are nobody's loss. */
static CamHandoff
drop (CamMediaChannel *self)
{
  self->dropped += self->gate.was_open;
  return CAM_HANDOFF_TIMEOUT;
}

/* Under the mutex. */
static CamHandoff
admit (CamMediaChannel *self, const CamAccessUnit *unit, int64_t deadline_us)
{
  if (self->is_closed)
    return CAM_HANDOFF_CLOSED;
  if (!cam_key_gate_admit (&self->gate, unit))
    return drop (self);
  CamHandoff result = put (self, unit, deadline_us);
  if (result != CAM_HANDOFF_TIMEOUT)
    return result;
  cam_key_gate_shut (&self->gate);
  return drop (self);
}

CamHandoff
cam_media_channel_offer (CamMediaChannel *self, const CamAccessUnit *unit, int64_t timeout_us)
{
  int64_t deadline_us = deadline_in (timeout_us);
  g_mutex_lock (&self->mutex);
  CamHandoff result = admit (self, unit, deadline_us);
  g_mutex_unlock (&self->mutex);
  if (result == CAM_HANDOFF_OK)
    wake_consumer (self);
  return result;
}

CamHandoff
cam_media_channel_next (CamMediaChannel *self, int64_t timeout_us, CamAccessUnit *ret_unit)
{
  int64_t deadline_us = deadline_in (timeout_us);
  g_mutex_lock (&self->mutex);
  CamHandoff result = take (self, deadline_us, ret_unit);
  g_mutex_unlock (&self->mutex);
  return result;
}

void
cam_media_channel_close (CamMediaChannel *self)
{
  g_mutex_lock (&self->mutex);
  bool was_closed = self->is_closed;
  self->is_closed = true;
  tell_who_waits (self);
  g_mutex_unlock (&self->mutex);
  if (!was_closed)
    wake_consumer (self);
}

uint64_t
cam_media_channel_get_dropped (const CamMediaChannel *self)
{
  return self->dropped;
}
