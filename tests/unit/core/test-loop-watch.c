#include "core/loop-thread.h"

#include <glib-unix.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "loop-fixture.h"

/* One end of a socket pair on the loop, the other in the test's hand. */
typedef struct Peer Peer;
struct Peer {
  CamLoopThread *loop;
  CamLoopWatch *watch;
  Gate gate;
  int near;
  int far;
  unsigned calls;
  uint32_t seen;
  Peer *victim; /* freed when this one is called */
};

static void
on_event (gpointer data, uint32_t events)
{
  Peer *self = data;
  CAM_ASSERT_ON (self->loop);
  self->calls++;
  self->seen |= events;
  char bytes[64];
  if (events & EPOLLIN)
    g_assert_cmpint (read (self->near, bytes, sizeof bytes), >=, 0);
  if (self->victim != NULL)
    g_clear_pointer (&self->victim->watch, cam_loop_watch_free);
  if (events & (EPOLLOUT | EPOLLHUP))
    g_clear_pointer (&self->watch, cam_loop_watch_free);
  open_gate (&self->gate);
}

static void
add_for_input (gpointer data)
{
  Peer *self = data;
  self->watch = cam_loop_watch_new (self->loop, self->near, EPOLLIN, on_event, self);
  g_assert_nonnull (self->watch);
  g_assert_null (cam_loop_watch_new (self->loop, self->near, EPOLLIN, on_event, self));
  g_assert_null (cam_loop_watch_new (self->loop, -1, EPOLLIN, on_event, self));
}

static void
want_output (gpointer data)
{
  Peer *self = data;
  cam_loop_watch_set_events (self->watch, EPOLLIN | EPOLLOUT);
  cam_loop_watch_set_events (self->watch, EPOLLIN | EPOLLOUT);
}

static void
want_nothing (gpointer data)
{
  cam_loop_watch_set_events (((Peer *) data)->watch, 0);
}

static void
remove_watch (gpointer data)
{
  g_clear_pointer (&((Peer *) data)->watch, cam_loop_watch_free);
  cam_loop_watch_free (NULL);
}

static void
hang_up (gpointer data)
{
  Peer *self = data;
  close (self->far);
  self->far = -1;
}

static void
do_nothing (gpointer data)
{
}

static void
open_peer (Peer *self, CamLoopThread *loop)
{
  int ends[2];
  *self = (Peer){.loop = loop};
  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends), ==, 0);
  self->near = ends[0];
  self->far = ends[1];
  call_on (loop, add_for_input, self);
}

static void
close_peer (Peer *self)
{
  call_on (self->loop, remove_watch, self);
  close (self->near);
  if (self->far >= 0)
    close (self->far);
}

static void
test_input (void)
{
  CamLoopThread *loop = start_loop ();
  Peer peer;
  open_peer (&peer, loop);
  g_assert_cmpint (write (peer.far, "x", 1), ==, 1);
  await_gate (&peer.gate);
  g_assert_cmpuint (peer.seen, ==, EPOLLIN);
  call_on (loop, remove_watch, &peer);
  unsigned calls = peer.calls;
  g_assert_cmpint (write (peer.far, "x", 1), ==, 1);
  call_on (loop, do_nothing, NULL);
  call_on (loop, do_nothing, NULL);
  g_assert_cmpuint (peer.calls, ==, calls);
  close_peer (&peer);
  stop_loop (loop);
}

static void
test_output_is_asked_for (void)
{
  CamLoopThread *loop = start_loop ();
  Peer peer;
  open_peer (&peer, loop);
  call_on (loop, do_nothing, NULL);
  g_assert_cmpuint (peer.calls, ==, 0);
  call_on (loop, want_output, &peer);
  await_gate (&peer.gate);
  g_assert_cmpuint (peer.seen, ==, EPOLLOUT);
  close_peer (&peer);
  stop_loop (loop);
}

/* A hang-up comes even to those who want nothing. */
static void
test_hang_up (void)
{
  CamLoopThread *loop = start_loop ();
  Peer peer;
  open_peer (&peer, loop);
  call_on (loop, want_nothing, &peer);
  g_assert_cmpint (write (peer.far, "x", 1), ==, 1);
  call_on (loop, do_nothing, NULL);
  call_on (loop, do_nothing, NULL);
  g_assert_cmpuint (peer.calls, ==, 0);
  call_on (loop, hang_up, &peer);
  await_gate (&peer.gate);
  g_assert_cmpuint (peer.seen & EPOLLHUP, ==, EPOLLHUP);
  close_peer (&peer);
  stop_loop (loop);
}

typedef struct {
  Peer *peers[2];
} Pair;

static void
make_both_ready (gpointer data)
{
  Pair *pair = data;
  for (unsigned i = 0; i < 2; i++)
    g_assert_cmpint (write (pair->peers[i]->far, "x", 1), ==, 1);
}

/* Both have an event in the same turn, each frees the other's watch when called: only one call, whichever comes first. */
static void
test_freed_in_the_same_turn (void)
{
  CamLoopThread *loop = start_loop ();
  for (unsigned i = 0; i < 50; i++) {
    Peer a;
    Peer b;
    open_peer (&a, loop);
    open_peer (&b, loop);
    a.victim = &b;
    b.victim = &a;
    call_on (loop, make_both_ready, &(Pair){.peers = {&a, &b}});
    call_on (loop, do_nothing, NULL);
    call_on (loop, do_nothing, NULL);
    g_assert_cmpuint (a.calls + b.calls, ==, 1);
    close_peer (&a);
    close_peer (&b);
  }
  stop_loop (loop);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/core/loop-watch/input", test_input);
  g_test_add_func ("/core/loop-watch/output", test_output_is_asked_for);
  g_test_add_func ("/core/loop-watch/hang-up", test_hang_up);
  g_test_add_func ("/core/loop-watch/freed-in-the-same-turn", test_freed_in_the_same_turn);
  return g_test_run ();
}
