#include "serve/tls-handshakes.h"

#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "camrelay/log-fields.h"
#include "core/log.h"
#include "core/redact.h"
#include "serve/client-socket.h"
#include "serve/connection-deadlines.h"
#include "serve/rtsp-connection.h"
#include "wire/tls-record.h"

/* How often deadlines are looked at while anybody is here. */
#define ROUND_US (100 * 1000)
#define REASON_BYTES 200
#define NOT_TLS "RTSP/1.0 400 Bad Request\r\nConnection: close\r\n\r\n"

typedef struct {
  CamTlsHandshakes *owner; /* borrowed: outlives its guests */
  int fd;                  /* owned until there is a stream */
  CamRtspPeer peer;
  int64_t accepted_us;
  int64_t placed_us;       /* when it got its place; 0: it has none */
  CamLoopWatch *watch;     /* owned; until it greets */
  CamSocketStream *socket; /* ref; once it has a place */
  bool is_sent_away;       /* it has a place: gone when GIO gives it back */
} Guest;

struct CamTlsHandshakes {
  CamServeLoop *home;       /* borrowed */
  CamTlsIdentity *identity; /* ref */
  GCancellable *cancellable; /* owned; of looks at the files */
  GQueue guests;            /* of Guest, owned: all */
  GQueue waiting;           /* of Guest, borrowed from guests: greeted, and without a place */
  GQueue placed;            /* of Guest, borrowed likewise: CAM_TLS_PLACES at most */
  CamLoopTimer *timer; /* owned; NULL until somebody comes */
  bool is_closed;
  void (*gone) (gpointer data); /* NULL until all were sent away */
  gpointer gone_data;           /* borrowed */
};

void
cam_tls_handshakes_set_identity (CamTlsHandshakes *self, CamTlsIdentity *identity)
{
  cam_tls_identity_ref (identity);
  cam_tls_identity_unref (self->identity);
  self->identity = identity;
}

static CamLoopThread *
thread_of (const CamTlsHandshakes *self)
{
  return cam_serve_loop_get_thread (self->home);
}

CamTlsHandshakes *
cam_tls_handshakes_new (CamServeLoop *home, CamTlsIdentity *identity)
{
  CamTlsHandshakes *self = g_new0 (CamTlsHandshakes, 1);
  self->home = home;
  self->identity = cam_tls_identity_ref (identity);
  self->cancellable = g_cancellable_new ();
  return self;
}

void
cam_tls_handshakes_free (CamTlsHandshakes *self)
{
  if (self == NULL)
    return;
  g_assert (self->guests.length == 0 && self->timer == NULL);
  g_object_unref (self->cancellable);
  cam_tls_identity_unref (self->identity);
  g_free (self);
}

/* ---- leaving ---- */

static void
log_refusal (const Guest *guest, const char *why)
{
  CamLogFields fields = {.address = guest->peer.text};
  cam_log (CAM_LOG_WARNING, CAM_MSG_READER_REFUSED, &fields, "client refused: %s", why);
}

static void
leave_if_empty (CamTlsHandshakes *self)
{
  if (self->gone != NULL && self->guests.length == 0)
    self->gone (self->gone_data);
}

/* It is on no list but that of all. Its descriptor was handed on, or is closed here or with its stream. */
static void
dismiss (Guest *guest)
{
  CamTlsHandshakes *self = guest->owner;
  CamClientRegistry *registry = cam_serve_loop_get_context (self->home)->registry;
  g_queue_remove (&self->guests, guest);
  cam_loop_watch_free (guest->watch);
  if (guest->socket != NULL)
    g_object_unref (guest->socket);
  else
    cam_client_socket_close (guest->fd, false);
  if (guest->peer.address != NULL)
    cam_client_registry_dismiss (registry, guest->peer.address);
  cam_rtsp_peer_clear (&guest->peer);
  g_free (guest);
  leave_if_empty (self);
}

/* One that is shaking hands only hears of it: its thread ends, and then it goes. */
static void
send_away (Guest *guest)
{
  if (guest->placed_us == 0) {
    g_queue_remove (&guest->owner->waiting, guest);
    dismiss (guest);
  } else if (!guest->is_sent_away) {
    guest->is_sent_away = true;
    shutdown (guest->fd, SHUT_RDWR);
  }
}

/* ---- shaking hands ---- */

static void fill_places (CamTlsHandshakes *self);

static void
say_failure (const Guest *guest, const GError *error)
{
  g_autofree char *reason = cam_redact_text (error->message, -1, REASON_BYTES);
  g_autofree char *why = g_strdup_printf ("the TLS handshake failed, perhaps it does not believe the certificate (%s)", reason);
  log_refusal (guest, why);
}

/* It is inside: its socket and its place in the registry are the connection's. */
static void
let_in (Guest *guest, GTlsConnection *tls)
{
  CamServeLoop *home = guest->owner->home;
  CamClientLink *link = cam_client_link_new_sealed (g_object_ref (tls), g_object_ref (guest->socket));
  cam_rtsp_connection_start (home, link, &guest->peer, guest->accepted_us);
}

static void
on_shaken (GObject *source, GAsyncResult *result, gpointer data)
{
  Guest *guest = data;
  CamTlsHandshakes *self = guest->owner;
  CAM_ASSERT_ON (thread_of (self));
  GTlsConnection *tls = G_TLS_CONNECTION (source);
  g_autoptr (GError) error = NULL;
  bool is_shaken = g_tls_connection_handshake_finish (tls, result, &error);
  g_queue_remove (&self->placed, guest);
  if (is_shaken && !guest->is_sent_away)
    let_in (guest, tls);
  else if (!guest->is_sent_away)
    say_failure (guest, error);
  fill_places (self);
  dismiss (guest);
}

static void
give_place (CamTlsHandshakes *self, Guest *guest)
{
  g_autoptr (GError) error = NULL;
  guest->socket = cam_socket_stream_new (guest->fd, guest->accepted_us + CAM_CONNECTION_SILENCE_US);
  g_autoptr (GTlsConnection) tls = cam_tls_identity_accept (self->identity, G_IO_STREAM (guest->socket), &error);
  if (tls == NULL) {
    say_failure (guest, error);
    dismiss (guest);
    return;
  }
  guest->placed_us = cam_loop_thread_now_us (thread_of (self));
  g_queue_push_tail (&self->placed, guest);
  g_tls_connection_handshake_async (tls, G_PRIORITY_DEFAULT, NULL, on_shaken, guest);
}

static unsigned
count_placed (const CamTlsHandshakes *self, GInetAddress *address)
{
  unsigned n = 0;
  for (const GList *link = self->placed.head; link != NULL; link = link->next)
    n += g_inet_address_equal (((const Guest *) link->data)->peer.address, address);
  return n;
}

/* Of those that wait the first whose address has the fewest places: a host that takes all of them keeps out nobody but itself. */
static Guest *
take_next (CamTlsHandshakes *self)
{
  GList *best = self->waiting.head;
  unsigned fewest = CAM_TLS_PLACES;
  for (GList *link = self->waiting.head; link != NULL && fewest > 0; link = link->next) {
    unsigned n = count_placed (self, ((const Guest *) link->data)->peer.address);
    if (n >= fewest)
      continue;
    fewest = n;
    best = link;
  }
  Guest *guest = best->data;
  g_queue_delete_link (&self->waiting, best);
  return guest;
}

static void
on_looked (gpointer data)
{
  fill_places (data);
}

static void
fill_places (CamTlsHandshakes *self)
{
  while (!self->is_closed && self->waiting.length > 0 && self->placed.length < CAM_TLS_PLACES) {
    if (!cam_tls_identity_is_fresh (self->identity, cam_loop_thread_now_us (thread_of (self)))) {
      cam_tls_identity_look (self->identity, self->cancellable, on_looked, self);
      return;
    }
    give_place (self, take_next (self));
  }
}

/* ---- greeting ---- */

static void
turn_away (Guest *guest, const void *answer, size_t size)
{
  cam_client_socket_discard (guest->fd); /* what lies unread would make the end a reset, which overtakes the answer */
  (void) send (guest->fd, answer, size, MSG_DONTWAIT | MSG_NOSIGNAL); /* it is leaving anyhow */
  dismiss (guest);
}

static void
on_greeting (gpointer data, uint32_t events)
{
  Guest *guest = data;
  CamTlsHandshakes *self = guest->owner;
  uint8_t greeting[CAM_TLS_GREETING_BYTES];
  ssize_t got = recv (guest->fd, greeting, sizeof greeting, MSG_PEEK | MSG_DONTWAIT);
  if (got < (ssize_t) sizeof greeting) { /* less wakes nobody, but for the end */
    dismiss (guest);
    return;
  }
  switch (cam_tls_greeting_read (greeting, (size_t) got)) {
  case CAM_TLS_GREETING_OK:
    g_clear_pointer (&guest->watch, cam_loop_watch_free);
    setsockopt (guest->fd, SOL_SOCKET, SO_RCVLOWAT, &(int){1}, sizeof (int));
    g_queue_push_tail (&self->waiting, guest);
    fill_places (self);
    break;
  case CAM_TLS_GREETING_OLD:
    log_refusal (guest, "it knows no TLS newer than 1.1, and 1.2 is the oldest that is spoken here");
    turn_away (guest, CAM_TLS_ALERT_OLD, CAM_TLS_ALERT_BYTES);
    break;
  case CAM_TLS_GREETING_NONE:
    log_refusal (guest, "it speaks no TLS, and this port is for rtsps:// only");
    turn_away (guest, NOT_TLS, strlen (NOT_TLS));
    break;
  }
}

/* ---- rounds ---- */

static void
look_after (Guest *guest, int64_t now_us)
{
  bool holds_others_up = guest->placed_us != 0 && guest->owner->waiting.length > 0 && now_us >= guest->placed_us + CAM_TLS_PATIENCE_US;
  if (holds_others_up || now_us >= guest->accepted_us + CAM_CONNECTION_SILENCE_US)
    send_away (guest);
}

static void
on_round (gpointer data)
{
  CamTlsHandshakes *self = data;
  int64_t now_us = cam_loop_thread_now_us (thread_of (self));
  for (GList *link = self->guests.head, *next = NULL; link != NULL; link = next) {
    next = link->next;
    look_after (link->data, now_us);
  }
  fill_places (self); /* a look at the files may take too long */
  if (self->guests.length > 0)
    cam_loop_timer_arm (self->timer, now_us + ROUND_US);
}

void
cam_tls_handshakes_begin (CamTlsHandshakes *self, int fd, CamRtspPeer *peer)
{
  CAM_ASSERT_ON (thread_of (self));
  g_assert (!self->is_closed);
  Guest *guest = g_new0 (Guest, 1);
  *guest = (Guest){.owner = self, .fd = fd, .peer = *peer, .accepted_us = cam_loop_thread_now_us (thread_of (self))};
  *peer = (CamRtspPeer){0};
  guest->peer.is_sealed = true;
  if (self->timer == NULL)
    self->timer = cam_loop_timer_new (thread_of (self), on_round, self);
  if (self->guests.length == 0)
    cam_loop_timer_arm (self->timer, guest->accepted_us + ROUND_US);
  g_queue_push_tail (&self->guests, guest);
  setsockopt (fd, SOL_SOCKET, SO_RCVLOWAT, &(int){CAM_TLS_GREETING_BYTES}, sizeof (int));
  guest->watch = cam_loop_watch_new (thread_of (self), fd, EPOLLIN | EPOLLRDHUP, on_greeting, guest);
  if (guest->watch == NULL)
    dismiss (guest);
}

void
cam_tls_handshakes_close (CamTlsHandshakes *self, void (*gone) (gpointer data), gpointer data)
{
  CAM_ASSERT_ON (thread_of (self));
  self->is_closed = true;
  g_cancellable_cancel (self->cancellable);
  g_clear_pointer (&self->timer, cam_loop_timer_free);
  for (GList *link = self->guests.head, *next = NULL; link != NULL; link = next) {
    next = link->next;
    send_away (link->data);
  }
  self->gone = gone;
  self->gone_data = data;
  leave_if_empty (self);
}
