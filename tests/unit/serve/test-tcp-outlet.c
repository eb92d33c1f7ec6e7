#include "serve/tcp-outlet.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BURST_BYTES = 16, ANSWER_BYTES = 65536 };

typedef struct {
  int client;
  CamClientLink *link;
  CamTcpOutlet tcp;
  unsigned flushes;
} Fixture;

static void
flush (CamOutlet *outlet)
{
  ((Fixture *) ((char *) outlet - offsetof (Fixture, tcp)))->flushes++;
}

static void
set_up (Fixture *self, gconstpointer data)
{
  int fds[2];
  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds), ==, 0);
  self->client = fds[1];
  self->link = cam_client_link_new (fds[0]);
  cam_tcp_outlet_init (&self->tcp, self->link, flush);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  cam_tcp_outlet_clear (&self->tcp);
  cam_client_link_free (self->link, false);
  close (self->client);
}

static void
send_burst (Fixture *self, int64_t time_us)
{
  g_autoptr (CamBurst) burst = cam_burst_new (BURST_BYTES);
  memset (burst->data, 0, BURST_BYTES);
  burst->size = BURST_BYTES;
  burst->packets = 1;
  burst->created_us = time_us;
  g_assert_true (self->tcp.outlet.send (&self->tcp.outlet, burst));
}

static CamSendResult
write_at (Fixture *self, int64_t now_us)
{
  size_t written = 0;
  return cam_tcp_outlet_write (&self->tcp, now_us, &written);
}

/* All that has come. */
static size_t
read_all (Fixture *self)
{
  size_t bytes = 0;
  uint8_t into[ANSWER_BYTES];
  for (ssize_t got = 1; got > 0; bytes += (size_t) MAX (got, 0))
    got = read (self->client, into, sizeof into);
  return bytes;
}

/* Answers until the link takes no more, at @now_us. */
static void
fill (Fixture *self, int64_t now_us)
{
  CamSendResult result = CAM_SEND_DRAINED;
  while (result == CAM_SEND_DRAINED) {
    cam_send_queue_add_answer (&self->tcp.queue, g_bytes_new_take (g_malloc0 (ANSWER_BYTES), ANSWER_BYTES));
    result = write_at (self, now_us);
  }
  g_assert_cmpint (result, ==, CAM_SEND_BLOCKED);
}

static void
test_a_link_that_takes_all (Fixture *self, gconstpointer data)
{
  CamOutlet *outlet = &self->tcp.outlet;
  g_assert_true (outlet->is_idle (outlet));
  g_assert_cmpint (outlet->get_oldest_us (outlet), ==, INT64_MAX);
  send_burst (self, 7);
  g_assert_false (outlet->is_idle (outlet));
  g_assert_false (outlet->has_arrived (outlet));
  g_assert_cmpint (outlet->get_oldest_us (outlet), ==, 7);
  g_assert_cmpuint (outlet->get_bytes (outlet), ==, BURST_BYTES);
  g_assert_cmpint (write_at (self, 9), ==, CAM_SEND_DRAINED);
  g_assert_true (outlet->is_idle (outlet));
  g_assert_cmpint (self->tcp.blocked_since_us, ==, 0);
  g_assert_cmpuint (read_all (self), ==, BURST_BYTES);
  outlet->flush (outlet);
  g_assert_cmpuint (self->flushes, ==, 1);
}

static void
test_what_waits_is_dropped (Fixture *self, gconstpointer data)
{
  CamOutlet *outlet = &self->tcp.outlet;
  CamDropped dropped[CAM_N_TRACKS] = {{0}};
  send_burst (self, 7);
  send_burst (self, 8);
  outlet->clear (outlet, dropped);
  g_assert_cmpuint (dropped[CAM_TRACK_VIDEO].units, ==, 2);
  g_assert_true (outlet->is_idle (outlet));
}

/* Though nothing waits for it any more, it takes nothing: only the system knows when it does. */
static void
test_blocked_and_dropped_is_not_idle (Fixture *self, gconstpointer data)
{
  CamOutlet *outlet = &self->tcp.outlet;
  CamDropped dropped[CAM_N_TRACKS] = {{0}};
  fill (self, 100);
  g_assert_cmpint (self->tcp.blocked_since_us, ==, 100);
  send_burst (self, 110);
  g_assert_cmpint (write_at (self, 120), ==, CAM_SEND_BLOCKED);
  g_assert_cmpint (self->tcp.blocked_since_us, ==, 100);
  outlet->clear (outlet, dropped);
  g_assert_cmpuint (outlet->get_bytes (outlet), ==, 0);
  g_assert_false (outlet->is_idle (outlet));

  cam_tcp_outlet_note_writable (&self->tcp); /* an answer still waits: the write shows */
  g_assert_cmpint (self->tcp.blocked_since_us, ==, 100);
  read_all (self);
  g_assert_cmpint (write_at (self, 130), ==, CAM_SEND_DRAINED);
  g_assert_true (outlet->is_idle (outlet));
}

static void
test_an_empty_queue_learns_from_the_system (Fixture *self, gconstpointer data)
{
  CamOutlet *outlet = &self->tcp.outlet;
  self->tcp.blocked_since_us = 100;
  g_assert_cmpint (write_at (self, 110), ==, CAM_SEND_DRAINED);
  g_assert_false (outlet->is_idle (outlet));
  cam_tcp_outlet_note_writable (&self->tcp);
  g_assert_true (outlet->is_idle (outlet));
}

static void
test_a_broken_link (Fixture *self, gconstpointer data)
{
  shutdown (self->client, SHUT_RDWR);
  send_burst (self, 7);
  g_assert_cmpint (write_at (self, 9), ==, CAM_SEND_BROKEN);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func) g_test_add ("/tcp-outlet/" name, Fixture, NULL, set_up, func, tear_down)
  ADD ("a-link-that-takes-all", test_a_link_that_takes_all);
  ADD ("what-waits-is-dropped", test_what_waits_is_dropped);
  ADD ("blocked-and-dropped-is-not-idle", test_blocked_and_dropped_is_not_idle);
  ADD ("an-empty-queue-learns-from-the-system", test_an_empty_queue_learns_from_the_system);
  ADD ("a-broken-link", test_a_broken_link);
  return g_test_run ();
}
