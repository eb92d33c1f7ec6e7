#include "media/media-channel.h"

#include <stdatomic.h>

#include "media/key-gate.h"

typedef struct {
  CamAccessUnit unit; /* owned while ready */
} Envelope;

struct CamMediaChannel {
  int refs;            /* atomic */
  GAsyncQueue *free;   /* of Envelope, borrowed from envelopes */
  GAsyncQueue *ready;  /* of Envelope, borrowed from envelopes */
  Envelope *envelopes; /* owned, an array */
  Envelope closing;    /* in either queue: the channel is closed; never taken out for good */
  size_t max_bytes;
  _Atomic size_t bytes; /* in the ready queue */
  atomic_bool closed;
  _Atomic uint64_t dropped;
  CamKeyGate gate; /* the producer's */
  bool takes_one;  /* constant once subscribed, like the next */
  CamTrackKind taken;

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
  self->free = g_async_queue_new ();
  self->ready = g_async_queue_new ();
  self->envelopes = g_new0 (Envelope, envelopes);
  self->max_bytes = bytes;
  cam_key_gate_init (&self->gate, has_video);
  for (unsigned i = 0; i < envelopes; i++)
    g_async_queue_push (self->free, &self->envelopes[i]);
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
  for (Envelope *e = g_async_queue_try_pop (self->ready); e != NULL; e = g_async_queue_try_pop (self->ready))
    cam_access_unit_clear (&e->unit);
  g_async_queue_unref (self->ready);
  g_async_queue_unref (self->free);
  g_free (self->envelopes);
  g_free (self);
}

void
cam_media_channel_take_only (CamMediaChannel *self, CamTrackKind kind)
{
  self->takes_one = true;
  self->taken = kind;
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

/* Never waits when @timeout_us is 0. The closing mark goes back, so that everybody sees it from now on. */
static CamHandoff
pop (CamMediaChannel *self, GAsyncQueue *queue, int64_t timeout_us, Envelope **ret_envelope)
{
  Envelope *envelope = timeout_us > 0 ? g_async_queue_timeout_pop (queue, (guint64) timeout_us) : g_async_queue_try_pop (queue);
  if (envelope == NULL)
    return CAM_HANDOFF_TIMEOUT;
  if (envelope == &self->closing) {
    g_async_queue_push (queue, envelope);
    return CAM_HANDOFF_CLOSED;
  }
  *ret_envelope = envelope;
  return CAM_HANDOFF_OK;
}

static bool
has_room (CamMediaChannel *self, size_t size)
{
  size_t bytes = self->bytes;
  return bytes <= self->max_bytes && size <= self->max_bytes - bytes;
}

/* A free envelope once there is room for @size bytes too. When only bytes are missing, free envelopes are set aside one by one: each
 * that the consumer returns meanwhile comes with bytes. */
static CamHandoff
take_envelope (CamMediaChannel *self, size_t size, int64_t timeout_us, Envelope **ret_envelope)
{
  g_autoptr (GPtrArray) aside = NULL; /* of Envelope, borrowed */
  int64_t deadline_us = timeout_us > 0 ? g_get_monotonic_time () + timeout_us : 0;
  CamHandoff result = CAM_HANDOFF_TIMEOUT;
  for (;;) {
    int64_t wait_us = timeout_us > 0 ? deadline_us - g_get_monotonic_time () : 0;
    result = pop (self, self->free, wait_us, ret_envelope);
    if (result != CAM_HANDOFF_OK || has_room (self, size))
      break;
    if (timeout_us <= 0) {
      g_async_queue_push (self->free, *ret_envelope);
      return CAM_HANDOFF_TIMEOUT;
    }
    if (aside == NULL)
      aside = g_ptr_array_new ();
    g_ptr_array_add (aside, *ret_envelope);
  }
  for (unsigned i = 0; aside != NULL && i < aside->len; i++)
    g_async_queue_push (self->free, aside->pdata[i]);
  return result;
}

/* Units before the very first key unit are nobody's loss. */
static CamHandoff
drop (CamMediaChannel *self)
{
  self->dropped += self->gate.was_open;
  return CAM_HANDOFF_TIMEOUT;
}

CamHandoff
cam_media_channel_offer (CamMediaChannel *self, const CamAccessUnit *unit, int64_t timeout_us)
{
  if (self->closed)
    return CAM_HANDOFF_CLOSED;
  if (self->takes_one && unit->track != self->taken)
    return CAM_HANDOFF_OK;
  if (!cam_key_gate_admit (&self->gate, unit))
    return drop (self);
  Envelope *envelope = NULL;
  CamHandoff result = take_envelope (self, unit->payload->size, timeout_us, &envelope);
  switch (result) {
  case CAM_HANDOFF_OK:
    break;
  case CAM_HANDOFF_TIMEOUT:
    cam_key_gate_shut (&self->gate);
    return drop (self);
  case CAM_HANDOFF_CLOSED:
    return result;
  }
  envelope->unit = cam_access_unit_copy (unit);
  self->bytes += unit->payload->size;
  g_async_queue_push (self->ready, envelope);
  wake_consumer (self);
  return CAM_HANDOFF_OK;
}

CamHandoff
cam_media_channel_next (CamMediaChannel *self, int64_t timeout_us, CamAccessUnit *ret_unit)
{
  Envelope *envelope = NULL;
  CamHandoff result = pop (self, self->ready, timeout_us, &envelope);
  if (result != CAM_HANDOFF_OK)
    return result;
  *ret_unit = envelope->unit;
  envelope->unit.payload = NULL;
  self->bytes -= ret_unit->payload->size;
  g_async_queue_push (self->free, envelope);
  return CAM_HANDOFF_OK;
}

void
cam_media_channel_close (CamMediaChannel *self)
{
  if (atomic_exchange (&self->closed, true))
    return;
  g_async_queue_push (self->ready, &self->closing);
  g_async_queue_push (self->free, &self->closing);
  wake_consumer (self);
}

uint64_t
cam_media_channel_get_dropped (const CamMediaChannel *self)
{
  return self->dropped;
}
