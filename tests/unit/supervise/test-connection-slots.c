#include "governor-fixture.h"

/* Two at a host talk at once; the next when one plays, is over, or has taken 2 s. */
static void
test_slots (Fixture *self, gconstpointer data)
{
  Asker askers[6];
  connect_all (self, askers, 6, "nvr", 'a');
  assert_heard (self, "AB");
  cam_connection_ticket_established (askers[0].ticket); /* twice changes nothing */
  assert_heard (self, "");
  cam_connection_ticket_playing (askers[0].ticket);
  assert_heard (self, "C");
  release (&askers[1]);
  assert_heard (self, "D");
  pass (self, 2 * SECOND - 1);
  assert_heard (self, "");
  release (&askers[4]); /* while it waits */
  pass (self, 1);
  assert_heard (self, "F");
  cam_connection_ticket_playing (askers[3].ticket); /* after its slot was taken back */
  assert_heard (self, "");
  for (unsigned i = 0; i < 6; i++)
    release (&askers[i]);
}

/* The bound over all hosts; a host with many does not keep out one with few. */
static void
test_slots_of_all (void)
{
  Fixture self;
  set_up_with (&self, (CamCountPair){.all = 3, .per_host = 2});
  Asker many[4], few[2], one[1];
  dial_all (&self, many, 4, "many", 'a');
  dial_all (&self, few, 2, "few", 'e');
  dial_all (&self, one, 1, "one", 'g');
  establish_all (many, 4);
  establish_all (few, 2);
  establish_all (one, 1);
  assert_heard (&self, "AEG");
  release (&many[0]);
  assert_heard (&self, "B");
  release (&few[0]);
  assert_heard (&self, "F");
  pass (&self, 2 * SECOND);
  assert_heard (&self, "CD");
  for (unsigned i = 0; i < 4; i++)
    release (&many[i]);
  release (&few[1]);
  release (&one[0]);
  tear_down (&self, NULL);
}

static void
test_no_bound (void)
{
  Fixture self;
  set_up_with (&self, (CamCountPair){0});
  Asker askers[5];
  connect_all (&self, askers, 5, "camera", 'a');
  assert_heard (&self, "ABCDE");
  for (unsigned i = 0; i < 5; i++)
    release (&askers[i]);
  tear_down (&self, NULL);
}

typedef struct {
  CamConnectionTicket *ticket; /* owned */
  unsigned *dials;
  unsigned *talks;
} Stream;

static void
count_dial (gpointer data)
{
  Stream *self = data;
  (*self->dials)++;
  cam_connection_ticket_established (self->ticket);
}

static void
count_talk (gpointer data)
{
  Stream *self = data;
  (*self->talks)++;
  cam_connection_ticket_playing (self->ticket);
}

/* A thousand streams of one recorder that all wait: each turn is short and grants a bounded number. */
static void
test_thousand (void)
{
  enum { N = 1000 };
  Fixture self;
  set_up_with (&self, (CamCountPair){.all = 32, .per_host = 4});
  g_autofree Stream *streams = g_new0 (Stream, N);
  unsigned dials = 0;
  unsigned talks = 0;
  for (unsigned i = 0; i < N; i++) {
    streams[i] = (Stream){.dials = &dials, .talks = &talks};
    streams[i].ticket = cam_connection_ticket_new (self.governor, &(CamConnectionRequest){
                                                                      .host = "nvr",
                                                                      .port = 554,
                                                                      .stream = i % 2,
                                                                      .may_dial = count_dial,
                                                                      .may_talk = count_talk,
                                                                      .data = &streams[i],
                                                                  });
    cam_connection_ticket_ask (streams[i].ticket);
  }
  unsigned turns = 0;
  for (; talks < N && turns < N; turns++) {
    unsigned before = dials + talks;
    cam_connection_governor_tick (self.governor);
    g_assert_cmpuint (dials + talks - before, <=, 32);
  }
  g_assert_cmpuint (dials, ==, N);
  g_assert_cmpuint (talks, ==, N);
  g_assert_cmpuint (turns, <=, 2 * N / 32 + 1);
  for (unsigned i = 0; i < N; i++)
    cam_connection_ticket_free (streams[i].ticket);
  tear_down (&self, NULL);
}

#define ADD(path, func) g_test_add ("/supervise/connection-slots/" path, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("of-one-host", test_slots);
  g_test_add_func ("/supervise/connection-slots/of-all", test_slots_of_all);
  g_test_add_func ("/supervise/connection-slots/no-bound", test_no_bound);
  g_test_add_func ("/supervise/connection-slots/thousand", test_thousand);
  return g_test_run ();
}
