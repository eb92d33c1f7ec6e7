#include "srt/srt-door.h"

#include <errno.h>
#include <srt/srt.h>

#include "srt/srt-address.h"
#include "srt/srt-guests.h"
#include "srt/srt-library.h"
#include "srt/srt-options.h"
#include "srt/srt-poller-private.h"

/* Callers that are in and not accepted yet; T comes by each 10 ms. Before that a caller costs nothing: libsrt keeps no state until its
 * cookie came back. */
enum { BACKLOG = 64, ACCEPTS_A_TURN = 32 };

struct CamSrtDoor {
  gatomicrefcount refs;
  CamSrtPoller *poller;           /* borrowed */
  const CamSrtDoorEvents *events; /* borrowed, constant */
  gpointer data;                  /* borrowed until close */
  SRTSOCKET listener;             /* owned while is_listening */
  unsigned port;
  CamSrtOptions *options; /* owned */

  GMutex lock;
  GCond left;
  bool is_listening; /* under the lock, as all below */
  bool is_closed;
  unsigned n_inside;  /* calls of events that run */
  CamSrtGuests *guests; /* owned */
};

static gpointer
ref (CamSrtDoor *self)
{
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

static void
unref (gpointer data)
{
  CamSrtDoor *self = data;
  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  cam_srt_guests_free (self->guests);
  cam_srt_options_free (self->options);
  g_cond_clear (&self->left);
  g_mutex_clear (&self->lock);
  g_free (self);
}

/* Before a call of an event; false after close. */
static bool
enter (CamSrtDoor *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  if (self->is_closed)
    return false;
  self->n_inside++;
  return true;
}

static void
leave (CamSrtDoor *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  self->n_inside--;
  g_cond_broadcast (&self->left);
}

static bool
is_printable (const char *text)
{
  if (!g_utf8_validate (text, -1, NULL))
    return false;
  for (const char *at = text; *at != '\0'; at = g_utf8_next_char (at))
    if (!g_unichar_isprint (g_utf8_get_char (at)))
      return false;
  return true;
}

static bool
remember_guest (CamSrtDoor *self, SRTSOCKET socket, const CamSrtCaller *caller, bool is_secret)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  const CamSrtGuest guest = {
      .address = caller->address, .port = caller->port, .stream_id = (char *) caller->stream_id, .is_secret = is_secret};
  return cam_srt_guests_add (self->guests, socket, &guest);
}

static CamSrtRefusal
judge (CamSrtDoor *self, SRTSOCKET socket, const CamSrtCaller *caller)
{
  if (!is_printable (caller->stream_id))
    return CAM_SRT_REFUSAL_BAD_REQUEST;
  const CamSrtVerdict verdict = self->events->judge (caller, self->data);
  g_autoptr (CamSecret) passphrase = verdict.passphrase;
  if (verdict.refusal != CAM_SRT_REFUSAL_NONE)
    return verdict.refusal;
  if (verdict.is_sender)
    cam_srt_options_make_room (self->options, socket);
  if (!cam_srt_options_set_passphrase (socket, passphrase) || !remember_guest (self, socket, caller, passphrase != NULL))
    return CAM_SRT_REFUSAL_FULL;
  return CAM_SRT_REFUSAL_NONE;
}

/* On a thread of libsrt's, once a caller has proved its address by a cookie. −1 refuses. */
static int
on_knock (void *opaque, SRTSOCKET socket, int handshake_version, const struct sockaddr *native, const char *stream_id)
{
  CamSrtDoor *self = opaque;
  CamSrtCaller caller = {.stream_id = stream_id != NULL ? stream_id : ""};
  g_autoptr (GInetAddress) address = cam_srt_address_to_inet (native, &caller.port);
  if (address == NULL || !enter (self))
    return -1;
  caller.address = address;
  const CamSrtRefusal refusal = judge (self, socket, &caller);
  leave (self);
  if (refusal == CAM_SRT_REFUSAL_NONE)
    return 0;
  srt_setrejectreason (socket, cam_srt_refusal_code (refusal));
  return -1;
}

static CamSrtGuest *
take_guest (CamSrtDoor *self, SRTSOCKET socket)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  return cam_srt_guests_take (self->guests, socket);
}

static void
hand_on (CamSrtDoor *self, SRTSOCKET socket, const CamSrtGuest *guest)
{
  if (guest == NULL || !enter (self)) {
    srt_close (socket);
    return;
  }
  const CamSrtCaller caller = {.address = guest->address, .port = guest->port, .stream_id = guest->stream_id};
  self->events->accepted (socket, &caller, self->data);
  leave (self);
}

static void
say_failed (CamSrtDoor *self, const CamSrtGuest *guest)
{
  if (self->events->failed == NULL || !enter (self))
    return;
  const CamSrtCaller caller = {.address = guest->address, .port = guest->port, .stream_id = guest->stream_id};
  if (guest->is_secret)
    self->events->failed (&caller, CAM_REASON_AUTH, "the passphrase is wrong", self->data);
  else
    self->events->failed (&caller, CAM_REASON_PROTOCOL,
                          "it wants encryption or a packet filter that it cannot have here, or was gone before it was in", self->data);
  leave (self);
}

static void
accept_callers (CamSrtDoor *self)
{
  for (unsigned i = 0; i < ACCEPTS_A_TURN; i++) {
    SRTSOCKET socket = srt_accept (self->listener, NULL, NULL);
    if (socket == SRT_INVALID_SOCK)
      return;
    g_autoptr (CamSrtGuest) guest = take_guest (self, socket);
    hand_on (self, socket, guest);
  }
}

static void
on_ready (gpointer data, int events)
{
  accept_callers (data);
}

static GArray *
list_guests (CamSrtDoor *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  return cam_srt_guests_list (self->guests);
}

/* libsrt ends those with a wrong passphrase by itself and says so to nobody here. */
static void
on_tick (gpointer data, gint64 now_us)
{
  CamSrtDoor *self = data;
  accept_callers (self); /* a lost event would keep one waiting until the next comes */
  g_autoptr (GArray) sockets = list_guests (self);
  for (unsigned i = 0; i < sockets->len; i++) {
    const SRTSOCKET socket = g_array_index (sockets, int, i);
    if (srt_getsockstate (socket) <= SRTS_CONNECTED)
      continue;
    g_autoptr (CamSrtGuest) guest = take_guest (self, socket);
    if (guest != NULL)
      say_failed (self, guest);
  }
}

/* Any thread. Never waits, unlike the end of a connection: libsrt only takes the listener off its list. No caller is judged any more once
 * it is over. */
static void
stop_listening (CamSrtDoor *self)
{
  g_mutex_lock (&self->lock);
  bool was_listening = self->is_listening;
  self->is_listening = false;
  g_mutex_unlock (&self->lock);
  if (was_listening)
    srt_close (self->listener);
}

/* Who is in and was not accepted would stay connected until libsrt forgets the listener, 3 s later. */
static void
unwatch_listener (gpointer data)
{
  CamSrtDoor *self = data;
  g_autoptr (GArray) sockets = list_guests (self);
  cam_srt_poller_unwatch (self->poller, self->listener);
  for (unsigned i = 0; i < sockets->len; i++)
    if (srt_getsockstate (g_array_index (sockets, int, i)) == SRTS_CONNECTED)
      srt_close (g_array_index (sockets, int, i));
}

static void
on_stop (gpointer data)
{
  unwatch_listener (data);
  stop_listening (data);
}

static const CamSrtWatchFuncs watch_funcs = {.ready = on_ready, .tick = on_tick, .stop = on_stop};

/* Of callers that were in before, libsrt says nothing. The watch fails for a listener that was closed meanwhile. */
static void
watch_listener (gpointer data)
{
  CamSrtDoor *self = data;
  if (cam_srt_poller_watch (self->poller, self->listener, SRT_EPOLL_IN, &watch_funcs, self))
    accept_callers (self);
}

/* A bound socket, or SRT_INVALID_SOCK with what the system said, 0 for nothing. */
static SRTSOCKET
bind_socket (const CamSrtAddress *address, const CamSrtOptions *options, int *ret_errno, GError **error)
{
  *ret_errno = 0;
  SRTSOCKET socket = srt_create_socket ();
  if (!cam_srt_options_apply (options, socket, error)) {
    srt_close (socket);
    return SRT_INVALID_SOCK;
  }
  const int takes_ipv6_only = !cam_srt_address_is_any_ipv6 (address);
  if (address->storage.ss_family == AF_INET6)
    srt_setsockflag (socket, SRTO_IPV6ONLY, &takes_ipv6_only, sizeof takes_ipv6_only);
  if (srt_bind (socket, (const struct sockaddr *) &address->storage, (int) address->size) != SRT_ERROR)
    return socket;
  srt_getlasterror (ret_errno);
  g_set_error_literal (error, CAM_SRT_ERROR, CAM_SRT_ERROR_BIND, *ret_errno != 0 ? g_strerror (*ret_errno) : srt_getlasterror_str ());
  srt_close (socket);
  return SRT_INVALID_SOCK;
}

static SRTSOCKET
bind_somewhere (const char *text, const CamSrtOptions *options, GError **error)
{
  CamSrtAddress address;
  const char *why = NULL;
  if (!cam_srt_address_parse (text, &address, &why)) {
    g_set_error_literal (error, CAM_SRT_ERROR, CAM_SRT_ERROR_BIND, why);
    return SRT_INVALID_SOCK;
  }
  int system_error = 0;
  SRTSOCKET socket = bind_socket (&address, options, &system_error, error);
  if (socket != SRT_INVALID_SOCK || !cam_srt_address_is_any_ipv6 (&address) ||
      (system_error != EAFNOSUPPORT && system_error != EADDRNOTAVAIL))
    return socket;
  g_clear_error (error);
  const CamSrtAddress any = cam_srt_address_without_ipv6 (&address);
  return bind_socket (&any, options, &system_error, error);
}

static unsigned
find_port (SRTSOCKET socket)
{
  CamSrtAddress bound = {.size = sizeof bound.storage};
  int size = sizeof bound.storage;
  unsigned port = 0;
  srt_getsockname (socket, (struct sockaddr *) &bound.storage, &size);
  g_autoptr (GInetAddress) address = cam_srt_address_to_inet ((const struct sockaddr *) &bound.storage, &port);
  return port;
}

CamSrtDoor *
cam_srt_door_open (
    CamSrtPoller *poller, const char *address, const CamSrtUrl *url, const CamSrtDoorEvents *events, gpointer data, GError **error)
{
  CamSrtOptions *options = cam_srt_options_new (url);
  SRTSOCKET listener = bind_somewhere (address, options, error);
  if (listener == SRT_INVALID_SOCK) {
    cam_srt_options_free (options);
    g_prefix_error (error, "cannot listen on '%s': ", address);
    return NULL;
  }
  CamSrtDoor *self = g_new0 (CamSrtDoor, 1);
  g_atomic_ref_count_init (&self->refs);
  g_mutex_init (&self->lock);
  g_cond_init (&self->left);
  self->poller = poller;
  self->events = events;
  self->data = data;
  self->listener = listener;
  self->is_listening = true;
  self->port = find_port (listener);
  self->options = options;
  self->guests = cam_srt_guests_new ();
  srt_listen_callback (listener, on_knock, self);
  if (srt_listen (listener, BACKLOG) == SRT_ERROR) {
    g_set_error (error, CAM_SRT_ERROR, CAM_SRT_ERROR_BIND, "cannot listen on '%s': %s", address, srt_getlasterror_str ());
    g_clear_pointer (&self, cam_srt_door_close);
    return NULL;
  }
  cam_srt_poller_run (poller, watch_listener, ref (self), unref);
  return self;
}

unsigned
cam_srt_door_get_port (const CamSrtDoor *self)
{
  return self->port;
}

void
cam_srt_door_close (CamSrtDoor *self)
{
  if (self == NULL)
    return;
  g_mutex_lock (&self->lock);
  self->is_closed = true;
  while (self->n_inside > 0) /* events neither wait nor take long, or libsrt itself would stand still */
    g_cond_wait (&self->left, &self->lock);
  g_mutex_unlock (&self->lock);
  stop_listening (self);
  cam_srt_poller_run (self->poller, unwatch_listener, self, unref);
}
