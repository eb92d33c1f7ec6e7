/* A poller, a loop, a door on loopback and ends of connections whose events are counted. Tests wait for a count under a deadline.
 * Thread: the test's; what the events write is under the lock. Owner: the test. */
#pragma once

#include "srt/srt-connection.h"

#include <stdatomic.h>

#include "core/loop-thread.h"
#include "srt/srt-door.h"
#include "srt/srt-poller.h"

#define DEADLINE_US (20 * G_USEC_PER_SEC)

typedef struct {
  GMutex lock;
  GCond changed;
  CamSrtPoller *poller; /* owned */
  CamLoopThread *loop;  /* owned */
  CamSrtDoor *door;     /* owned; NULL until it is opened */
  CamSrtUrl url;        /* of the door */

  /* Under the lock. */
  CamSrtRefusal refusal;  /* what judge says */
  CamSecret *passphrase;  /* owned; what it wants */
  unsigned n_judged;
  unsigned n_failed;
  CamReason failed_reason;
  char *stream_id; /* owned; of the last caller judged */
  char *address;   /* owned; likewise */
  GQueue accepted; /* of sockets */
} Fixture;

typedef struct {
  Fixture *fixture;             /* borrowed */
  CamSrtConnection *connection; /* owned */
  bool is_deaf;                 /* does not take what comes */
  bool is_connected;            /* under the fixture's lock, as all below */
  bool is_ended;
  CamReason reason;
  char *detail; /* owned */
  atomic_uint n_received;
  unsigned n_wrong; /* not the number that was next, or not the contents */
  unsigned n_readable;
  unsigned n_writable;
  unsigned n_taken; /* by a send */
} End;

/* Waits until @condition holds, with the fixture's lock held while it is looked at. */
#define AWAIT(fixture, condition) \
  do { \
    g_mutex_lock (&(fixture)->lock); \
    const gint64 until_us = g_get_monotonic_time () + DEADLINE_US; \
    while (!(condition)) \
      if (!g_cond_wait_until (&(fixture)->changed, &(fixture)->lock, until_us)) \
        g_error ("%s:%d: not in time: %s", __FILE__, __LINE__, #condition); \
    g_mutex_unlock (&(fixture)->lock); \
  } while (false)

/* For what has no event: until something happens, 10 ms at most. */
static inline void
pause_briefly (Fixture *fixture)
{
  g_mutex_lock (&fixture->lock);
  g_cond_wait_until (&fixture->changed, &fixture->lock, g_get_monotonic_time () + 10000);
  g_mutex_unlock (&fixture->lock);
}

typedef struct {
  GMutex lock;
  GCond done;
  bool is_done;
} Visit;

static inline void
end_visit (gpointer data)
{
  Visit *visit = data;
  g_mutex_lock (&visit->lock);
  visit->is_done = true;
  g_cond_signal (&visit->done);
  g_mutex_unlock (&visit->lock);
}

/* Runs @func (@data) on the loop and waits for it. */
static inline void
on_loop (Fixture *fixture, CamLoopFunc func, gpointer data)
{
  Visit visit = {0};
  g_mutex_init (&visit.lock);
  g_cond_init (&visit.done);
  cam_loop_thread_post (fixture->loop, func, data, NULL);
  cam_loop_thread_post (fixture->loop, end_visit, &visit, NULL);
  const gint64 until_us = g_get_monotonic_time () + DEADLINE_US;
  g_mutex_lock (&visit.lock);
  while (!visit.is_done)
    g_assert_true (g_cond_wait_until (&visit.done, &visit.lock, until_us));
  g_mutex_unlock (&visit.lock);
  g_cond_clear (&visit.done);
  g_mutex_clear (&visit.lock);
}

static inline CamSrtUrl
plain_url (CamSrtMode mode)
{
  return (CamSrtUrl){.mode = mode, .latency_ms = 20, .timeout_us = CAM_SRT_TIMEOUT_US};
}

/* Message @number: its number, and bytes that depend on it. */
static inline size_t
write_message (uint8_t *data, unsigned number)
{
  size_t size = 4 + number * 7 % (CAM_SRT_MESSAGE_BYTES - 3);
  for (size_t i = 0; i < size; i++)
    data[i] = (uint8_t) (number * 31 + i);
  data[0] = (uint8_t) (number >> 24);
  data[1] = (uint8_t) (number >> 16);
  data[2] = (uint8_t) (number >> 8);
  data[3] = (uint8_t) number;
  return size;
}

static inline bool
is_message (const uint8_t *data, size_t size, unsigned number)
{
  uint8_t expected[CAM_SRT_MESSAGE_BYTES];
  return size == write_message (expected, number) && memcmp (data, expected, size) == 0;
}

static inline void
on_end_connected (gpointer data)
{
  End *end = data;
  g_mutex_lock (&end->fixture->lock);
  g_assert_false (end->is_connected || end->is_ended);
  end->is_connected = true;
  g_cond_broadcast (&end->fixture->changed);
  g_mutex_unlock (&end->fixture->lock);
}

static inline void
take_all (End *end)
{
  const uint8_t *message = NULL;
  size_t size = 0;
  while (cam_srt_connection_take (end->connection, &message, &size))
    end->n_wrong += !is_message (message, size, end->n_received++);
}

static inline void
on_end_readable (gpointer data)
{
  End *end = data;
  g_mutex_lock (&end->fixture->lock);
  g_assert_false (end->is_ended);
  end->n_readable++;
  if (!end->is_deaf)
    take_all (end);
  g_cond_broadcast (&end->fixture->changed);
  g_mutex_unlock (&end->fixture->lock);
}

static inline void
on_end_writable (gpointer data)
{
  End *end = data;
  g_mutex_lock (&end->fixture->lock);
  g_assert_false (end->is_ended);
  end->n_writable++;
  g_cond_broadcast (&end->fixture->changed);
  g_mutex_unlock (&end->fixture->lock);
}

static inline void
on_end_ended (CamReason reason, const char *detail, gpointer data)
{
  End *end = data;
  g_mutex_lock (&end->fixture->lock);
  g_assert_false (end->is_ended);
  end->is_ended = true;
  end->reason = reason;
  end->detail = g_strdup (detail);
  g_cond_broadcast (&end->fixture->changed);
  g_mutex_unlock (&end->fixture->lock);
}

static const CamSrtEvents end_events = {
  .connected = on_end_connected, .readable = on_end_readable, .writable = on_end_writable, .ended = on_end_ended};

typedef struct {
  End *end;
  const CamSrtUrl *url;
  const char *address;
  unsigned port;
  int socket;
} Beginning;

static inline void
begin_dial (gpointer data)
{
  const Beginning *beginning = data;
  Fixture *fixture = beginning->end->fixture;
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string (beginning->address);
  const CamSrtPlace place = {.poller = fixture->poller, .loop = fixture->loop, .events = &end_events, .data = beginning->end};
  beginning->end->connection = cam_srt_connection_dial (&place, beginning->url, address, beginning->port);
}

static inline void
begin_adopted (gpointer data)
{
  const Beginning *beginning = data;
  Fixture *fixture = beginning->end->fixture;
  const CamSrtPlace place = {.poller = fixture->poller, .loop = fixture->loop, .events = &end_events, .data = beginning->end};
  beginning->end->connection = cam_srt_connection_adopt (&place, beginning->socket);
}

static inline End *
dial (Fixture *fixture, const CamSrtUrl *url, const char *address, unsigned port)
{
  End *end = g_new0 (End, 1);
  end->fixture = fixture;
  Beginning beginning = {.end = end, .url = url, .address = address, .port = port};
  on_loop (fixture, begin_dial, &beginning);
  return end;
}

/* The next caller that came through the door. */
static inline End *
adopt (Fixture *fixture)
{
  AWAIT (fixture, !g_queue_is_empty (&fixture->accepted));
  g_mutex_lock (&fixture->lock);
  int socket = GPOINTER_TO_INT (g_queue_pop_head (&fixture->accepted));
  g_mutex_unlock (&fixture->lock);
  End *end = g_new0 (End, 1);
  end->fixture = fixture;
  Beginning beginning = {.end = end, .socket = socket};
  on_loop (fixture, begin_adopted, &beginning);
  return end;
}

static inline void
free_connection (gpointer data)
{
  End *end = data;
  g_clear_pointer (&end->connection, cam_srt_connection_free);
}

static inline void
end_free (End *end)
{
  on_loop (end->fixture, free_connection, end);
  g_free (end->detail);
  g_free (end);
}

typedef struct {
  End *end;
  unsigned first;
  unsigned count;
} Sending;

static inline void
send_some (gpointer data)
{
  Sending *sending = data;
  uint8_t message[CAM_SRT_MESSAGE_BYTES];
  for (unsigned i = 0; i < sending->count; i++) {
    size_t size = write_message (message, sending->first + i);
    if (cam_srt_connection_send (sending->end->connection, message, size) != CAM_SRT_SENT)
      break;
    sending->end->n_taken++;
  }
}

/* Sends messages @first and so on, until one finds no room. */
static inline void
send_messages (End *end, unsigned first, unsigned count)
{
  Sending sending = {.end = end, .first = first, .count = count};
  on_loop (end->fixture, send_some, &sending);
}

static inline CamSrtVerdict
on_judge (const CamSrtCaller *caller, gpointer data)
{
  Fixture *fixture = data;
  g_mutex_lock (&fixture->lock);
  fixture->n_judged++;
  g_free (fixture->stream_id);
  fixture->stream_id = g_strdup (caller->stream_id);
  g_free (fixture->address);
  fixture->address = g_inet_address_to_string (caller->address);
  g_assert_cmpuint (caller->port, >, 0);
  const CamSrtVerdict verdict = {.refusal = fixture->refusal, .is_sender = true, .passphrase = cam_secret_ref (fixture->passphrase)};
  g_cond_broadcast (&fixture->changed);
  g_mutex_unlock (&fixture->lock);
  return verdict;
}

static inline void
on_accepted (int socket, const CamSrtCaller *caller, gpointer data)
{
  Fixture *fixture = data;
  g_mutex_lock (&fixture->lock);
  g_assert_cmpuint (caller->port, >, 0);
  g_queue_push_tail (&fixture->accepted, GINT_TO_POINTER (socket));
  g_cond_broadcast (&fixture->changed);
  g_mutex_unlock (&fixture->lock);
}

static inline void
on_failed (const CamSrtCaller *caller, CamReason reason, const char *detail, gpointer data)
{
  Fixture *fixture = data;
  g_mutex_lock (&fixture->lock);
  g_assert_cmpuint (caller->port, >, 0);
  g_assert_nonnull (detail);
  fixture->n_failed++;
  fixture->failed_reason = reason;
  g_cond_broadcast (&fixture->changed);
  g_mutex_unlock (&fixture->lock);
}

static const CamSrtDoorEvents door_events = {.judge = on_judge, .accepted = on_accepted, .failed = on_failed};

static inline unsigned
open_door (Fixture *fixture, const char *address)
{
  g_autoptr (GError) error = NULL;
  fixture->url = plain_url (CAM_SRT_PUBLISHED);
  fixture->door = cam_srt_door_open (fixture->poller, address, &fixture->url, &door_events, fixture, &error);
  g_assert_no_error (error);
  return cam_srt_door_get_port (fixture->door);
}

static inline Fixture *
fixture_new (void)
{
  g_autoptr (GError) error = NULL;
  Fixture *fixture = g_new0 (Fixture, 1);
  g_mutex_init (&fixture->lock);
  g_cond_init (&fixture->changed);
  g_queue_init (&fixture->accepted);
  fixture->poller = cam_srt_poller_new (&error);
  g_assert_no_error (error);
  fixture->loop = cam_loop_thread_new ("test", &error);
  g_assert_no_error (error);
  return fixture;
}

static inline void
fixture_free (Fixture *fixture)
{
  cam_srt_door_close (fixture->door);
  g_assert_true (cam_srt_poller_stop (fixture->poller, DEADLINE_US));
  cam_srt_poller_free (fixture->poller);
  cam_loop_thread_quit (fixture->loop);
  g_assert_true (cam_loop_thread_join (fixture->loop, DEADLINE_US));
  cam_secret_unref (fixture->passphrase);
  g_queue_clear (&fixture->accepted);
  g_free (fixture->stream_id);
  g_free (fixture->address);
  g_cond_clear (&fixture->changed);
  g_mutex_clear (&fixture->lock);
  g_free (fixture);
}
