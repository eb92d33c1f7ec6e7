#include "serve/reader-set.h"

#include <string.h>

#include "fake-outlet.h"
#include "rtsp-fixture.h"

#define LAG_US (3 * G_USEC_PER_SEC)
#define HOUR_US (INT64_C (3600) * G_USEC_PER_SEC)

/* Everything but set-up happens on the loop: each test is one call there. */
typedef struct {
  CamLoopThread *loop;
  CamReaderSet *set;
  FakeOutlet outlets[2];
  CamReader *watcher;  /* of the first outlet */
  CamReader *listener; /* of the second */
  unsigned joins;
  uint16_t next[CAM_N_TRACKS];
  gint is_flushed; /* atomic: the watcher's outlet has been flushed */
} Fixture;

static CamBurst *
make_burst (Fixture *fixture, CamTrackKind track, bool is_key, bool is_control, int64_t age_us)
{
  enum { BYTES = 16 };
  uint16_t number = is_control ? 0 : fixture->next[track]++;
  CamBurst *burst = cam_burst_new (BYTES);
  memcpy (burst->data, (uint8_t[BYTES]){'$', 0, 0, 12, 0x80, 96, (uint8_t) (number >> 8), (uint8_t) number}, BYTES);
  burst->track = track;
  burst->channel = (uint8_t) (track * 2 + is_control);
  burst->is_key = is_key;
  burst->is_control = is_control;
  burst->sequence = number;
  burst->packets = 1;
  burst->rtp_time = 100u * number;
  burst->created_us = cam_loop_thread_now_us (fixture->loop) - age_us;
  burst->size = BYTES;
  return burst;
}

static void
offer (Fixture *fixture, CamTrackKind track, bool is_key)
{
  g_autoptr (CamBurst) burst = make_burst (fixture, track, is_key, false, 0);
  cam_reader_set_offer (fixture->set, burst);
}

/* All that was offered, as a join: its next numbers are behind it. */
static CamJoin *
make_join (gpointer data)
{
  Fixture *fixture = data;
  CamJoin *join = g_new0 (CamJoin, 1);
  join->room_bytes = 100000;
  memcpy (join->next_sequence, fixture->next, sizeof join->next_sequence);
  fixture->joins++;
  return join;
}

static void
note_flush (CamOutlet *outlet)
{
  FakeOutlet *fake = (FakeOutlet *) outlet;
  Fixture *fixture = (Fixture *) ((char *) fake - offsetof (Fixture, outlets));
  g_atomic_int_set (&fixture->is_flushed, 1);
}

static void
make_set (gpointer data)
{
  Fixture *fixture = data;
  fixture->set = cam_reader_set_new (fixture->loop, make_join, fixture);
  CamReader *readers[] = {fixture->watcher, fixture->listener};
  for (unsigned i = 0; i < G_N_ELEMENTS (readers); i++) {
    g_autoptr (CamJoin) join = make_join (fixture);
    cam_reader_set_add (fixture->set, readers[i]);
    cam_reader_begin (readers[i], join, cam_loop_thread_now_us (fixture->loop));
  }
  fixture->joins = 0;
}

static void
free_set (gpointer data)
{
  Fixture *fixture = data;
  cam_reader_set_remove (fixture->set, fixture->watcher);
  cam_reader_set_remove (fixture->set, fixture->listener);
  cam_reader_set_free (fixture->set);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  fixture->loop = cam_loop_thread_new ("media-0", &error);
  g_assert_no_error (error);
  for (unsigned i = 0; i < G_N_ELEMENTS (fixture->outlets); i++)
    fake_outlet_init (&fixture->outlets[i], true);
  fixture->outlets[0].outlet.flush = note_flush;
  CamReader **readers[] = {&fixture->watcher, &fixture->listener};
  for (unsigned i = 0; i < G_N_ELEMENTS (readers); i++)
    *readers[i] = cam_reader_new (
        &(CamReaderSetup){.outlet = &fixture->outlets[i].outlet, .lag_us = LAG_US, .record = fixture->outlets[i].record});
  cam_reader_select (fixture->watcher, CAM_TRACK_VIDEO, 0, 1);
  cam_reader_select (fixture->watcher, CAM_TRACK_AUDIO, 2, 3);
  cam_reader_select (fixture->listener, CAM_TRACK_AUDIO, 2, 3);
  fixture_call_on (fixture->loop, make_set, fixture);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  fixture_call_on (fixture->loop, free_set, fixture);
  cam_loop_thread_quit (fixture->loop);
  g_assert_true (cam_loop_thread_join (fixture->loop, WATCHDOG_S * G_USEC_PER_SEC));
  cam_reader_free (fixture->watcher);
  cam_reader_free (fixture->listener);
  for (unsigned i = 0; i < G_N_ELEMENTS (fixture->outlets); i++)
    fake_outlet_clear (&fixture->outlets[i]);
}

static const CamBurst *
get_waiting (const Fixture *fixture, unsigned outlet, unsigned nth)
{
  return fixture->outlets[outlet].waiting->pdata[nth];
}

/* "va" : pictures and sound in the order of @outlet; capitals: reports. */
static void
assert_waiting (const Fixture *fixture, unsigned outlet, const char *expected)
{
  g_autoptr (GString) text = g_string_new (NULL);
  for (unsigned i = 0; i < fixture->outlets[outlet].waiting->len; i++) {
    const CamBurst *burst = get_waiting (fixture, outlet, i);
    char letter = burst->track == CAM_TRACK_VIDEO ? 'v' : 'a';
    g_string_append_c (text, burst->is_control ? g_ascii_toupper (letter) : letter);
  }
  g_assert_cmpstr (text->str, ==, expected);
}

static void
hold_for_ever (Fixture *fixture)
{
  cam_reader_set_hold_until (fixture->set, cam_loop_thread_now_us (fixture->loop) + HOUR_US);
}

static void
sound_waits (gpointer data)
{
  Fixture *fixture = data;
  offer (fixture, CAM_TRACK_AUDIO, true);
  hold_for_ever (fixture);
  assert_waiting (fixture, 0, "");
  assert_waiting (fixture, 1, "a");
  offer (fixture, CAM_TRACK_AUDIO, true);
  hold_for_ever (fixture);
  assert_waiting (fixture, 1, "aa");
  offer (fixture, CAM_TRACK_VIDEO, true);
  cam_reader_set_flush (fixture->set);
  assert_waiting (fixture, 0, "aav");
  assert_waiting (fixture, 1, "aa");
  cam_reader_set_flush (fixture->set);
  assert_waiting (fixture, 0, "aav");
}

static void
test_sound_waits_for_watchers_only (Fixture *fixture, gconstpointer data)
{
  fixture_call_on (fixture->loop, sound_waits, fixture);
}

static void
reports_ride_along (gpointer data)
{
  Fixture *fixture = data;
  g_autoptr (CamBurst) report = make_burst (fixture, CAM_TRACK_AUDIO, false, true, 0);
  cam_reader_set_offer (fixture->set, report);
  offer (fixture, CAM_TRACK_VIDEO, true);
  cam_reader_set_flush (fixture->set);
  assert_waiting (fixture, 0, "Av");
  assert_waiting (fixture, 1, "A");
}

static void
test_reports_ride_along (Fixture *fixture, gconstpointer data)
{
  fixture_call_on (fixture->loop, reports_ride_along, fixture);
}

static void
hold_for_a_moment (gpointer data)
{
  Fixture *fixture = data;
  offer (fixture, CAM_TRACK_AUDIO, true);
  int64_t now_us = cam_loop_thread_now_us (fixture->loop);
  cam_reader_set_hold_until (fixture->set, now_us + 20000);
  cam_reader_set_hold_until (fixture->set, now_us + HOUR_US); /* what waits is due as before */
  g_assert_cmpint (g_atomic_int_get (&fixture->is_flushed), ==, 0);
}

static void
test_nothing_waits_longer_than_it_may (Fixture *fixture, gconstpointer data)
{
  fixture_call_on (fixture->loop, hold_for_a_moment, fixture);
  AWAIT (g_atomic_int_get (&fixture->is_flushed) == 1);
  fixture_await_loop (fixture->loop);
  assert_waiting (fixture, 0, "a");
}

/* Who comes while something waits begins behind it; the others have it with the next flush. */
static void
come_late (gpointer data)
{
  Fixture *fixture = data;
  cam_reader_set_remove (fixture->set, fixture->listener);
  offer (fixture, CAM_TRACK_AUDIO, true);
  hold_for_ever (fixture);
  cam_reader_set_add (fixture->set, fixture->listener);
  g_assert_cmpint (g_atomic_int_get (&fixture->is_flushed), ==, 0);
  assert_waiting (fixture, 0, "a");
  offer (fixture, CAM_TRACK_AUDIO, true);
  cam_reader_set_flush (fixture->set);
  assert_waiting (fixture, 0, "aa");
  assert_waiting (fixture, 1, "a");
  g_assert_cmpint (get_waiting (fixture, 1, 0)->sequence, ==, get_waiting (fixture, 0, 1)->sequence);
}

static void
test_newcomers_begin_behind_what_waits (Fixture *fixture, gconstpointer data)
{
  fixture_call_on (fixture->loop, come_late, fixture);
}

/* The watcher falls behind, is drained, and rejoins with the first of two bursts: its join has the second, too. */
static void
rejoin (gpointer data)
{
  Fixture *fixture = data;
  g_autoptr (CamBurst) old = make_burst (fixture, CAM_TRACK_VIDEO, true, false, 2 * LAG_US);
  cam_reader_set_offer (fixture->set, old);
  cam_reader_set_flush (fixture->set);
  assert_waiting (fixture, 0, "v");
  offer (fixture, CAM_TRACK_VIDEO, false);
  cam_reader_set_flush (fixture->set);
  assert_waiting (fixture, 0, "");
  g_assert_cmpuint (fixture->outlets[0].left_out, ==, 2);

  offer (fixture, CAM_TRACK_VIDEO, false);
  offer (fixture, CAM_TRACK_AUDIO, true);
  cam_reader_set_flush (fixture->set);
  g_assert_cmpuint (fixture->joins, ==, 1);
  assert_waiting (fixture, 0, "");
  offer (fixture, CAM_TRACK_VIDEO, true);
  cam_reader_set_flush (fixture->set);
  assert_waiting (fixture, 0, "v");
}

static void
test_a_join_holds_all_that_was_offered (Fixture *fixture, gconstpointer data)
{
  fixture_call_on (fixture->loop, rejoin, fixture);
}

static void
clear_set (gpointer data)
{
  Fixture *fixture = data;
  offer (fixture, CAM_TRACK_VIDEO, true);
  cam_reader_set_clear (fixture->set);
  g_assert_cmpuint (cam_reader_set_count (fixture->set), ==, 0);
  cam_reader_set_add (fixture->set, fixture->watcher);
  cam_reader_set_add (fixture->set, fixture->watcher);
  g_assert_cmpuint (cam_reader_set_count (fixture->set), ==, 1);
  cam_reader_set_flush (fixture->set);
  assert_waiting (fixture, 0, "");
}

static void
test_clearing_forgets_what_was_offered (Fixture *fixture, gconstpointer data)
{
  fixture_call_on (fixture->loop, clear_set, fixture);
}

static void
queue (Fixture *fixture, CamReader *reader, CamTrackKind track, int64_t age_us)
{
  g_autoptr (CamBurst) burst = make_burst (fixture, track, true, false, age_us);
  g_assert_cmpint (cam_reader_offer (reader, burst, cam_loop_thread_now_us (fixture->loop)), ==, CAM_READER_TOOK);
}

/* Who has waited longest gives up, with those who have waited half as long; what is no backlog stays. */
static void
shed (gpointer data)
{
  static const struct {
    int64_t ages_us[2];
    bool remains[2];
    bool is_shed;
  } rows[] = {
      {{0, 0}, {true, true}, false},
      {{299000, 299000}, {true, true}, false},
      {{301000, 10000}, {false, true}, true},
      {{10000, 2000000}, {true, false}, true},
      {{1100000, 2000000}, {false, false}, true},
      {{900000, 2000000}, {true, false}, true},
      {{400000, 290000}, {false, true}, true},
  };
  Fixture *fixture = data;
  for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {
    queue (fixture, fixture->watcher, CAM_TRACK_VIDEO, rows[i].ages_us[0]);
    queue (fixture, fixture->listener, CAM_TRACK_AUDIO, rows[i].ages_us[1]);
    g_assert_cmpint (cam_reader_set_shed (fixture->set), ==, rows[i].is_shed);
    CamReader *readers[] = {fixture->watcher, fixture->listener};
    for (unsigned outlet = 0; outlet < G_N_ELEMENTS (readers); outlet++) {
      g_assert_cmpint (fixture->outlets[outlet].waiting->len > 0, ==, rows[i].remains[outlet]);
      fake_outlet_drain (&fixture->outlets[outlet]);
      g_autoptr (CamJoin) join = make_join (fixture);
      cam_reader_begin (readers[outlet], join, cam_loop_thread_now_us (fixture->loop));
    }
  }
  g_assert_false (cam_reader_set_shed (fixture->set));
}

static void
test_shed (Fixture *fixture, gconstpointer data)
{
  fixture_call_on (fixture->loop, shed, fixture);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func) g_test_add ("/reader-set/" name, Fixture, NULL, set_up, func, tear_down)
  ADD ("sound-waits-for-watchers-only", test_sound_waits_for_watchers_only);
  ADD ("reports-ride-along", test_reports_ride_along);
  ADD ("nothing-waits-longer-than-it-may", test_nothing_waits_longer_than_it_may);
  ADD ("newcomers-begin-behind-what-waits", test_newcomers_begin_behind_what_waits);
  ADD ("a-join-holds-all-that-was-offered", test_a_join_holds_all_that_was_offered);
  ADD ("clearing-forgets-what-was-offered", test_clearing_forgets_what_was_offered);
  ADD ("shed", test_shed);
  return g_test_run ();
}
