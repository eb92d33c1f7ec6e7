#include "governor-fixture.h"

/* Grants come from the governor's own dispatch on M, and without a limit everybody gets one. */
static void
test_unlimited (Fixture *self, gconstpointer data)
{
  Asker askers[3];
  for (unsigned i = 0; i < 3; i++)
    ask (&askers[i], self, (char) ('a' + i), "camera", 0, CAM_STREAM_MAIN);
  g_assert_cmpstr (self->heard->str, ==, "");
  while (g_main_context_iteration (NULL, FALSE))
    continue;
  g_assert_cmpstr (self->heard->str, ==, "abc");
  for (unsigned i = 0; i < 3; i++)
    release (&askers[i]);
}

/* One budget a host, however its name is written; in order of coming, main streams first. */
static void
test_budget (Fixture *self, gconstpointer data)
{
  Asker a, b, c, d, e;
  ask (&a, self, 'a', "nvr.example", 1, CAM_STREAM_SUB);
  g_assert_false (cam_connection_ticket_must_wait (a.ticket));
  assert_heard (self, "a");
  g_assert_false (cam_connection_ticket_must_wait (a.ticket));
  ask (&b, self, 'b', "NVR.Example", 1, CAM_STREAM_SUB);
  g_assert_true (cam_connection_ticket_must_wait (b.ticket));
  ask (&c, self, 'c', "nvr.example", 1, CAM_STREAM_MAIN);
  ask (&d, self, 'd', "nvr.example", 1, CAM_STREAM_MAIN);
  ask (&e, self, 'e', "other.example", 1, CAM_STREAM_MAIN);
  assert_heard (self, "e");
  release (&a);
  assert_heard (self, "c");
  release (&c);
  assert_heard (self, "d");
  release (&d);
  assert_heard (self, "b");
  release (&b);
  release (&e);
}

/* The same host at another port is another budget: several cameras behind one address. */
static void
test_ports (Fixture *self, gconstpointer data)
{
  Asker a;
  Asker b = {.fixture = self, .letter = 'b'};
  ask (&a, self, 'a', "nat.example", 1, CAM_STREAM_MAIN);
  b.ticket = cam_connection_ticket_new (self->governor, &(CamConnectionRequest){
                                                            .host = "nat.example",
                                                            .port = 555,
                                                            .max_connections = 1,
                                                            .may_dial = hear_dial,
                                                            .may_talk = hear_talk,
                                                            .data = &b,
                                                        });
  cam_connection_ticket_ask (b.ticket);
  assert_heard (self, "ab");
  release (&a);
  release (&b);
}

/* The smallest of those that are configured there now. */
static void
test_smallest (Fixture *self, gconstpointer data)
{
  Asker a, b, c, d;
  ask (&a, self, 'a', "nvr", 0, CAM_STREAM_MAIN);
  ask (&b, self, 'b', "nvr", 2, CAM_STREAM_MAIN);
  ask (&c, self, 'c', "nvr", 5, CAM_STREAM_MAIN);
  ask (&d, self, 'd', "nvr", 1000, CAM_STREAM_MAIN);
  assert_heard (self, "ab");
  release (&a);
  assert_heard (self, "c");
  release (&b);
  assert_heard (self, "d");
  release (&c);
  release (&d);
}

/* What has no host is never held up. */
static void
test_no_host (Fixture *self, gconstpointer data)
{
  Asker askers[4];
  for (unsigned i = 0; i < 4; i++)
    ask (&askers[i], self, (char) ('a' + i), NULL, 1, CAM_STREAM_MAIN);
  assert_heard (self, "abcd");
  for (unsigned i = 0; i < 4; i++)
    release (&askers[i]);
}

/* Those who wait first come first, but for sub streams before a main one. */
static void
test_must_wait (Fixture *self, gconstpointer data)
{
  Asker a, b, c, d;
  ask (&a, self, 'a', "nvr", 2, CAM_STREAM_SUB);
  ask (&b, self, 'b', "nvr", 2, CAM_STREAM_MAIN);
  ask (&c, self, 'c', "nvr", 2, CAM_STREAM_MAIN);
  ask (&d, self, 'd', "nvr", 2, CAM_STREAM_SUB);
  g_assert_false (cam_connection_ticket_must_wait (b.ticket));
  g_assert_false (cam_connection_ticket_must_wait (c.ticket));
  g_assert_true (cam_connection_ticket_must_wait (d.ticket));
  assert_heard (self, "bc");
  g_assert_true (cam_connection_ticket_must_wait (a.ticket));
  release (&a);
  release (&b);
  release (&c);
  g_assert_false (cam_connection_ticket_must_wait (d.ticket));
  release (&d);
}

/* One that leaves may ask again, behind the others; asking and leaving twice is fine. */
static void
test_ask_again (Fixture *self, gconstpointer data)
{
  Asker a, b;
  ask (&a, self, 'a', "nvr", 1, CAM_STREAM_MAIN);
  cam_connection_ticket_ask (a.ticket);
  ask (&b, self, 'b', "nvr", 1, CAM_STREAM_MAIN);
  assert_heard (self, "a");
  cam_connection_ticket_ask (a.ticket);
  cam_connection_ticket_leave (a.ticket, true);
  cam_connection_ticket_leave (a.ticket, true);
  cam_connection_ticket_ask (a.ticket);
  assert_heard (self, "b");
  cam_connection_ticket_leave (b.ticket, false);
  assert_heard (self, "a");
  cam_connection_ticket_established (a.ticket);
  assert_heard (self, "A");
  cam_connection_ticket_leave (a.ticket, false);
  cam_connection_ticket_ask (a.ticket);
  assert_heard (self, "a");
  cam_connection_ticket_established (a.ticket);
  assert_heard (self, "A");
  release (&a);
  release (&b);
}

/* A camera with one connection, main and sub stream: after an outage the sub stream may be the first to find it, and waits for the main stream. */
static void
test_last_is_for_the_main_stream (Fixture *self, gconstpointer data)
{
  Asker a, b;
  ask (&a, self, 'a', "camera", 1, CAM_STREAM_MAIN);
  ask (&b, self, 'b', "camera", 1, CAM_STREAM_SUB);
  assert_heard (self, "a");
  cam_connection_ticket_leave (a.ticket, true);
  assert_heard (self, "");
  pass (self, 15 * SECOND - 1);
  assert_heard (self, "");
  cam_connection_ticket_ask (a.ticket);
  assert_heard (self, "a");
  /* Not for ever. */
  cam_connection_ticket_leave (a.ticket, true);
  assert_heard (self, "");
  pass (self, 15 * SECOND);
  assert_heard (self, "b");
  /* Nor for one that does not come back. */
  cam_connection_ticket_ask (a.ticket);
  cam_connection_ticket_leave (a.ticket, true);
  cam_connection_ticket_leave (b.ticket, true);
  cam_connection_ticket_ask (b.ticket);
  assert_heard (self, "");
  cam_connection_ticket_leave (a.ticket, false);
  assert_heard (self, "b");
  release (&a);
  release (&b);
}

/* Nothing is kept back while there is more than one, nor from a host whose main streams are all there. */
static void
test_nothing_is_kept_needlessly (Fixture *self, gconstpointer data)
{
  Asker a, b, c;
  ask (&a, self, 'a', "camera", 2, CAM_STREAM_MAIN);
  assert_heard (self, "a");
  cam_connection_ticket_leave (a.ticket, true);
  ask (&b, self, 'b', "camera", 2, CAM_STREAM_SUB);
  assert_heard (self, "b");
  ask (&c, self, 'c', "camera", 2, CAM_STREAM_SUB);
  assert_heard (self, "");
  cam_connection_ticket_leave (b.ticket, true);
  cam_connection_ticket_ask (a.ticket);
  assert_heard (self, "ac");
  release (&a);
  release (&b);
  release (&c);
}

/* Waiting ones may go at any time. */
static void
test_leave_queue (Fixture *self, gconstpointer data)
{
  Asker a, b, c;
  ask (&a, self, 'a', "nvr", 1, CAM_STREAM_MAIN);
  ask (&b, self, 'b', "nvr", 1, CAM_STREAM_MAIN);
  ask (&c, self, 'c', "nvr", 1, CAM_STREAM_MAIN);
  assert_heard (self, "a");
  release (&b);
  release (&a);
  assert_heard (self, "c");
  release (&c);
}

/* A host that carried two and refused the third gets two for a quarter of an hour. */
static void
test_learned (Fixture *self, gconstpointer data)
{
  Asker askers[4];
  connect_all (self, askers, 3, "nvr", 'a');
  assert_heard (self, "AB");
  cam_connection_ticket_playing (askers[0].ticket);
  cam_connection_ticket_playing (askers[1].ticket);
  assert_heard (self, "C");
  cam_connection_ticket_refused (askers[2].ticket);
  release (&askers[2]);
  ask (&askers[2], self, 'c', "nvr", 0, CAM_STREAM_MAIN);
  ask (&askers[3], self, 'd', "nvr", 0, CAM_STREAM_MAIN);
  assert_heard (self, "");
  release (&askers[0]);
  assert_heard (self, "c");
  pass (self, 15 * MINUTE - 1);
  assert_heard (self, "");
  pass (self, 1);
  assert_heard (self, "d");
  for (unsigned i = 1; i < 4; i++)
    release (&askers[i]);
}

/* Never below one, and kept while nobody asks. */
static void
test_learned_one (Fixture *self, gconstpointer data)
{
  Asker a, b;
  connect_all (self, &a, 1, "camera", 'a');
  cam_connection_ticket_refused (a.ticket); /* before it may talk */
  assert_heard (self, "A");
  cam_connection_ticket_refused (a.ticket);
  release (&a);
  pass (self, 65 * SECOND);
  ask (&a, self, 'a', "camera", 0, CAM_STREAM_MAIN);
  ask (&b, self, 'b', "camera", 0, CAM_STREAM_MAIN);
  assert_heard (self, "a");
  cam_connection_governor_forget_limit (self->governor, "Camera", 554);
  cam_connection_governor_forget_limit (self->governor, "nobody", 554);
  assert_heard (self, "b");
  release (&a);
  release (&b);
}

/* What is learned later is smaller or does not count; each host's time is its own. */
static void
test_learned_again (Fixture *self, gconstpointer data)
{
  Asker askers[3], other[2];
  connect_all (self, other, 1, "other", 'x');
  assert_heard (self, "X");
  cam_connection_ticket_refused (other[0].ticket);
  connect_all (self, askers, 3, "nvr", 'a');
  assert_heard (self, "AB");
  pass (self, 2 * SECOND);
  assert_heard (self, "C");
  cam_connection_ticket_refused (askers[2].ticket); /* two */
  release (&askers[2]);
  pass (self, MINUTE);
  cam_connection_ticket_refused (askers[1].ticket); /* one */
  release (&askers[1]);
  ask (&askers[1], self, 'b', "nvr", 0, CAM_STREAM_MAIN);
  ask (&other[1], self, 'y', "other", 0, CAM_STREAM_MAIN);
  assert_heard (self, "");
  pass (self, 14 * MINUTE - 2 * SECOND);
  assert_heard (self, "y");
  pass (self, MINUTE + 2 * SECOND);
  assert_heard (self, "b");
  release (&askers[0]);
  release (&askers[1]);
  release (&other[0]);
  release (&other[1]);
}

/* A limit that nobody asks about any more goes with the governor. */
static void
test_learned_at_the_end (Fixture *self, gconstpointer data)
{
  Asker a;
  connect_all (self, &a, 1, "camera", 'a');
  cam_connection_ticket_refused (a.ticket);
  release (&a);
}

typedef struct {
  Asker asker;
  Asker *victim;
} Killer;

static void
kill_victim (gpointer data)
{
  Killer *self = data;
  g_string_append_c (self->asker.fixture->heard, 'k');
  release (self->victim);
  release (&self->asker);
}

/* Whoever is called may free itself and others, granted or waiting. */
static void
test_free_from_within (Fixture *self, gconstpointer data)
{
  Asker a, b, c;
  Killer killer = {.asker = {.fixture = self}, .victim = &b};
  ask (&a, self, 'a', "nvr", 2, CAM_STREAM_MAIN);
  killer.asker.ticket = cam_connection_ticket_new (self->governor, &(CamConnectionRequest){
                                                                       .host = "nvr",
                                                                       .port = 554,
                                                                       .max_connections = 2,
                                                                       .may_dial = kill_victim,
                                                                       .may_talk = kill_victim,
                                                                       .data = &killer,
                                                                   });
  cam_connection_ticket_ask (killer.asker.ticket);
  ask (&b, self, 'b', "nvr", 2, CAM_STREAM_MAIN);
  ask (&c, self, 'c', "nvr", 2, CAM_STREAM_MAIN);
  assert_heard (self, "akc");
  release (&a);
  release (&c);
}

static void
free_nothing (void)
{
  cam_connection_ticket_free (NULL);
  cam_connection_governor_free (NULL);
}

#define ADD(path, func) g_test_add ("/supervise/connection-governor/" path, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("unlimited", test_unlimited);
  ADD ("budget", test_budget);
  ADD ("ports", test_ports);
  ADD ("smallest", test_smallest);
  ADD ("no-host", test_no_host);
  ADD ("must-wait", test_must_wait);
  ADD ("ask-again", test_ask_again);
  ADD ("last-is-for-the-main-stream", test_last_is_for_the_main_stream);
  ADD ("nothing-is-kept-needlessly", test_nothing_is_kept_needlessly);
  ADD ("leave-queue", test_leave_queue);
  ADD ("learned", test_learned);
  ADD ("learned-one", test_learned_one);
  ADD ("learned-again", test_learned_again);
  ADD ("learned-at-the-end", test_learned_at_the_end);
  ADD ("free-from-within", test_free_from_within);
  g_test_add_func ("/supervise/connection-governor/free-nothing", free_nothing);
  return g_test_run ();
}
