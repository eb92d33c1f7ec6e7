#include "srt/srt-connection.h"

#include <srt/srt.h>
#include <stdatomic.h>

#include "core/packet-mailbox.h"
#include "srt/srt-address.h"
#include "srt/srt-options.h"
#include "srt/srt-poller-private.h"
#include "srt/srt-reject.h"

/* What a loop may be behind: a third of a second at 100 Mbit/s. */
#define MOST_WAITING_BYTES ((size_t) 4 * 1024 * 1024)

/* So that one fast sender does not keep the others waiting. */
enum { MESSAGES_A_TURN = 64 };

/* Of a connection that has ended: all that libsrt can hold of one (SRTO_FC). */
enum { MESSAGES_AT_END = 25600 };

/* libsrt takes 5 s of silence for the end (16 times 300 ms at least), and hardly anything else takes so long. */
#define SILENCE_US (4 * G_USEC_PER_SEC)

typedef enum { PHASE_IDLE, PHASE_CONNECTING, PHASE_OPEN, PHASE_OVER } Phase;

struct CamSrtConnection {
  gatomicrefcount refs;
  CamSrtPlace place;
  CamPacketMailbox *mailbox; /* owned */
  atomic_bool is_freed;      /* by its owner; written on the loop */
  atomic_bool is_rung;       /* the loop has been told to look into the mailbox */
  _Atomic uint64_t overrun;
  atomic_int open_socket; /* what may be sent on; SRT_INVALID_SOCK: nothing */

  GMutex lock;
  CamSrtStatistics statistics; /* under the lock, as the next */
  bool has_statistics;

  /* The loop's. */
  bool is_full; /* writable is to come */
  bool has_ended;

  /* T's. */
  Phase phase;
  int socket;             /* SRT_INVALID_SOCK: none */
  CamSrtOptions *options; /* owned; NULL for adopted ones */
  CamSrtAddress peer;     /* of a dial, as the next */
  unsigned port;
  CamSrtCounter counter;
  gint64 heard_us;
  gint64 opened_us;
  bool awaits_room;
};

/* The last word, on its way to the loop. */
typedef struct {
  CamSrtConnection *connection; /* ref */
  CamReason reason;
  char *detail; /* owned */
} Ending;

static gpointer
ref (CamSrtConnection *self)
{
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

static void
unref (gpointer data)
{
  CamSrtConnection *self = data;
  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  g_assert (self->socket == SRT_INVALID_SOCK);
  cam_srt_options_free (self->options);
  cam_packet_mailbox_free (self->mailbox);
  g_mutex_clear (&self->lock);
  g_free (self);
}

static void
post (CamSrtConnection *self, CamLoopFunc func)
{
  if (!atomic_load (&self->is_freed))
    cam_loop_thread_post (self->place.loop, func, ref (self), unref);
}

static void
on_connected (gpointer data)
{
  CamSrtConnection *self = data;
  if (!atomic_load (&self->is_freed))
    self->place.events->connected (self->place.data);
}

static void
on_readable (gpointer data)
{
  CamSrtConnection *self = data;
  atomic_store (&self->is_rung, false);
  if (!atomic_load (&self->is_freed))
    self->place.events->readable (self->place.data);
}

static void
on_writable (gpointer data)
{
  CamSrtConnection *self = data;
  self->is_full = false;
  if (!atomic_load (&self->is_freed) && self->place.events->writable != NULL)
    self->place.events->writable (self->place.data);
}

static void
free_ending (gpointer data)
{
  Ending *ending = data;
  unref (ending->connection);
  g_free (ending->detail);
  g_free (ending);
}

static void
on_ended (gpointer data)
{
  const Ending *ending = data;
  CamSrtConnection *self = ending->connection;
  self->has_ended = true;
  if (!atomic_load (&self->is_freed))
    self->place.events->ended (ending->reason, ending->detail, self->place.data);
}

static void
say_ended (CamSrtConnection *self, CamReason reason, const char *detail)
{
  if (atomic_load (&self->is_freed))
    return;
  Ending *ending = g_new (Ending, 1);
  *ending = (Ending){.connection = ref (self), .reason = reason, .detail = g_strdup (detail)};
  cam_loop_thread_post (self->place.loop, on_ended, ending, free_ending);
}

static void
close_socket (CamSrtConnection *self)
{
  atomic_store (&self->open_socket, SRT_INVALID_SOCK);
  if (self->socket == SRT_INVALID_SOCK)
    return;
  cam_srt_poller_unwatch (self->place.poller, self->socket);
  srt_close (self->socket);
  self->socket = SRT_INVALID_SOCK;
}

static void
end (CamSrtConnection *self, CamReason reason, const char *detail)
{
  g_assert (self->phase != PHASE_OVER);
  self->phase = PHASE_OVER;
  close_socket (self);
  say_ended (self, reason, detail);
}

/* A socket that nobody wants is read all the same, or it would be reported for ever. */
static void
keep_message (CamSrtConnection *self, const uint8_t *data, size_t size)
{
  if (self->place.events->readable == NULL)
    return;
  if (cam_packet_mailbox_put (self->mailbox, 0, data, size) == CAM_MAILBOX_DROPPED)
    atomic_fetch_add (&self->overrun, 1);
  if (!atomic_exchange (&self->is_rung, true))
    post (self, on_readable);
}

static void
read_messages (CamSrtConnection *self, unsigned most)
{
  uint8_t *scratch = cam_srt_poller_get_scratch (self->place.poller);
  int size = 0;
  for (unsigned i = 0; i < most && size >= 0; i++) {
    size = srt_recvmsg (self->socket, (char *) scratch, CAM_SRT_SCRATCH_BYTES);
    if (size > 0)
      keep_message (self, scratch, (size_t) size);
    if (size >= 0)
      self->heard_us = g_get_monotonic_time ();
  }
}

static void
read_statistics (CamSrtConnection *self, gint64 now_us)
{
  CamSrtStatistics statistics;
  const uint64_t signs = self->counter.signs;
  if (!cam_srt_statistics_read (self->socket, &self->counter, &statistics))
    return;
  statistics.uptime_us = now_us - self->opened_us;
  if (self->counter.signs != signs)
    self->heard_us = now_us;
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  self->statistics = statistics;
  self->has_statistics = true;
}

static void
open_up (CamSrtConnection *self)
{
  self->phase = PHASE_OPEN;
  self->opened_us = self->heard_us = g_get_monotonic_time ();
  atomic_store (&self->open_socket, self->socket);
  read_statistics (self, self->opened_us);
}

/* libsrt does not say whether the peer took its leave or fell silent. */
static void
end_open (CamSrtConnection *self)
{
  read_messages (self, MESSAGES_AT_END);
  if (g_get_monotonic_time () - self->heard_us >= SILENCE_US)
    end (self, CAM_REASON_TIMEOUT, "nothing was heard of the peer for 5 s");
  else
    end (self, CAM_REASON_CLOSED, "");
}

static void
end_rejected (CamSrtConnection *self)
{
  const char *text = "";
  const int code = srt_getrejectreason (self->socket);
  const CamReason reason = cam_srt_reject_reason (code, &text);
  g_autofree char *detail = g_strdup_printf ("%s (SRT code %d)", text, code);
  end (self, reason, detail);
}

static bool
is_gone (const CamSrtConnection *self)
{
  return srt_getsockstate (self->socket) > SRTS_CONNECTED;
}

static void
go_on_connecting (CamSrtConnection *self)
{
  if (is_gone (self)) {
    end_rejected (self);
    return;
  }
  if (srt_getsockstate (self->socket) != SRTS_CONNECTED)
    return;
  open_up (self);
  cam_srt_poller_set_events (self->place.poller, self->socket, SRT_EPOLL_IN);
  post (self, on_connected);
}

static void
go_on_open (CamSrtConnection *self, int events)
{
  if (events & SRT_EPOLL_ERR && is_gone (self)) {
    end_open (self);
    return;
  }
  if (events & SRT_EPOLL_IN)
    read_messages (self, MESSAGES_A_TURN);
  if (events & SRT_EPOLL_OUT && self->awaits_room) {
    self->awaits_room = false;
    cam_srt_poller_set_events (self->place.poller, self->socket, SRT_EPOLL_IN);
    post (self, on_writable);
  }
}

static void
on_ready (gpointer data, int events)
{
  CamSrtConnection *self = data;
  switch (self->phase) {
  case PHASE_IDLE:
  case PHASE_OVER:
    break;
  case PHASE_CONNECTING:
    go_on_connecting (self);
    break;
  case PHASE_OPEN:
    go_on_open (self, events);
    break;
  }
}

/* libsrt forgets a broken socket after a second, and what it had to say with it. */
static void
on_tick (gpointer data, gint64 now_us)
{
  CamSrtConnection *self = data;
  if (self->phase == PHASE_CONNECTING)
    go_on_connecting (self);
  else if (is_gone (self))
    end_open (self);
  else
    read_statistics (self, now_us);
}

static void
on_stop (gpointer data)
{
  end (data, CAM_REASON_CLOSED, "SRT is stopping");
}

static const CamSrtWatchFuncs watch_funcs = {.ready = on_ready, .tick = on_tick, .stop = on_stop};

static bool
set_up_socket (CamSrtConnection *self)
{
  g_autoptr (GError) error = NULL;
  self->socket = srt_create_socket ();
  if (self->socket == SRT_INVALID_SOCK) {
    end (self, CAM_REASON_INTERNAL, srt_getlasterror_str ());
    return false;
  }
  if (cam_srt_options_apply (self->options, self->socket, &error) && cam_srt_options_apply_caller (self->options, self->socket, &error))
    return true;
  end (self, CAM_REASON_CONFIG, error->message);
  return false;
}

/* Both sides of a rendezvous use one port; the very address that the route has, because only then can the same port serve other peers, too.
 */
static bool
bind_socket (CamSrtConnection *self)
{
  CamSrtAddress ours;
  if (!cam_srt_address_towards (&self->peer, self->port, &ours)) {
    end (self, CAM_REASON_UNREACHABLE, "");
    return false;
  }
  if (!cam_srt_options_is_rendezvous (self->options)) {
    cam_srt_ports_bind (cam_srt_poller_get_ports (self->place.poller), self->socket, self->peer.storage.ss_family);
    return true;
  }
  if (srt_bind (self->socket, (const struct sockaddr *) &ours.storage, (int) ours.size) != SRT_ERROR)
    return true;
  g_autofree char *detail = g_strdup_printf ("port %u cannot be ours: %s", self->port, srt_getlasterror_str ());
  end (self, CAM_REASON_CONFIG, detail);
  return false;
}

static void
start_dial (gpointer data)
{
  CamSrtConnection *self = data;
  if (atomic_load (&self->is_freed) || !set_up_socket (self) || !bind_socket (self))
    return;
  self->phase = PHASE_CONNECTING;
  if (!cam_srt_poller_watch (self->place.poller, self->socket, SRT_EPOLL_OUT, &watch_funcs, self) ||
      srt_connect (self->socket, (const struct sockaddr *) &self->peer.storage, (int) self->peer.size) == SRT_ERROR)
    end (self, CAM_REASON_INTERNAL, srt_getlasterror_str ());
}

static void
start_adopted (gpointer data)
{
  CamSrtConnection *self = data;
  if (cam_srt_poller_watch (self->place.poller, self->socket, SRT_EPOLL_IN, &watch_funcs, self))
    open_up (self);
  else
    end (self, CAM_REASON_CLOSED, "");
}

static void
close_freed (gpointer data)
{
  CamSrtConnection *self = data;
  self->phase = PHASE_OVER;
  close_socket (self);
}

static void
watch_for_room (gpointer data)
{
  CamSrtConnection *self = data;
  if (self->phase != PHASE_OPEN)
    return;
  self->awaits_room = true;
  cam_srt_poller_set_events (self->place.poller, self->socket, SRT_EPOLL_IN | SRT_EPOLL_OUT);
}

static CamSrtConnection *
make (const CamSrtPlace *place, int socket)
{
  CAM_ASSERT_ON (place->loop);
  CamSrtConnection *self = g_new0 (CamSrtConnection, 1);
  g_atomic_ref_count_init (&self->refs);
  self->place = *place;
  self->mailbox = cam_packet_mailbox_new (MOST_WAITING_BYTES);
  self->socket = socket;
  atomic_init (&self->open_socket, socket);
  g_mutex_init (&self->lock);
  return self;
}

static void
start (CamSrtConnection *self, void (*func) (gpointer data))
{
  if (cam_srt_poller_run (self->place.poller, func, ref (self), unref))
    return;
  self->socket = SRT_INVALID_SOCK;
  atomic_store (&self->open_socket, SRT_INVALID_SOCK);
  say_ended (self, CAM_REASON_CLOSED, "SRT has stopped");
}

CamSrtConnection *
cam_srt_connection_dial (const CamSrtPlace *place, const CamSrtUrl *url, GInetAddress *address, unsigned port)
{
  CamSrtConnection *self = make (place, SRT_INVALID_SOCK);
  self->options = cam_srt_options_new (url);
  self->peer = cam_srt_address_new (address, port);
  self->port = port;
  start (self, start_dial);
  return self;
}

CamSrtConnection *
cam_srt_connection_adopt (const CamSrtPlace *place, int socket)
{
  CamSrtConnection *self = make (place, socket);
  start (self, start_adopted);
  return self;
}

void
cam_srt_connection_free (CamSrtConnection *self)
{
  if (self == NULL)
    return;
  CAM_ASSERT_ON (self->place.loop);
  atomic_store (&self->is_freed, true);
  cam_srt_poller_run (self->place.poller, close_freed, self, unref);
}

bool
cam_srt_connection_take (CamSrtConnection *self, const uint8_t **ret_data, size_t *ret_size)
{
  CAM_ASSERT_ON (self->place.loop);
  uint8_t channel = 0;
  if (cam_packet_mailbox_take (self->mailbox, &channel, ret_data, ret_size))
    return true;
  cam_packet_mailbox_collect (self->mailbox);
  return cam_packet_mailbox_take (self->mailbox, &channel, ret_data, ret_size);
}

CamSrtSend
cam_srt_connection_send (CamSrtConnection *self, const uint8_t *data, size_t size)
{
  CAM_ASSERT_ON (self->place.loop);
  g_assert (size > 0 && size <= CAM_SRT_MESSAGE_BYTES);
  const int socket = atomic_load (&self->open_socket);
  if (socket == SRT_INVALID_SOCK || self->has_ended)
    return CAM_SRT_SEND_OVER;
  if (self->is_full)
    return CAM_SRT_SEND_FULL;
  if (srt_sendmsg2 (socket, (const char *) data, (int) size, NULL) != SRT_ERROR)
    return CAM_SRT_SENT;
  if (srt_getlasterror (NULL) != SRT_EASYNCSND)
    return CAM_SRT_SEND_OVER;
  self->is_full = true;
  cam_srt_poller_run (self->place.poller, watch_for_room, ref (self), unref);
  return CAM_SRT_SEND_FULL;
}

size_t
cam_srt_connection_get_unsent (const CamSrtConnection *self)
{
  size_t blocks = 0;
  size_t bytes = 0;
  const int socket = atomic_load (&self->open_socket);
  return socket != SRT_INVALID_SOCK && srt_getsndbuffer (socket, &blocks, &bytes) != SRT_ERROR ? bytes : 0;
}

uint64_t
cam_srt_connection_get_overrun (const CamSrtConnection *self)
{
  return atomic_load (&self->overrun);
}

bool
cam_srt_connection_get_statistics (const CamSrtConnection *self, CamSrtStatistics *ret_statistics)
{
  CamSrtConnection *shared = (CamSrtConnection *) self; /* a lock is not what const is about */
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&shared->lock);
  if (self->has_statistics)
    *ret_statistics = self->statistics;
  return self->has_statistics;
}
