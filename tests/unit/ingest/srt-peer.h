/* The other end of an SRT camera: a door, or a call, and messages sent on its connection; on the loop of the fixture it is given.
 * Thread: the test's, but for the events. Owner: a test. */
#pragma once

#include "srt/srt-connection.h"
#include "srt/srt-door.h"

#define PEER_DEADLINE_US (20 * G_USEC_PER_SEC)

typedef struct {
  GMutex lock;
  GCond changed;
  CamSrtPoller *poller; /* owned */
  CamLoopThread *loop;  /* borrowed */
  CamSrtDoor *door;     /* owned; NULL: none */

  /* Under the lock. */
  CamSrtRefusal refusal;
  CamSecret *passphrase; /* owned */
  char *stream_id;       /* owned; of the last caller */
  int accepted;          /* -1: nobody */
  bool is_connected;
  bool has_ended;
  CamReason reason;

  CamSrtConnection *connection; /* owned; the loop's */
  CamSrtConnection *older;      /* owned; the one before, if that was not hung up */
} SrtPeer;

#define PEER_AWAIT(peer, condition)                                                                                                        \
  G_STMT_START                                                                                                                             \
  {                                                                                                                                        \
    const int64_t peer_deadline_us = g_get_monotonic_time () + PEER_DEADLINE_US;                                                           \
    g_mutex_lock (&(peer)->lock);                                                                                                          \
    bool peer_in_time = true;                                                                                                              \
    while (!(condition) && peer_in_time)                                                                                                   \
      peer_in_time = g_cond_wait_until (&(peer)->changed, &(peer)->lock, peer_deadline_us);                                                \
    g_assert_true (condition);                                                                                                             \
    g_mutex_unlock (&(peer)->lock);                                                                                                        \
  }                                                                                                                                        \
  G_STMT_END

static inline void
peer_open (SrtPeer *self, CamLoopThread *loop)
{
  g_autoptr (GError) error = NULL;
  g_mutex_init (&self->lock);
  g_cond_init (&self->changed);
  self->loop = loop;
  self->accepted = -1;
  self->poller = cam_srt_poller_new (&error);
  g_assert_no_error (error);
}

typedef struct {
  SrtPeer *peer;
  CamLoopFunc func;
  gpointer data;
  bool is_done;
} PeerVisit;

static inline void
peer_make_visit (gpointer data)
{
  PeerVisit *visit = data;
  visit->func (visit->data);
  g_mutex_lock (&visit->peer->lock);
  visit->is_done = true;
  g_cond_broadcast (&visit->peer->changed);
  g_mutex_unlock (&visit->peer->lock);
}

/* Runs @func (@data) on the loop and waits for it. */
static inline void
peer_on_loop (SrtPeer *self, CamLoopFunc func, gpointer data)
{
  PeerVisit visit = {.peer = self, .func = func, .data = data};
  g_assert_true (cam_loop_thread_post (self->loop, peer_make_visit, &visit, NULL));
  PEER_AWAIT (self, visit.is_done);
}

static inline void
peer_free_connection (gpointer data)
{
  SrtPeer *self = data;
  g_clear_pointer (&self->connection, cam_srt_connection_free);
  g_clear_pointer (&self->older, cam_srt_connection_free);
}

static inline void
peer_free_older (gpointer data)
{
  g_clear_pointer (&((SrtPeer *) data)->older, cam_srt_connection_free);
}

/* What is sent goes out on the other connection from now on. */
static inline void
peer_switch (SrtPeer *self)
{
  CamSrtConnection *connection = self->connection;
  self->connection = self->older;
  self->older = connection;
}

static inline void
peer_hang_up (SrtPeer *self)
{
  peer_on_loop (self, peer_free_connection, self);
  self->is_connected = self->has_ended = false;
}

/* Sources that use the poller are gone by now, the loop is not. */
static inline void
peer_close (SrtPeer *self)
{
  peer_hang_up (self);
  cam_srt_door_close (self->door);
  g_assert_true (cam_srt_poller_stop (self->poller, PEER_DEADLINE_US));
  cam_srt_poller_free (self->poller);
  cam_secret_unref (self->passphrase);
  g_free (self->stream_id);
  g_cond_clear (&self->changed);
  g_mutex_clear (&self->lock);
}

static inline CamSrtVerdict
peer_judge (const CamSrtCaller *caller, gpointer data)
{
  SrtPeer *self = data;
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  g_free (self->stream_id);
  self->stream_id = g_strdup (caller->stream_id);
  return (CamSrtVerdict){.refusal = self->refusal, .passphrase = cam_secret_ref (self->passphrase)};
}

static inline void
peer_accepted (int socket, const CamSrtCaller *caller G_GNUC_UNUSED, gpointer data)
{
  SrtPeer *self = data;
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  if (self->accepted >= 0)
    cam_srt_poller_discard (self->poller, self->accepted);
  self->accepted = socket;
  g_cond_broadcast (&self->changed);
}

static const CamSrtDoorEvents peer_door_events = {.judge = peer_judge, .accepted = peer_accepted};

/* The port. */
static inline unsigned
peer_listen (SrtPeer *self, const char *address)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CamSrtUrl) url = cam_srt_url_new ();
  url->latency_ms = 20;
  self->door = cam_srt_door_open (self->poller, address, url, &peer_door_events, self, &error);
  g_assert_no_error (error);
  return cam_srt_door_get_port (self->door);
}

static inline int
peer_take_caller (SrtPeer *self)
{
  PEER_AWAIT (self, self->accepted >= 0);
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  int socket = self->accepted;
  self->accepted = -1;
  return socket;
}

static inline void
peer_connected (gpointer data)
{
  SrtPeer *self = data;
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  self->is_connected = true;
  g_cond_broadcast (&self->changed);
}

static inline void
peer_ended (CamReason reason, const char *detail G_GNUC_UNUSED, gpointer data)
{
  SrtPeer *self = data;
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  self->has_ended = true;
  self->reason = reason;
  g_cond_broadcast (&self->changed);
}

static const CamSrtEvents peer_events = {.connected = peer_connected, .ended = peer_ended};

typedef struct {
  SrtPeer *peer;
  int socket;
  const CamSrtUrl *url;
  unsigned port;
} PeerBeginning;

static inline void
peer_begin_adopted (gpointer data)
{
  const PeerBeginning *beginning = data;
  SrtPeer *self = beginning->peer;
  const CamSrtPlace place = {.poller = self->poller, .loop = self->loop, .events = &peer_events, .data = self};
  self->connection = cam_srt_connection_adopt (&place, beginning->socket);
}

/* Answers the next caller; who was answered before is the older connection. */
static inline void
peer_answer (SrtPeer *self)
{
  g_assert_null (self->older);
  self->older = self->connection;
  PeerBeginning beginning = {.peer = self, .socket = peer_take_caller (self)};
  peer_on_loop (self, peer_begin_adopted, &beginning);
}

static inline void
peer_begin_call (gpointer data)
{
  const PeerBeginning *beginning = data;
  SrtPeer *self = beginning->peer;
  const CamSrtPlace place = {.poller = self->poller, .loop = self->loop, .events = &peer_events, .data = self};
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string ("127.0.0.1");
  self->connection = cam_srt_connection_dial (&place, beginning->url, address, beginning->port);
}

/* Calls our own door, and waits until it is open. */
static inline void
peer_call (SrtPeer *self, unsigned port)
{
  g_autoptr (CamSrtUrl) url = cam_srt_url_new ();
  url->mode = CAM_SRT_CALLER;
  url->latency_ms = 20;
  PeerBeginning beginning = {.peer = self, .url = url, .port = port};
  peer_on_loop (self, peer_begin_call, &beginning);
  PEER_AWAIT (self, self->is_connected);
}

typedef struct {
  SrtPeer *peer;
  GBytes *message; /* borrowed */
} PeerMessage;

static inline void
peer_send_now (gpointer data)
{
  const PeerMessage *message = data;
  gsize size = 0;
  const uint8_t *bytes = g_bytes_get_data (message->message, &size);
  g_assert_cmpint (cam_srt_connection_send (message->peer->connection, bytes, size), ==, CAM_SRT_SENT);
}

static inline void
peer_send (SrtPeer *self, GBytes *message)
{
  PeerMessage order = {.peer = self, .message = message};
  peer_on_loop (self, peer_send_now, &order);
}
