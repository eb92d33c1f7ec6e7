#include "serve/serve-loop.h"

#include <stdatomic.h>

struct CamServeLoop {
  CamServeContext *context; /* borrowed: the server's, outlives its loops */
  CamLoopThread *thread;    /* borrowed: the daemon's, outlives the server */
  GPtrArray *guests;        /* of CamServeGuest, borrowed: each removes itself before it is freed */
  CamUdpSender *udp_sender; /* owned; NULL before the first UDP client */
  bool is_closing;
  atomic_bool is_gone;
};

CamServeLoop *
cam_serve_context_find_loop (const CamServeContext *context, const CamLoopThread *loop)
{
  for (unsigned i = 0; i < context->loops->len; i++) {
    CamServeLoop *candidate = context->loops->pdata[i];
    if (candidate->thread == loop)
      return candidate;
  }
  g_assert_not_reached ();
}

CamServeLoop *
cam_serve_loop_new (CamServeContext *context, CamLoopThread *loop)
{
  CamServeLoop *self = g_new0 (CamServeLoop, 1);
  self->context = context;
  self->thread = loop;
  self->guests = g_ptr_array_new ();
  return self;
}

void
cam_serve_loop_free (CamServeLoop *self)
{
  if (self == NULL)
    return;
  g_assert (self->guests->len == 0 && self->udp_sender == NULL);
  g_ptr_array_unref (self->guests);
  g_free (self);
}

CamServeContext *
cam_serve_loop_get_context (const CamServeLoop *self)
{
  return self->context;
}

CamLoopThread *
cam_serve_loop_get_thread (const CamServeLoop *self)
{
  return self->thread;
}

CamUdpSender *
cam_serve_loop_get_udp_sender (CamServeLoop *self)
{
  CAM_ASSERT_ON (self->thread);
  if (self->udp_sender == NULL)
    self->udp_sender = cam_udp_sender_new (self->context->udp_ports, self->thread);
  return self->udp_sender;
}

/* The last one to leave a closing loop takes the sender along. */
static void
leave_if_empty (CamServeLoop *self)
{
  if (!self->is_closing || self->guests->len > 0)
    return;
  g_clear_pointer (&self->udp_sender, cam_udp_sender_free);
  self->is_gone = true;
}

bool
cam_serve_loop_add (CamServeLoop *self, CamServeGuest *guest)
{
  CAM_ASSERT_ON (self->thread);
  if (self->is_closing)
    return false;
  g_ptr_array_add (self->guests, guest);
  return true;
}

void
cam_serve_loop_remove (CamServeLoop *self, CamServeGuest *guest)
{
  CAM_ASSERT_ON (self->thread);
  g_ptr_array_remove_fast (self->guests, guest);
  leave_if_empty (self);
}

static void
on_review (gpointer data)
{
  CamServeLoop *self = data;
  CAM_ASSERT_ON (self->thread);
  g_autoptr (CamServeRules) rules = cam_serve_book_open (self->context->book);
  g_autoptr (GPtrArray) guests = g_ptr_array_copy (self->guests, NULL, NULL);
  for (unsigned i = 0; i < guests->len; i++) {
    const CamServeGuest *guest = guests->pdata[i];
    guest->review (guest->data, rules);
  }
}

void
cam_serve_loop_review (CamServeLoop *self)
{
  cam_loop_thread_post (self->thread, on_review, self, NULL);
}

typedef struct {
  CamServeLoop *loop; /* borrowed: freed only after gone, which this sets off */
  int64_t grace_us;
} Closing;

static void
on_close (gpointer data)
{
  const Closing *closing = data;
  CamServeLoop *self = closing->loop;
  CAM_ASSERT_ON (self->thread);
  if (self->is_closing)
    return;
  self->is_closing = true;
  g_autoptr (GPtrArray) guests = g_ptr_array_copy (self->guests, NULL, NULL);
  for (unsigned i = 0; i < guests->len; i++) {
    const CamServeGuest *guest = guests->pdata[i];
    guest->end (guest->data, closing->grace_us);
  }
  leave_if_empty (self);
}

void
cam_serve_loop_close (CamServeLoop *self, int64_t grace_us)
{
  Closing *closing = g_new (Closing, 1);
  *closing = (Closing){.loop = self, .grace_us = grace_us};
  cam_loop_thread_post (self->thread, on_close, closing, g_free);
}

/* Somebody who is asked to leave, on the way to the loop that may have him. */
typedef struct {
  CamServeLoop *loop; /* borrowed: freed only after gone, behind this */
  char *reader;       /* owned */
  int64_t grace_us;
} Kick;

static void
kick_free (gpointer data)
{
  Kick *kick = data;
  g_free (kick->reader);
  g_free (kick);
}

static void
on_kick (gpointer data)
{
  const Kick *kick = data;
  const GPtrArray *guests = kick->loop->guests;
  CAM_ASSERT_ON (kick->loop->thread);
  for (unsigned i = 0; i < guests->len; i++) {
    const CamServeGuest *guest = guests->pdata[i];
    if (g_strcmp0 (guest->reader, kick->reader) == 0) {
      guest->end (guest->data, kick->grace_us); /* may take it off the list */
      return;
    }
  }
}

void
cam_serve_loop_kick (CamServeLoop *self, const char *reader, int64_t grace_us)
{
  Kick *kick = g_new (Kick, 1);
  *kick = (Kick){.loop = self, .reader = g_strdup (reader), .grace_us = grace_us};
  cam_loop_thread_post (self->thread, on_kick, kick, kick_free);
}

bool
cam_serve_loop_is_gone (const CamServeLoop *self)
{
  return self->is_gone;
}
