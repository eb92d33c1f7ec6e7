#include "serve/reader.h"

#include "reader-fixture.h"

static void
test_join_and_live_are_one_sequence (Fixture *fixture, gconstpointer data)
{
  g_autoptr (CamJoin) join = make_join (fixture, 5, 1000000);
  CamJoinInfo info[CAM_N_TRACKS];
  cam_reader_foresee (fixture->reader, join, info);
  cam_reader_begin (fixture->reader, join, 1000000);
  g_assert_cmpint (offer (fixture, CAM_TRACK_VIDEO, 2, false, 1040000), ==, CAM_READER_TOOK);
  g_assert_cmpint (offer (fixture, CAM_TRACK_AUDIO, 1, true, 1041000), ==, CAM_READER_TOOK);
  fake_outlet_drain (&fixture->fake);

  const CamBurst *first = fixture->fake.sent->pdata[0];
  const CamBurst *second = fixture->fake.sent->pdata[1];
  const CamBurst *third = fixture->fake.sent->pdata[2];
  g_assert_true (first->is_control && second->is_control);
  g_assert_cmpuint (first->channel, ==, 1);
  g_assert_cmpuint (second->channel, ==, 7);
  g_assert_true (info[CAM_TRACK_VIDEO].is_selected && info[CAM_TRACK_VIDEO].has_time);
  g_assert_cmpuint (info[CAM_TRACK_VIDEO].sequence, ==, third->sequence);
  g_assert_cmpuint (info[CAM_TRACK_VIDEO].rtp_time, ==, third->rtp_time);
  g_assert_cmpuint (info[CAM_TRACK_AUDIO].sequence, ==, 99);
  g_assert_cmpuint (assert_contiguous (fixture, CAM_TRACK_VIDEO, 0), ==, 17);
  g_assert_cmpuint (assert_contiguous (fixture, CAM_TRACK_AUDIO, 6), ==, 2);
}

/* The first packets of both tracks never come in one go: sound follows with the next burst of any track. */
static void
test_first_sound_comes_behind_the_head (Fixture *fixture, gconstpointer data)
{
  begin (fixture, 3, 1000000);
  fake_outlet_drain (&fixture->fake);
  g_assert_cmpuint (assert_contiguous (fixture, CAM_TRACK_VIDEO, 0), ==, 9);
  g_assert_cmpuint (assert_contiguous (fixture, CAM_TRACK_AUDIO, 6), ==, 0);
  offer (fixture, CAM_TRACK_VIDEO, 2, false, 1040000);
  fake_outlet_drain (&fixture->fake);
  g_assert_cmpuint (assert_contiguous (fixture, CAM_TRACK_AUDIO, 6), ==, 1);
  offer (fixture, CAM_TRACK_AUDIO, 1, true, 1041000);
  fake_outlet_drain (&fixture->fake);
  g_assert_cmpuint (assert_contiguous (fixture, CAM_TRACK_AUDIO, 6), ==, 2);
}

/* Sound that still waits is dropped by a pause, and the next join brings its own. */
static void
test_a_pause_drops_the_first_sound (Fixture *fixture, gconstpointer data)
{
  begin (fixture, 3, 1000000);
  cam_reader_pause (fixture->reader);
  begin (fixture, 3, 1040000);
  offer (fixture, CAM_TRACK_AUDIO, 1, true, 1060000);
  fake_outlet_drain (&fixture->fake);
  g_assert_cmpuint (assert_contiguous (fixture, CAM_TRACK_AUDIO, 6), ==, 2);
}

static void
test_without_a_head_video_waits_for_a_key (Fixture *fixture, gconstpointer data)
{
  g_autoptr (CamJoin) join = make_join (fixture, 0, 1000000);
  CamJoinInfo info[CAM_N_TRACKS];
  cam_reader_foresee (fixture->reader, join, info);
  g_assert_false (info[CAM_TRACK_VIDEO].has_time);
  g_assert_cmpuint (info[CAM_TRACK_VIDEO].sequence, ==, 65530);
  cam_reader_begin (fixture->reader, join, 1000000);
  fake_outlet_drain (&fixture->fake);
  g_ptr_array_set_size (fixture->fake.sent, 0);

  offer (fixture, CAM_TRACK_VIDEO, 2, false, 1040000);
  offer (fixture, CAM_TRACK_AUDIO, 1, true, 1041000);
  fake_outlet_drain (&fixture->fake);
  g_assert_cmpuint (assert_contiguous (fixture, CAM_TRACK_VIDEO, 0), ==, 0);
  g_assert_cmpuint (assert_contiguous (fixture, CAM_TRACK_AUDIO, 6), ==, 1);
  offer (fixture, CAM_TRACK_VIDEO, 4, true, 1080000);
  offer (fixture, CAM_TRACK_VIDEO, 1, false, 1120000);
  fake_outlet_drain (&fixture->fake);
  g_assert_cmpuint (assert_contiguous (fixture, CAM_TRACK_VIDEO, 0), ==, 5);
}

static void
test_a_track_not_chosen_gets_nothing (Fixture *fixture, gconstpointer data)
{
  CamReader *video_only = make_reader (fixture);
  cam_reader_select (video_only, CAM_TRACK_VIDEO, 2, 3);
  g_autoptr (CamJoin) join = make_join (fixture, 1, 1000000);
  CamJoinInfo info[CAM_N_TRACKS];
  cam_reader_foresee (video_only, join, info);
  g_assert_false (info[CAM_TRACK_AUDIO].is_selected);
  cam_reader_begin (video_only, join, 1000000);
  g_autoptr (CamBurst) audio = next_unit (fixture, CAM_TRACK_AUDIO, 1, true, 1000100);
  g_assert_cmpint (cam_reader_offer (video_only, audio, 1000100), ==, CAM_READER_TOOK);
  for (unsigned i = 0; i < fixture->fake.waiting->len; i++)
    g_assert_cmpint (((CamBurst *) fixture->fake.waiting->pdata[i])->track, ==, CAM_TRACK_VIDEO);
  g_assert_cmpuint (fixture->fake.waiting->len, ==, 2);
  cam_reader_free (video_only);
}

/* Blocked for longer than ReaderLag: what waits goes, and after draining it begins anew with contiguous numbers. */
static void
test_a_late_reader_rejoins (Fixture *fixture, gconstpointer data)
{
  begin (fixture, 2, 1000000);
  offer (fixture, CAM_TRACK_VIDEO, 2, false, 1020000);
  fake_outlet_drain (&fixture->fake);
  int64_t now = 1040000;
  CamReaderVerdict verdict = CAM_READER_TOOK;
  while (verdict == CAM_READER_TOOK) {
    verdict = offer (fixture, CAM_TRACK_VIDEO, 2, false, now);
    now += 40000;
  }
  g_assert_cmpint (verdict, ==, CAM_READER_SKIPS);
  g_assert_cmpint (now - 40000 - 1040000, >, LAG_US);
  g_assert_cmpint (now - 80000 - 1040000, <=, LAG_US);
  g_assert_cmpuint (fixture->fake.waiting->len, ==, 0);

  g_assert_cmpint (offer (fixture, CAM_TRACK_VIDEO, 2, false, now), ==, CAM_READER_REJOINS);
  begin (fixture, 10, now);
  offer (fixture, CAM_TRACK_VIDEO, 2, false, now + 40000);
  fake_outlet_drain (&fixture->fake);
  g_assert_cmpuint (assert_contiguous (fixture, CAM_TRACK_VIDEO, 0), ==, 6 + 2 + 30 + 2);
}

static void
test_while_blocked_it_stays_out (Fixture *fixture, gconstpointer data)
{
  begin (fixture, 1, 1000000);
  fake_outlet_drain (&fixture->fake);
  offer (fixture, CAM_TRACK_VIDEO, 1, false, 1040000);
  g_assert_cmpint (offer (fixture, CAM_TRACK_VIDEO, 1, false, 1040000 + LAG_US + 1), ==, CAM_READER_SKIPS);
  g_autoptr (CamBurst) begun = make_burst (CAM_TRACK_VIDEO, 0, 1, 1040000);
  g_ptr_array_add (fixture->fake.waiting, cam_burst_ref (begun)); /* half of it is out already */
  g_assert_cmpint (offer (fixture, CAM_TRACK_AUDIO, 1, true, 1050000 + LAG_US), ==, CAM_READER_SKIPS);
  g_assert_cmpuint (fixture->fake.waiting->len, ==, 1);
}

static void
test_a_head_may_take_its_time (Fixture *fixture, gconstpointer data)
{
  begin (fixture, 3, 1000000);
  g_assert_cmpint (offer (fixture, CAM_TRACK_VIDEO, 1, false, 1000000 + 2 * LAG_US), ==, CAM_READER_TOOK);
  fake_outlet_drain (&fixture->fake);
  g_assert_cmpint (offer (fixture, CAM_TRACK_VIDEO, 1, false, 1000000 + 3 * LAG_US), ==, CAM_READER_TOOK);
  g_assert_cmpint (offer (fixture, CAM_TRACK_VIDEO, 1, false, 1000001 + 4 * LAG_US), ==, CAM_READER_SKIPS);
}

/* Behind a head of 5 s: @percent of the stream's rate, 25 units a second, until it skips; after how many seconds, or 0 in two minutes. */
static unsigned
catch_up (Fixture *fixture, unsigned percent)
{
  int64_t now_us = 1000000;
  begin (fixture, 3, now_us);
  for (; now_us < 6000000; now_us += 40000)
    offer (fixture, CAM_TRACK_VIDEO, 1, false, now_us + 1);
  unsigned carried = 100 * fixture->fake.waiting->len - 100 * 125; /* the head goes out at once, now */
  for (unsigned i = 0; i < 25 * 120; i++, now_us += 40000) {
    for (carried += percent; carried >= 100 && fixture->fake.waiting->len > 0; carried -= 100)
      g_ptr_array_remove_index (fixture->fake.waiting, 0);
    if (offer (fixture, CAM_TRACK_VIDEO, 1, false, now_us + 1) == CAM_READER_SKIPS)
      return i / 25 + 1;
  }
  return 0;
}

static void
test_behind_a_head_a_good_link_catches_up (Fixture *fixture, gconstpointer data)
{
  g_assert_cmpuint (catch_up (fixture, 200), ==, 0);
  g_autoptr (CamReaderView) now = view (fixture);
  g_assert_cmpint (now->lag_us, <=, 80000);
}

static void
test_behind_a_head_a_bad_link_skips (Fixture *fixture, gconstpointer data)
{
  unsigned after_s = catch_up (fixture, 60);
  g_assert_cmpuint (after_s, >=, 3);
  g_assert_cmpuint (after_s, <=, 6);
}

static void
test_bytes_are_bounded (Fixture *fixture, gconstpointer data)
{
  g_autoptr (CamJoin) join = make_join (fixture, 1, 1000000);
  join->room_bytes = 16 * 8;
  cam_reader_begin (fixture->reader, join, 1000000); /* two reports, three packets, one of audio */
  g_assert_cmpint (offer (fixture, CAM_TRACK_VIDEO, 2, false, 1000100), ==, CAM_READER_TOOK);
  g_assert_cmpint (offer (fixture, CAM_TRACK_VIDEO, 1, false, 1000200), ==, CAM_READER_SKIPS);
}

static void
test_pause_and_play_again (Fixture *fixture, gconstpointer data)
{
  begin (fixture, 2, 1000000);
  fake_outlet_drain (&fixture->fake);
  offer (fixture, CAM_TRACK_VIDEO, 3, false, 1040000);
  cam_reader_pause (fixture->reader);
  g_assert_false (cam_reader_is_playing (fixture->reader));
  g_assert_cmpuint (fixture->fake.waiting->len, ==, 0);
  offer (fixture, CAM_TRACK_VIDEO, 3, true, 2000000);
  g_assert_cmpuint (fixture->fake.waiting->len, ==, 0);

  g_autoptr (CamJoin) join = make_join (fixture, 4, 2040000);
  CamJoinInfo info[CAM_N_TRACKS];
  cam_reader_foresee (fixture->reader, join, info);
  const CamBurst *last = fixture->fake.sent->pdata[3];
  g_assert_cmpuint (info[CAM_TRACK_VIDEO].sequence, ==, (uint16_t) (last->sequence + last->packets));
  cam_reader_begin (fixture->reader, join, 1000000);
  fake_outlet_drain (&fixture->fake);
  g_assert_cmpuint (assert_contiguous (fixture, CAM_TRACK_VIDEO, 0), ==, 6 + 12);
}

/* Paused for less than the head is long: its times would go back, so a key unit is waited for. */
static void
test_a_head_never_goes_back (Fixture *fixture, gconstpointer data)
{
  begin (fixture, 2, 1000000);
  fake_outlet_drain (&fixture->fake);
  cam_reader_pause (fixture->reader);
  begin (fixture, 100, 1000000);
  fake_outlet_drain (&fixture->fake);
  offer (fixture, CAM_TRACK_VIDEO, 1, false, 1020000);
  fake_outlet_drain (&fixture->fake);
  g_assert_cmpuint (assert_contiguous (fixture, CAM_TRACK_VIDEO, 0), ==, 6);
  offer (fixture, CAM_TRACK_VIDEO, 1, true, 1060000);
  fake_outlet_drain (&fixture->fake);
  g_assert_cmpuint (assert_contiguous (fixture, CAM_TRACK_VIDEO, 0), ==, 7);
}

static void
test_nothing_is_said_before_play (Fixture *fixture, gconstpointer data)
{
  g_autoptr (CamBurst) report = make_burst (CAM_TRACK_VIDEO, 0, 1, 0);
  report->is_control = true;
  cam_reader_say (fixture->reader, report);
  g_assert_cmpuint (fixture->fake.waiting->len, ==, 0);
  g_assert_cmpint (offer (fixture, CAM_TRACK_AUDIO, 1, true, 10), ==, CAM_READER_TOOK);
  g_assert_cmpuint (fixture->fake.waiting->len, ==, 0);
}

/* ---- skips, counted and told ---- */

static void
test_a_skip_is_counted (Fixture *fixture, gconstpointer data)
{
  begin (fixture, 2, 1000000);
  fake_outlet_drain (&fixture->fake);
  for (unsigned i = 0; i < 5; i++)
    offer (fixture, CAM_TRACK_VIDEO, 2, false, 1040000 + 40000 * i);
  g_autoptr (CamReaderView) before = view (fixture);
  g_assert_cmpint (before->state, ==, CAM_READER_STATE_PLAYING);
  g_assert_cmpuint (before->units, ==, 2 + 1 + 5); /* the first sound came along */
  offer (fixture, CAM_TRACK_VIDEO, 2, false, 1040001 + LAG_US);
  offer (fixture, CAM_TRACK_VIDEO, 2, false, 1080001 + LAG_US);
  g_assert_cmpstr (fixture->news->str, ==, "S");
  g_assert_cmpint (fixture->why, ==, CAM_SKIP_LAG);

  g_autoptr (CamReaderView) after = view (fixture);
  g_assert_cmpuint (after->units, ==, 2);
  g_assert_cmpuint (after->units_left_out, ==, 6 + 1); /* the one after that begins it anew */
  g_assert_cmpuint (fixture->fake.left_out, ==, 7);
  g_assert_cmpuint (after->skips[CAM_SKIP_LAG], ==, 1);
  g_assert_cmpint (after->state, ==, CAM_READER_STATE_SKIPPING);
  g_assert_cmpint (after->worst_lag_us, ==, LAG_US + 45001); /* of the first sound, which is older than the head */
  g_assert_cmpuint (after->bytes, ==, 16 * (2 + 2 * 3));     /* two reports, two pictures */
  begin (fixture, 2, 1080001 + LAG_US);
  g_assert_cmpstr (fixture->news->str, ==, "SB");
}

static void
test_what_waits_is_given_up (Fixture *fixture, gconstpointer data)
{
  g_assert_cmpuint (cam_reader_give_up (fixture->reader, 900000), ==, 0);
  begin (fixture, 2, 1000000);
  fake_outlet_drain (&fixture->fake);
  g_assert_cmpuint (cam_reader_give_up (fixture->reader, 1010000), ==, 0);
  g_assert_cmpstr (fixture->news->str, ==, "");
  offer (fixture, CAM_TRACK_VIDEO, 2, false, 1040000);
  g_assert_cmpuint (cam_reader_give_up (fixture->reader, 1050000), ==, 16 * 3); /* the first sound, too */
  g_assert_cmpuint (cam_reader_give_up (fixture->reader, 1060000), ==, 0);
  g_assert_cmpstr (fixture->news->str, ==, "S");
  g_assert_cmpint (fixture->why, ==, CAM_SKIP_MEMORY);
  g_assert_cmpuint (fixture->fake.waiting->len, ==, 0);
  g_assert_cmpint (offer (fixture, CAM_TRACK_VIDEO, 2, false, 1080000), ==, CAM_READER_REJOINS);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func) g_test_add ("/reader/" name, Fixture, NULL, set_up, func, tear_down)
  ADD ("join-and-live-are-one-sequence", test_join_and_live_are_one_sequence);
  ADD ("first-sound-comes-behind-the-head", test_first_sound_comes_behind_the_head);
  ADD ("a-pause-drops-the-first-sound", test_a_pause_drops_the_first_sound);
  ADD ("without-a-head-video-waits-for-a-key", test_without_a_head_video_waits_for_a_key);
  ADD ("a-track-not-chosen-gets-nothing", test_a_track_not_chosen_gets_nothing);
  ADD ("a-late-reader-rejoins", test_a_late_reader_rejoins);
  ADD ("while-blocked-it-stays-out", test_while_blocked_it_stays_out);
  ADD ("a-head-may-take-its-time", test_a_head_may_take_its_time);
  ADD ("behind-a-head-a-good-link-catches-up", test_behind_a_head_a_good_link_catches_up);
  ADD ("behind-a-head-a-bad-link-skips", test_behind_a_head_a_bad_link_skips);
  ADD ("bytes-are-bounded", test_bytes_are_bounded);
  ADD ("pause-and-play-again", test_pause_and_play_again);
  ADD ("a-head-never-goes-back", test_a_head_never_goes_back);
  ADD ("nothing-is-said-before-play", test_nothing_is_said_before_play);
  ADD ("a-skip-is-counted", test_a_skip_is_counted);
  ADD ("what-waits-is-given-up", test_what_waits_is_given_up);
  return g_test_run ();
}
