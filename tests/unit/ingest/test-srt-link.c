#include "ingest/srt-link.h"

#include "core/resolver-private.h"
#include "srt-peer.h"

#define TIMEOUT_US (60 * G_USEC_PER_SEC) /* of one call: what ends before it was not waited for */

typedef struct {
  CamLoopThread *loop;   /* owned */
  CamResolver *resolver; /* owned */
  const char *addresses[5];
  SrtPeer peer;
  CamSrtUrl *url; /* owned */
  unsigned port;
  CamSrtLink *link; /* owned; the loop's */

  /* Under the peer's lock. */
  unsigned n_connected;
  unsigned n_messages;
  unsigned n_ended;
  CamReason reason;
  char *detail; /* owned */
} Fixture;

static GList *
look_up (const char *host, gpointer data, GError **error)
{
  const Fixture *self = data;
  GList *addresses = NULL;
  g_assert_cmpstr (host, ==, "encoder.test");
  for (unsigned i = 0; self->addresses[i] != NULL; i++)
    addresses = g_list_append (addresses, g_inet_address_new_from_string (self->addresses[i]));
  if (addresses == NULL)
    g_set_error (error, G_RESOLVER_ERROR, G_RESOLVER_ERROR_NOT_FOUND, "no such name");
  return addresses;
}

static void
on_connected (gpointer data)
{
  Fixture *self = data;
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->peer.lock);
  self->n_connected++;
  g_cond_broadcast (&self->peer.changed);
}

static void
on_readable (gpointer data)
{
  Fixture *self = data;
  const uint8_t *message = NULL;
  size_t size = 0;
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->peer.lock);
  while (cam_srt_link_take (self->link, &message, &size))
    self->n_messages++;
  g_cond_broadcast (&self->peer.changed);
}

static void
on_ended (CamReason reason, const char *detail, gpointer data)
{
  Fixture *self = data;
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->peer.lock);
  self->n_ended++;
  self->reason = reason;
  self->detail = g_strdup (detail);
  g_clear_pointer (&self->link, cam_srt_link_free);
  g_cond_broadcast (&self->peer.changed);
}

static const CamSrtLinkEvents events = {.connected = on_connected, .readable = on_readable, .ended = on_ended};

static void
set_up (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  self->loop = cam_loop_thread_new ("test-loop", &error);
  g_assert_no_error (error);
  self->resolver = cam_resolver_new_with_lookup (look_up, self);
  peer_open (&self->peer, self->loop);
  self->url = cam_srt_url_new ();
  self->url->mode = CAM_SRT_CALLER;
  self->url->latency_ms = 20;
  self->url->timeout_us = TIMEOUT_US;
}

static void
free_link (gpointer data)
{
  Fixture *self = data;
  g_clear_pointer (&self->link, cam_srt_link_free);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  peer_on_loop (&self->peer, free_link, self);
  peer_close (&self->peer);
  cam_loop_thread_quit (self->loop);
  g_assert_true (cam_loop_thread_join (self->loop, PEER_DEADLINE_US));
  cam_resolver_free (self->resolver);
  cam_srt_url_free (self->url);
  g_free (self->detail);
}

static void
begin (gpointer data)
{
  Fixture *self = data;
  const CamSrtLinkSetup setup = {.poller = self->peer.poller, .loop = self->loop, .events = &events, .data = self};
  self->link = cam_srt_link_new_dial (&setup, self->resolver, self->url, "encoder.test", self->port);
}

static void
send_one (Fixture *self)
{
  g_autoptr (GBytes) message = g_bytes_new ("x", 1);
  peer_send (&self->peer, message);
  PEER_AWAIT (&self->peer, self->n_messages == 1);
}

static void
test_first (Fixture *self, gconstpointer data)
{
  self->addresses[0] = "127.0.0.1";
  self->port = peer_listen (&self->peer, "127.0.0.1:0");
  peer_on_loop (&self->peer, begin, self);
  peer_answer (&self->peer);
  PEER_AWAIT (&self->peer, self->n_connected == 1);
  send_one (self);
  g_assert_cmpuint (cam_srt_link_get_lost (self->link), ==, 0);
  peer_hang_up (&self->peer);
  PEER_AWAIT (&self->peer, self->n_ended == 1);
  g_assert_cmpint (self->reason, ==, CAM_REASON_CLOSED);
}

/* Nobody answers at the first two; the third is not kept waiting for that. */
static void
test_stagger (Fixture *self, gconstpointer data)
{
  self->addresses[0] = "127.0.0.3";
  self->addresses[1] = "127.0.0.2";
  self->addresses[2] = "127.0.0.1";
  self->port = peer_listen (&self->peer, "127.0.0.1:0");
  peer_on_loop (&self->peer, begin, self);
  peer_answer (&self->peer);
  PEER_AWAIT (&self->peer, self->n_connected == 1);
  send_one (self);
  g_assert_cmpuint (self->n_ended, ==, 0);
}

/* Where one refuses and nobody answers elsewhere, the refusal is what is told. */
static void
test_refused (Fixture *self, gconstpointer data)
{
  self->addresses[0] = "127.0.0.1";
  self->addresses[1] = "127.0.0.2";
  self->url->timeout_us = G_USEC_PER_SEC / 2;
  self->peer.refusal = CAM_SRT_REFUSAL_NOT_FOUND;
  self->port = peer_listen (&self->peer, "127.0.0.1:0");
  peer_on_loop (&self->peer, begin, self);
  PEER_AWAIT (&self->peer, self->n_ended == 1);
  g_assert_cmpint (self->reason, ==, CAM_REASON_NOT_FOUND);
  g_assert_cmpuint (self->n_connected, ==, 0);
}

static void
test_no_name (Fixture *self, gconstpointer data)
{
  self->port = 9;
  peer_on_loop (&self->peer, begin, self);
  PEER_AWAIT (&self->peer, self->n_ended == 1);
  g_assert_cmpint (self->reason, ==, CAM_REASON_DNS);
  g_assert_cmpstr (self->detail, ==, "no such name");
}

static void
test_nobody (Fixture *self, gconstpointer data)
{
  self->addresses[0] = "127.0.0.2";
  self->addresses[1] = "127.0.0.3";
  self->url->timeout_us = G_USEC_PER_SEC / 2;
  self->port = peer_listen (&self->peer, "127.0.0.1:0");
  peer_on_loop (&self->peer, begin, self);
  PEER_AWAIT (&self->peer, self->n_ended == 1);
  g_assert_cmpint (self->reason, ==, CAM_REASON_TIMEOUT);
}

/* Freed while it dials, and at once. */
static void
test_free (Fixture *self, gconstpointer data)
{
  self->addresses[0] = "127.0.0.2";
  self->port = peer_listen (&self->peer, "127.0.0.1:0");
  peer_on_loop (&self->peer, begin, self);
  peer_on_loop (&self->peer, free_link, self);
  peer_on_loop (&self->peer, free_link, self);
  g_assert_cmpuint (self->n_ended + self->n_connected, ==, 0);
}

#define ADD(path, func) g_test_add ("/srt-link/" path, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("first", test_first);
  ADD ("stagger", test_stagger);
  ADD ("refused", test_refused);
  ADD ("no-name", test_no_name);
  ADD ("nobody", test_nobody);
  ADD ("free", test_free);
  return g_test_run ();
}
