#include "serve/reader.h"

#include <string.h>

#include "fake-outlet.h"

#define LAG_US (3 * G_USEC_PER_SEC)

typedef struct {
  FakeOutlet fake;
  CamReader *reader;
  uint16_t next_video;
  uint16_t next_audio;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fake_outlet_init (&fixture->fake, true);
  fixture->reader = cam_reader_new (&fixture->fake.outlet, LAG_US);
  cam_reader_select (fixture->reader, CAM_TRACK_VIDEO, 0, 1);
  cam_reader_select (fixture->reader, CAM_TRACK_AUDIO, 6, 7);
  fixture->next_video = 65530;
  fixture->next_audio = 100;
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  cam_reader_free (fixture->reader);
  fake_outlet_clear (&fixture->fake);
}

static CamBurst *
make_burst (CamTrackKind track, uint16_t sequence, unsigned packets, int64_t time_us)
{
  enum { BYTES = 16 };
  CamBurst *burst = cam_burst_new (packets * BYTES);
  for (unsigned i = 0; i < packets; i++) {
    uint16_t number = (uint16_t) (sequence + i);
    memcpy (burst->data + i * BYTES, (uint8_t[BYTES]){'$', 0, 0, 12, 0x80, 96, (uint8_t) (number >> 8), (uint8_t) number}, BYTES);
  }
  burst->track = track;
  burst->channel = (uint8_t) (track * 2);
  burst->sequence = sequence;
  burst->packets = (uint16_t) packets;
  burst->rtp_time = (uint32_t) (time_us * 9 / 100);
  burst->created_us = time_us;
  burst->size = packets * BYTES;
  return burst;
}

static CamBurst *
next_unit (Fixture *fixture, CamTrackKind track, unsigned packets, bool is_key, int64_t time_us)
{
  uint16_t *next = track == CAM_TRACK_VIDEO ? &fixture->next_video : &fixture->next_audio;
  CamBurst *burst = make_burst (track, *next, packets, time_us);
  *next = (uint16_t) (*next + packets);
  burst->is_key = is_key;
  return burst;
}

static CamReaderVerdict
offer (Fixture *fixture, CamTrackKind track, unsigned packets, bool is_key, int64_t time_us)
{
  g_autoptr (CamBurst) burst = next_unit (fixture, track, packets, is_key, time_us);
  return cam_reader_offer (fixture->reader, burst, time_us);
}

/* A join with @pictures of 3 packets each that end before the next live one, 1 ms apart up to @time_us. */
static CamJoin *
make_join (Fixture *fixture, unsigned pictures, int64_t time_us)
{
  CamJoin *join = g_new0 (CamJoin, 1);
  join->room_bytes = 100000;
  join->next_sequence[CAM_TRACK_VIDEO] = fixture->next_video;
  join->next_sequence[CAM_TRACK_AUDIO] = fixture->next_audio;
  for (unsigned i = 0; i < CAM_N_TRACKS; i++) {
    join->reports[i] = make_burst (i, 0, 1, time_us);
    join->reports[i]->is_control = true;
    join->reports[i]->channel = (uint8_t) (i * 2 + 1);
  }
  if (pictures == 0)
    return join;
  join->head = g_ptr_array_new_with_free_func ((GDestroyNotify) cam_burst_unref);
  for (unsigned i = 0; i < pictures; i++) {
    uint16_t sequence = (uint16_t) (fixture->next_video - 3 * (pictures - i));
    g_ptr_array_add (join->head, make_burst (CAM_TRACK_VIDEO, sequence, 3, time_us - 1000 * (pictures - 1 - i)));
  }
  join->audio = make_burst (CAM_TRACK_AUDIO, (uint16_t) (fixture->next_audio - 1), 1, time_us - 5000);
  return join;
}

static void
begin (Fixture *fixture, unsigned pictures, int64_t time_us)
{
  g_autoptr (CamJoin) join = make_join (fixture, pictures, time_us);
  cam_reader_begin (fixture->reader, join);
}

/* All that was sent of @track is numbered without a gap, on its channel, and goes forward in time. */
static unsigned
assert_contiguous (Fixture *fixture, CamTrackKind track, uint8_t channel)
{
  unsigned packets = 0;
  uint16_t expected = 0;
  uint32_t rtp_time = 0;
  for (unsigned i = 0; i < fixture->fake.sent->len; i++) {
    const CamBurst *burst = fixture->fake.sent->pdata[i];
    if (burst->track != track || burst->is_control)
      continue;
    g_assert_cmpuint (burst->channel, ==, channel);
    if (packets > 0) {
      g_assert_cmpuint (burst->sequence, ==, expected);
      g_assert_cmpint ((int32_t) (burst->rtp_time - rtp_time), >, 0);
    }
    expected = (uint16_t) (burst->sequence + burst->packets);
    rtp_time = burst->rtp_time;
    packets += burst->packets;
  }
  return packets;
}

static void
test_join_and_live_are_one_sequence (Fixture *fixture, gconstpointer data)
{
  g_autoptr (CamJoin) join = make_join (fixture, 5, 1000000);
  CamJoinInfo info[CAM_N_TRACKS];
  cam_reader_foresee (fixture->reader, join, info);
  cam_reader_begin (fixture->reader, join);
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
  cam_reader_begin (fixture->reader, join);
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
  CamReader *video_only = cam_reader_new (&fixture->fake.outlet, LAG_US);
  cam_reader_select (video_only, CAM_TRACK_VIDEO, 2, 3);
  g_autoptr (CamJoin) join = make_join (fixture, 1, 1000000);
  CamJoinInfo info[CAM_N_TRACKS];
  cam_reader_foresee (video_only, join, info);
  g_assert_false (info[CAM_TRACK_AUDIO].is_selected);
  cam_reader_begin (video_only, join);
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

static void
test_bytes_are_bounded (Fixture *fixture, gconstpointer data)
{
  g_autoptr (CamJoin) join = make_join (fixture, 1, 1000000);
  join->room_bytes = 16 * 8;
  cam_reader_begin (fixture->reader, join); /* two reports, three packets, one of audio */
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
  cam_reader_begin (fixture->reader, join);
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
  ADD ("bytes-are-bounded", test_bytes_are_bounded);
  ADD ("pause-and-play-again", test_pause_and_play_again);
  ADD ("a-head-never-goes-back", test_a_head_never_goes_back);
  ADD ("nothing-is-said-before-play", test_nothing_is_said_before_play);
  return g_test_run ();
}
