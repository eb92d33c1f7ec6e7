/* Readers whose link does not carry the stream. */
#include "serve/reader.h"

#include "reader-fixture.h"

static void
fall_behind_twice (Fixture *fixture)
{
  begin (fixture, 2, 1000000);
  for (unsigned i = 0; i < 2; i++) {
    int64_t now_us = 1040000 + i * (LAG_US + 100000);
    fake_outlet_drain (&fixture->fake);
    offer (fixture, CAM_TRACK_VIDEO, 2, false, now_us);
    g_assert_cmpint (offer (fixture, CAM_TRACK_VIDEO, 2, false, now_us + LAG_US + 1), ==, CAM_READER_SKIPS);
    g_assert_cmpint (offer (fixture, CAM_TRACK_VIDEO, 2, false, now_us + LAG_US + 40000), ==, CAM_READER_REJOINS);
    begin (fixture, 2, now_us + LAG_US + 40000);
  }
  g_assert_cmpstr (fixture->news->str, ==, "SBSTB");
}

static void
test_a_thinned_reader_gets_key_pictures (Fixture *fixture, gconstpointer data)
{
  fall_behind_twice (fixture);
  g_autoptr (CamReaderView) thinned = view (fixture);
  g_assert_cmpint (thinned->state, ==, CAM_READER_STATE_THINNED);
  g_assert_cmpuint (thinned->thinnings, ==, 1);
  g_assert_cmpuint (fixture->fake.waiting->len, ==, 2 + 1); /* of the head its key picture */
  fake_outlet_drain (&fixture->fake);
  g_ptr_array_set_size (fixture->fake.sent, 0);

  int64_t now_us = 8 * G_USEC_PER_SEC;
  for (unsigned i = 0; i < 100; i++, now_us += 40000) {
    CamReaderVerdict verdict = offer (fixture, CAM_TRACK_VIDEO, 3, i % 50 == 10, now_us);
    g_assert_cmpint (verdict, ==, i % 50 == 10 ? CAM_READER_TOOK : CAM_READER_SKIPS);
    g_assert_cmpint (offer (fixture, CAM_TRACK_AUDIO, 1, true, now_us + 1000), ==, CAM_READER_TOOK);
    fake_outlet_drain (&fixture->fake);
  }
  g_assert_cmpuint (assert_contiguous (fixture, CAM_TRACK_VIDEO, 0), ==, 2 * 3);
  g_assert_cmpuint (assert_contiguous (fixture, CAM_TRACK_AUDIO, 6), ==, 100 + 1);
}

/* The newest key picture is the one that waits; sound waits no longer than ReaderLag. No skip comes of it. */
static void
test_a_thinned_reader_that_does_not_drain (Fixture *fixture, gconstpointer data)
{
  fall_behind_twice (fixture);
  fake_outlet_drain (&fixture->fake);
  int64_t now_us = 8 * G_USEC_PER_SEC;
  for (unsigned i = 0; i < 300; i++, now_us += 40000) {
    offer (fixture, CAM_TRACK_VIDEO, 3, i % 50 == 0, now_us);
    offer (fixture, CAM_TRACK_AUDIO, 1, true, now_us + 1000);
  }
  unsigned pictures = 0;
  for (unsigned i = 0; i < fixture->fake.waiting->len; i++)
    pictures += ((CamBurst *) fixture->fake.waiting->pdata[i])->track == CAM_TRACK_VIDEO;
  g_assert_cmpuint (pictures, ==, 1);
  g_assert_cmpuint (fixture->fake.waiting->len, <=, 1 + 50);
  g_assert_cmpstr (fixture->news->str, ==, "SBSTB");
  fake_outlet_drain (&fixture->fake);
  assert_contiguous (fixture, CAM_TRACK_VIDEO, 0);
  assert_contiguous (fixture, CAM_TRACK_AUDIO, 6);
}

/* Plays @seconds of a stream with a key picture every two. */
static void
play_on (Fixture *fixture, int64_t *now_us, unsigned seconds)
{
  for (unsigned i = 0; i < seconds * 25; i++, *now_us += 40000) {
    offer (fixture, CAM_TRACK_VIDEO, i % 50 == 0 ? 30 : 3, i % 50 == 0, *now_us);
    fake_outlet_drain (&fixture->fake);
  }
}

static void
test_a_good_link_has_the_whole_stream_again (Fixture *fixture, gconstpointer data)
{
  fall_behind_twice (fixture);
  fake_outlet_drain (&fixture->fake);
  int64_t now_us = 8 * G_USEC_PER_SEC;
  fixture->fake.is_under_way = true;
  play_on (fixture, &now_us, 60);
  g_assert_cmpstr (fixture->news->str, ==, "SBSTB");
  fixture->fake.is_under_way = false;
  play_on (fixture, &now_us, 60);
  g_assert_cmpstr (fixture->news->str, ==, "SBSTBW");
  g_assert_cmpint (offer (fixture, CAM_TRACK_VIDEO, 3, false, now_us), ==, CAM_READER_TOOK);
  g_assert_cmpuint (fixture->fake.waiting->len, ==, 1);
  fake_outlet_drain (&fixture->fake);
  assert_contiguous (fixture, CAM_TRACK_VIDEO, 0);
  g_autoptr (CamReaderView) whole = view (fixture);
  g_assert_cmpint (whole->state, ==, CAM_READER_STATE_PLAYING);
}

/* Whom no skip thins: who listens only, whose outlet cannot say what arrived, and whom Thin=off says. */
static void
test_some_are_never_thinned (Fixture *fixture, gconstpointer data)
{
  fixture->fake.outlet.has_arrived = NULL;
  begin (fixture, 2, 1000000);
  for (unsigned i = 0; i < 5; i++) {
    int64_t now_us = 1040000 + i * (LAG_US + 100000);
    fake_outlet_drain (&fixture->fake);
    offer (fixture, CAM_TRACK_VIDEO, 2, false, now_us);
    g_assert_cmpint (offer (fixture, CAM_TRACK_VIDEO, 2, false, now_us + LAG_US + 1), ==, CAM_READER_SKIPS);
    begin (fixture, 2, now_us + LAG_US + 40000);
  }
  g_assert_null (strchr (fixture->news->str, 'T'));
}

/* It falls behind on purpose, again and again: what waits for it is bounded, and it gets less and less. */
static void
test_a_reader_that_oscillates (Fixture *fixture, gconstpointer data)
{
  begin (fixture, 2, 1000000);
  int64_t now_us = 1040000;
  size_t most = 0;
  unsigned whole_seconds = 0;
  for (unsigned second = 0; second < 1800; second++) {
    for (unsigned i = 0; i < 25; i++, now_us += 40000) {
      if (offer (fixture, CAM_TRACK_VIDEO, 3, (second * 25 + i) % 50 == 0, now_us) == CAM_READER_REJOINS)
        begin (fixture, 2, now_us);
      if (second / 4 % 2 == 0)
        fake_outlet_drain (&fixture->fake);
      most = MAX (most, fixture->fake.outlet.get_bytes (&fixture->fake.outlet));
    }
    g_autoptr (CamReaderView) now = view (fixture);
    whole_seconds += now->state != CAM_READER_STATE_THINNED && second >= 600;
    g_ptr_array_set_size (fixture->fake.sent, 0);
  }
  g_assert_cmpuint (most, <=, 16 * (3 * 80 + 20));
  g_assert_cmpuint (whole_seconds, <, 1200 / 10);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func) g_test_add ("/reader-thinned/" name, Fixture, NULL, set_up, func, tear_down)
  ADD ("a-thinned-reader-gets-key-pictures", test_a_thinned_reader_gets_key_pictures);
  ADD ("a-thinned-reader-that-does-not-drain", test_a_thinned_reader_that_does_not_drain);
  ADD ("a-good-link-has-the-whole-stream-again", test_a_good_link_has_the_whole_stream_again);
  ADD ("some-are-never-thinned", test_some_are_never_thinned);
  ADD ("a-reader-that-oscillates", test_a_reader_that_oscillates);
  return g_test_run ();
}
