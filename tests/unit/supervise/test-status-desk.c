#include "supervise/status-desk.h"

#include "rooms-below.h"

#define DEADLINE_US (10 * G_USEC_PER_SEC)

typedef struct {
  CamMainInbox *inbox;
  CamMediaMemory *memory;
  CamStatusDesk *desk;
  unsigned begun, published, beats;
  unsigned described; /* of the one that is being made */
  int64_t slow_us;
} Fixture;

static void
begin (CamStatus *status, bool is_beat, gpointer data)
{
  Fixture *fixture = data;
  fixture->begun++;
  fixture->described = 0;
}

/* One camera a call; with slow_us each of them takes longer than a piece of work may. */
static const char *
describe (CamStatus *status, bool is_beat, const char *after, gpointer data)
{
  static const char *const names[] = { "a", "b", "c", NULL };
  Fixture *fixture = data;
  g_assert_cmpstr (after, ==, fixture->described > 0 ? names[fixture->described - 1] : NULL);
  int64_t until_us = g_get_monotonic_time () + fixture->slow_us;
  while (g_get_monotonic_time () < until_us)
    continue;
  return names[fixture->described++];
}

static void
end (CamStatus *status, bool is_beat, gpointer data)
{
  Fixture *fixture = data;
  g_assert_cmpuint (fixture->described, ==, 4);
  fixture->published++;
  fixture->beats += is_beat;
  status->quarantined = fixture->published;
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  rooms_below_reset ();
  fixture->inbox = cam_main_inbox_new (cam_clock_monotonic ());
  fixture->memory = cam_media_memory_new (1000);
  fixture->desk = cam_status_desk_new (
      &(CamStatusDeskSetup) { .inbox = fixture->inbox, .memory = fixture->memory, .clock = cam_clock_monotonic (), .begin = begin, .describe = describe, .end = end, .data = fixture });
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  cam_status_desk_free (fixture->desk);
  cam_main_inbox_close (fixture->inbox);
  cam_main_inbox_unref (fixture->inbox);
  cam_media_memory_unref (fixture->memory);
}

static CamStatus *
get (Fixture *fixture)
{
  return cam_status_board_get (cam_status_desk_get_board (fixture->desk));
}

static void
await (const unsigned *count, unsigned wanted)
{
  int64_t deadline_us = g_get_monotonic_time () + DEADLINE_US;
  while (*count < wanted && g_get_monotonic_time () < deadline_us)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (*count, >=, wanted);
}

static void
test_nothing_before_start (Fixture *fixture, gconstpointer data)
{
  cam_status_desk_touch (NULL);
  cam_status_desk_touch (fixture->desk);
  g_assert_null (get (fixture));
  g_assert_cmpuint (fixture->published, ==, 0);
  cam_status_desk_free (NULL);
}

static void
test_what_it_says (Fixture *fixture, gconstpointer data)
{
  static const char *const urls[] = { "rtsp://127.0.0.1:8554", "rtsps://127.0.0.1:8322", NULL };
  g_autoptr (CamConfigSet) config = cam_config_set_new ();
  CamLoopThread *loop = cam_loop_thread_new ("media0", NULL);
  rooms_below.readers = 7;
  cam_status_desk_watch_loop (fixture->desk, "media0", loop);
  cam_status_desk_set_config (fixture->desk, config);
  cam_status_desk_set_config (fixture->desk, config);
  cam_status_desk_add_listeners (fixture->desk, NULL);
  cam_status_desk_add_listeners (fixture->desk, urls);
  cam_status_desk_note_reload (fixture->desk, true);
  cam_status_desk_note_reload (fixture->desk, true);
  cam_status_desk_note_reload (fixture->desk, false);
  cam_status_desk_set_crashes (fixture->desk, 4);
  cam_status_desk_start (fixture->desk);
  cam_status_desk_start (fixture->desk);
  g_assert_cmpuint (fixture->published, ==, 1);
  g_autoptr (CamStatus) status = get (fixture);
  g_assert_true (status->config == config);
  g_assert_cmpuint (status->listeners->len, ==, 2);
  g_assert_cmpstr (g_ptr_array_index (status->listeners, 1), ==, urls[1]);
  g_assert_cmpuint (status->server.readers, ==, 7);
  g_assert_cmpuint (status->memory.limit, ==, 1000);
  g_assert_cmpuint (status->n_loops, ==, 2);
  g_assert_cmpstr (status->loops[0].name, ==, "main");
  g_assert_cmpstr (status->loops[1].name, ==, "media0");
  g_assert_cmpuint (status->threads, >=, 2);
  g_assert_cmpuint (status->descriptors, >, 0);
  g_assert_cmpuint (status->resident_bytes, >, 0);
  g_assert_cmpuint (status->reloads, ==, 2);
  g_assert_cmpuint (status->reloads_failed, ==, 1);
  g_assert_cmpuint (status->crashes, ==, 4);
  g_assert_cmpuint (status->quarantined, ==, 1);
  g_assert_cmpint (status->start_unix_us, <=, status->unix_us);
  cam_status_desk_free (g_steal_pointer (&fixture->desk));
  cam_loop_thread_quit (loop);
  g_assert_true (cam_loop_thread_join (loop, DEADLINE_US));
  g_assert_cmpstr (status->loops[1].name, ==, "media0");
}

/* Two hundred cameras that come back at once are one status, and soon. */
static void
test_touched (Fixture *fixture, gconstpointer data)
{
  cam_status_desk_start (fixture->desk);
  int64_t touched_us = g_get_monotonic_time ();
  for (unsigned i = 0; i < 200; i++)
    cam_status_desk_touch (fixture->desk);
  g_assert_cmpuint (fixture->published, ==, 1);
  await (&fixture->published, 2);
  g_assert_cmpuint (fixture->beats, ==, 1);
  g_assert_cmpint (g_get_monotonic_time () - touched_us, >=, 100000);
  g_autoptr (CamStatus) status = get (fixture);
  g_assert_cmpuint (status->quarantined, ==, 2);
  cam_status_desk_touch (fixture->desk);
  await (&fixture->published, 3);
  cam_status_desk_publish (fixture->desk);
  g_assert_cmpuint (fixture->published, ==, 4);
}

/* What takes long is done piece by piece, and M does other things in between; one that is wanted at once takes the place of what was half done. */
static void
test_pieces (Fixture *fixture, gconstpointer data)
{
  cam_status_desk_start (fixture->desk);
  fixture->slow_us = 2000;
  cam_status_desk_touch (fixture->desk);
  await (&fixture->begun, 2);
  g_assert_cmpuint (fixture->published, ==, 1);
  g_assert_cmpuint (fixture->described, ==, 1);
  cam_status_desk_publish (fixture->desk);
  g_assert_cmpuint (fixture->begun, ==, 3);
  g_assert_cmpuint (fixture->published, ==, 2);
  cam_status_desk_touch (fixture->desk);
  await (&fixture->begun, 4);
  g_assert_cmpuint (fixture->published, ==, 2);
  await (&fixture->published, 3);
  g_assert_cmpuint (fixture->begun, ==, 4);
}

/* A beat that is cut short by one that is wanted at once is a beat all the same. */
static void
test_a_beat_is_not_lost (Fixture *fixture, gconstpointer data)
{
  cam_status_desk_start (fixture->desk);
  fixture->slow_us = 2000;
  await (&fixture->begun, 2);
  g_assert_cmpuint (fixture->beats, ==, 1);
  cam_status_desk_publish (fixture->desk);
  g_assert_cmpuint (fixture->beats, ==, 2);
}

static void
test_beats (Fixture *fixture, gconstpointer data)
{
  cam_status_desk_start (fixture->desk);
  int64_t began_us = g_get_monotonic_time ();
  await (&fixture->beats, 2);
  g_assert_cmpint (g_get_monotonic_time () - began_us, >=, G_USEC_PER_SEC);
  g_autoptr (CamStatus) status = get (fixture);
  g_assert_cmpint (status->loops[0].lag_us, >=, 0);
  g_assert_cmpint (status->monotonic_us, >=, began_us + G_USEC_PER_SEC);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func) g_test_add ("/status-desk/" name, Fixture, NULL, set_up, func, tear_down)
  ADD ("nothing-before-start", test_nothing_before_start);
  ADD ("what-it-says", test_what_it_says);
  ADD ("touched", test_touched);
  ADD ("pieces", test_pieces);
  ADD ("a-beat-is-not-lost", test_a_beat_is_not_lost);
  ADD ("beats", test_beats);
  return g_test_run ();
}
