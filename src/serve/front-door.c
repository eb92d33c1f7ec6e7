#include "serve/front-door.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "camrelay/log-fields.h"
#include "core/log.h"
#include "serve/rtsp-connection.h"
#include "serve/tls-handshakes.h"

/* A burst of clients must not keep the loop's readers waiting. */
enum {
  ACCEPTS_A_TURN = 32,
  PATIENCE_RESTS = 10, /* a shortage that is over in a second costs nobody his connection */
};
#define REST_US (100 * 1000)
#define REFUSAL "RTSP/1.0 503 Service Unavailable\r\nRetry-After: 10\r\nConnection: close\r\n\r\n"

typedef struct {
  CamFrontDoor *door;  /* borrowed */
  int listener;        /* borrowed */
  bool is_sealed;      /* TLS is spoken there */
  CamLoopWatch *watch; /* owned */
} Entrance;

struct CamFrontDoor {
  CamServeLoop *home;                /* borrowed */
  const CamRtspListeners *listeners; /* borrowed */
  GArray *entrances;                 /* of Entrance */
  CamTlsHandshakes *handshakes;      /* owned; NULL when nothing is sealed */
  CamLoopTimer *rest;                /* owned; armed while no descriptor is left */
  unsigned n_rests;                  /* in a row */
  int spare;                         /* owned; given up to answer one client while no other descriptor is left; -1: none */
  bool has_said_full;                /* once until somebody is let in again */
};

static void
say_full (CamFrontDoor *self, const CamRtspPeer *peer, const char *limit)
{
  if (self->has_said_full)
    return;
  self->has_said_full = true;
  CamLogFields fields = {.address = peer->text};
  cam_log (CAM_LOG_WARNING, CAM_MSG_READER_REFUSED, &fields, "client refused: %s is reached", limit);
}

static void
refuse (CamFrontDoor *self, int fd, const CamRtspPeer *peer, const char *limit)
{
  cam_client_registry_add (cam_serve_loop_get_context (self->home)->registry, CAM_CLIENT_COUNT_REFUSED, 1);
  say_full (self, peer, limit);
  (void) send (fd, REFUSAL, strlen (REFUSAL), MSG_DONTWAIT | MSG_NOSIGNAL); /* it is leaving anyhow */
  close (fd);
}

static void
welcome (const Entrance *entrance, int fd, CamRtspPeer *peer)
{
  CamServeLoop *home = entrance->door->home;
  if (entrance->is_sealed)
    cam_tls_handshakes_begin (entrance->door->handshakes, fd, peer);
  else
    cam_rtsp_connection_start (home, cam_client_link_new (fd), peer, cam_loop_thread_now_us (cam_serve_loop_get_thread (home)));
}

static void
let_in (const Entrance *entrance, int fd)
{
  CamFrontDoor *self = entrance->door;
  CamClientRegistry *registry = cam_serve_loop_get_context (self->home)->registry;
  CamRtspPeer peer;
  if (!cam_rtsp_peer_init (&peer, fd)) {
    close (fd);
    return;
  }
  switch (cam_client_registry_admit (registry, peer.address)) {
  case CAM_ADMISSION_OK:
    self->has_said_full = false;
    self->n_rests = 0;
    cam_client_registry_add (registry, CAM_CLIENT_COUNT_ACCEPTED, 1);
    welcome (entrance, fd, &peer);
    break;
  case CAM_ADMISSION_FULL:
    refuse (self, fd, &peer, "MaxConnections");
    break;
  case CAM_ADMISSION_ADDRESS_FULL:
    refuse (self, fd, &peer, "MaxConnectionsPerAddress");
    break;
  }
  cam_rtsp_peer_clear (&peer);
}

static void
watch_all (CamFrontDoor *self, uint32_t events)
{
  for (unsigned i = 0; i < self->entrances->len; i++)
    cam_loop_watch_set_events (g_array_index (self->entrances, Entrance, i).watch, events);
}

static void
on_rested (gpointer data)
{
  watch_all (data, EPOLLIN);
}

/* No descriptor or memory left: the waiting connection would wake us again at once, so nobody looks for a while. */
static void
take_a_rest (CamFrontDoor *self)
{
  if (self->n_rests++ == 0)
    cam_log (CAM_LOG_WARNING, CAM_MSG_LIMITS, NULL, "clients wait: no descriptor or memory is left (LimitNOFILE=, ulimit -n)");
  watch_all (self, 0);
  cam_loop_timer_arm (self->rest, cam_loop_thread_now_us (cam_serve_loop_get_thread (self->home)) + REST_US);
}

/* With the descriptor that is kept for this: who waits in vain is told so, one a rest. */
static void
turn_one_away (const Entrance *entrance)
{
  CamFrontDoor *self = entrance->door;
  CamRtspPeer peer;
  if (self->spare < 0)
    return;
  close (self->spare);
  int fd = accept4 (entrance->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
  if (fd >= 0 && cam_rtsp_peer_init (&peer, fd)) {
    refuse (self, fd, &peer, "the limit of descriptors");
    cam_rtsp_peer_clear (&peer);
  } else if (fd >= 0) {
    close (fd);
  }
  self->spare = open ("/dev/null", O_RDONLY | O_CLOEXEC);
}

/* Whether the next one may be accepted at once. */
static bool
bear_failure (const Entrance *entrance, int error)
{
  CamFrontDoor *self = entrance->door;
  bool has_no_descriptor = error == EMFILE || error == ENFILE;
  if (has_no_descriptor && self->n_rests >= PATIENCE_RESTS)
    turn_one_away (entrance);
  if (has_no_descriptor || error == ENOBUFS || error == ENOMEM)
    take_a_rest (self);
  return error == ECONNABORTED || error == EINTR || error == EPROTO;
}

static void
on_knock (gpointer data, uint32_t events)
{
  const Entrance *entrance = data;
  for (unsigned i = 0; i < ACCEPTS_A_TURN; i++) {
    int fd = accept4 (entrance->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd < 0 && !bear_failure (entrance, errno))
      return;
    if (fd >= 0)
      let_in (entrance, fd);
  }
}

CamFrontDoor *
cam_front_door_new (CamServeLoop *home, const CamRtspListeners *listeners, CamTlsIdentity *identity)
{
  CamFrontDoor *self = g_new0 (CamFrontDoor, 1);
  self->home = home;
  self->listeners = listeners;
  self->spare = -1;
  self->entrances = g_array_new (false, false, sizeof (Entrance));
  if (identity != NULL)
    self->handshakes = cam_tls_handshakes_new (home, identity);
  return self;
}

void
cam_front_door_free (CamFrontDoor *self)
{
  if (self == NULL)
    return;
  g_assert (self->entrances->len == 0);
  g_array_unref (self->entrances);
  cam_tls_handshakes_free (self->handshakes);
  g_free (self);
}

static void
watch_listeners (CamFrontDoor *self)
{
  CamLoopThread *thread = cam_serve_loop_get_thread (self->home);
  unsigned n = cam_rtsp_listeners_count (self->listeners);
  g_array_set_size (self->entrances, n); /* the watches keep pointers into it: it does not grow any more */
  for (unsigned i = 0; i < n; i++) {
    Entrance *entrance = &g_array_index (self->entrances, Entrance, i);
    entrance->door = self;
    entrance->listener = cam_rtsp_listeners_get (self->listeners, i);
    entrance->is_sealed = cam_rtsp_listeners_is_sealed (self->listeners, i);
    entrance->watch = cam_loop_watch_new (thread, entrance->listener, EPOLLIN, on_knock, entrance);
  }
}

static void
unwatch_listeners (CamFrontDoor *self)
{
  for (unsigned i = 0; i < self->entrances->len; i++)
    cam_loop_watch_free (g_array_index (self->entrances, Entrance, i).watch);
  g_array_set_size (self->entrances, 0);
}

void
cam_front_door_open (CamFrontDoor *self)
{
  CamLoopThread *thread = cam_serve_loop_get_thread (self->home);
  CAM_ASSERT_ON (thread);
  self->rest = cam_loop_timer_new (thread, on_rested, self);
  self->spare = open ("/dev/null", O_RDONLY | O_CLOEXEC);
  watch_listeners (self);
}

/* Listeners on their way to the loop. */
typedef struct {
  CamFrontDoor *door;            /* borrowed: freed after it is shut */
  CamRtspListeners *before;      /* owned */
  const CamRtspListeners *after; /* borrowed */
  CamTlsIdentity *identity;      /* ref; NULL: nothing is sealed */
} Change;

static void
free_change (gpointer data)
{
  Change *change = data;
  cam_rtsp_listeners_free (change->before);
  cam_tls_identity_unref (change->identity);
  g_free (change);
}

/* A door that is closed by now has no entrances, and gets none. */
static void
on_change (gpointer data)
{
  const Change *change = data;
  CamFrontDoor *self = change->door;
  CAM_ASSERT_ON (cam_serve_loop_get_thread (self->home));
  bool is_open = self->rest != NULL;
  unwatch_listeners (self);
  self->listeners = change->after;
  if (self->handshakes != NULL && change->identity != NULL)
    cam_tls_handshakes_set_identity (self->handshakes, change->identity);
  else if (change->identity != NULL && is_open)
    self->handshakes = cam_tls_handshakes_new (self->home, change->identity);
  if (is_open)
    watch_listeners (self);
}

void
cam_front_door_post_change (CamFrontDoor *self, CamRtspListeners *before, const CamRtspListeners *after, CamTlsIdentity *identity)
{
  Change *change = g_new (Change, 1);
  *change = (Change){.door = self, .before = before, .after = after, .identity = identity != NULL ? cam_tls_identity_ref (identity) : NULL};
  cam_loop_thread_post (cam_serve_loop_get_thread (self->home), on_change, change, free_change);
}

void
cam_front_door_close (CamFrontDoor *self, void (*shut) (gpointer data), gpointer data)
{
  CAM_ASSERT_ON (cam_serve_loop_get_thread (self->home));
  unwatch_listeners (self);
  g_clear_pointer (&self->rest, cam_loop_timer_free);
  if (self->spare >= 0)
    close (self->spare);
  self->spare = -1;
  if (self->handshakes != NULL)
    cam_tls_handshakes_close (self->handshakes, shut, data);
  else
    shut (data);
}
