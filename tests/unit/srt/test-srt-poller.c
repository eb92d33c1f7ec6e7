#include "srt-fixture.h"

#include <dirent.h>
#include <stdatomic.h>

#include "srt/srt-poller-private.h"

#define CONNECTIONS 50
#define ROUNDS 200

static unsigned
count_entries (const char *folder)
{
  unsigned count = 0;
  DIR *entries = opendir (folder);
  g_assert_nonnull (entries);
  while (readdir (entries) != NULL)
    count++;
  closedir (entries);
  return count;
}

/* libsrt lets go of a socket and its threads a second after it was closed. */
static void
await_entries (Fixture *fixture, const char *folder, unsigned most)
{
  const gint64 until_us = g_get_monotonic_time () + DEADLINE_US;
  while (count_entries (folder) > most) {
    g_assert_cmpint (g_get_monotonic_time (), <, until_us);
    pause_briefly (fixture);
  }
}

static void
test_stop (void)
{
  Fixture *fixture = fixture_new ();
  const unsigned port = open_door (fixture, "127.0.0.1:0");
  const CamSrtUrl url = plain_url (CAM_SRT_CALLER);
  End *callers[CONNECTIONS];
  End *called[CONNECTIONS];
  for (unsigned i = 0; i < CONNECTIONS; i++) {
    callers[i] = dial (fixture, &url, "127.0.0.1", port);
    called[i] = adopt (fixture);
    AWAIT (fixture, callers[i]->is_connected);
    send_messages (called[i], 0, 20);
  }
  for (unsigned i = 0; i < CONNECTIONS; i++)
    AWAIT (fixture, callers[i]->n_received == 20);
  const gint64 began_us = g_get_monotonic_time ();
  g_assert_true (cam_srt_poller_stop (fixture->poller, 20 * G_USEC_PER_SEC));
  const double took_s = (double) (g_get_monotonic_time () - began_us) / G_USEC_PER_SEC;
  g_test_minimized_result (took_s, "stopping with %u connections: %.3f s", 2 * CONNECTIONS, took_s);
  g_assert_cmpfloat (took_s, <, 2);
  g_assert_true (cam_srt_poller_stop (fixture->poller, 0)); /* twice is fine */
  for (unsigned i = 0; i < CONNECTIONS; i++) {
    AWAIT (fixture, callers[i]->is_ended && called[i]->is_ended);
    end_free (callers[i]);
    end_free (called[i]);
  }
  fixture_free (fixture);
}

/* Whatever a connection is doing when its owner lets go of it, nothing is heard of it any more and nothing is left. */
static void
test_freed_at_any_time (void)
{
  Fixture *fixture = fixture_new ();
  const unsigned port = open_door (fixture, "127.0.0.1:0");
  const CamSrtUrl url = plain_url (CAM_SRT_CALLER);
  for (unsigned i = 0; i < 8; i++) { /* calls leave from a few ports, which stay */
    End *first = dial (fixture, &url, "127.0.0.1", port);
    AWAIT (fixture, first->is_connected);
    end_free (first);
  }
  const unsigned n_threads = count_entries ("/proc/self/task");
  const unsigned n_files = count_entries ("/proc/self/fd");
  for (unsigned round = 0; round < ROUNDS; round++) {
    End *caller = dial (fixture, &url, "127.0.0.1", port);
    if (round % 4 == 0) {
      end_free (caller); /* perhaps not even opened */
      continue;
    }
    AWAIT (fixture, caller->is_connected || round % 4 == 1);
    if (round % 4 < 3) {
      end_free (caller);
      continue;
    }
    AWAIT (fixture, !g_queue_is_empty (&fixture->accepted));
    while (g_queue_get_length (&fixture->accepted) > 1)
      cam_srt_poller_discard (fixture->poller, GPOINTER_TO_INT (g_queue_pop_head (&fixture->accepted)));
    End *called = adopt (fixture);
    send_messages (called, 0, 200);
    AWAIT (fixture, caller->n_received > 0 || called->is_ended);
    end_free (caller);
    end_free (called);
  }
  g_mutex_lock (&fixture->lock);
  while (!g_queue_is_empty (&fixture->accepted))
    cam_srt_poller_discard (fixture->poller, GPOINTER_TO_INT (g_queue_pop_head (&fixture->accepted)));
  g_mutex_unlock (&fixture->lock);
  await_entries (fixture, "/proc/self/task", n_threads);
  await_entries (fixture, "/proc/self/fd", n_files);
  fixture_free (fixture);
}

typedef struct {
  CamSrtPoller *poller;
  unsigned count; /* T's */
  atomic_uint destroyed;
} Counter;

static void
count_call (gpointer data)
{
  Counter *counter = data;
  g_assert_true (cam_srt_poller_is_current (counter->poller));
  counter->count++;
}

static void
count_destroy (gpointer data)
{
  Counter *counter = data;
  atomic_fetch_add (&counter->destroyed, 1);
}

static gpointer
run_calls (gpointer data)
{
  Counter *counter = data;
  for (unsigned i = 0; i < 1000; i++)
    cam_srt_poller_run (counter->poller, count_call, counter, count_destroy);
  return NULL;
}

static void
test_calls (void)
{
  g_autoptr (GError) error = NULL;
  Counter counter = {.poller = cam_srt_poller_new (&error)};
  g_assert_no_error (error);
  g_assert_false (cam_srt_poller_is_current (counter.poller));
  GThread *threads[4];
  for (unsigned i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("caller", run_calls, &counter);
  for (unsigned i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  g_assert_true (cam_srt_poller_stop (counter.poller, DEADLINE_US));
  g_assert_cmpuint (counter.count, ==, 4000); /* what was there before stop is still done */
  g_assert_false (cam_srt_poller_run (counter.poller, count_call, &counter, count_destroy));
  g_assert_cmpuint (counter.count, ==, 4000);
  g_assert_cmpuint (counter.destroyed, ==, 4001);
  cam_srt_poller_free (counter.poller);
  cam_srt_poller_free (NULL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/srt/poller/calls", test_calls);
  g_test_add_func ("/srt/poller/stop", test_stop);
  g_test_add_func ("/srt/poller/freed-at-any-time", test_freed_at_any_time);
  return g_test_run ();
}
