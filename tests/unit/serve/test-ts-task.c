#include "serve/ts-tasks.h"

#include "ts-fixture.h"

/* The very first reader, for whom the muxer is made: tables, the key picture and all up to now, and the live pictures behind them without a hole
 * in any counter, as for a second one. */
static void
test_a_join_begins_with_a_picture (Fixture *fixture, gconstpointer data)
{
  push (fixture, CAM_TRACK_VIDEO, true, 10000);
  push (fixture, CAM_TRACK_AUDIO, true, 300);
  for (unsigned i = 0; i < 20; i++)
    push (fixture, CAM_TRACK_VIDEO, false, 1500);
  fixture_await_loop (fixture->loop);
  fixture_call_on (fixture->loop, begin_reading, fixture);
  unsigned bursts = 0;
  g_autofree TsReading *head = read_sent (fixture, &bursts);
  g_assert_cmpuint (bursts, ==, 21);
  g_assert_cmphex (head->first_pid, ==, 0);
  g_assert_true (find_sent (fixture, false, 0)->is_key);
  g_assert_true (find_sent (fixture, false, 0)->is_head);
  g_assert_true (fixture->info[CAM_TRACK_VIDEO].has_time);
  g_assert_cmpuint (fixture->info[CAM_TRACK_VIDEO].sequence, ==, find_sent (fixture, false, 0)->sequence);
  g_assert_cmpuint (fixture->info[CAM_TRACK_VIDEO].rtp_time, ==, find_sent (fixture, false, 0)->rtp_time);

  for (unsigned i = 0; i < 20; i++) {
    push (fixture, CAM_TRACK_AUDIO, true, 300);
    push (fixture, CAM_TRACK_VIDEO, i == 10, 1500);
  }
  wait_and_drain (fixture);
  g_autofree TsReading *all = read_sent (fixture, &bursts);
  g_assert_cmpuint (bursts, ==, 61);
  g_assert_cmpuint (all->holes, ==, 0);
  g_assert_cmpuint (all->gaps, ==, 0);
  g_assert_cmpuint (all->packets[0], >, 2);
  unsigned streams = 0;
  for (unsigned pid = 1; pid < TS_NULL_PID; pid++)
    streams += all->packets[pid] > 0;
  g_assert_cmpuint (streams, ==, 3); /* the map, pictures, sound */
}

static void
begin_second (gpointer data)
{
  Fixture *fixture = data;
  cam_ts_task_remove (fixture->task, fixture->reader);
  g_ptr_array_set_size (fixture->fake.sent, 0);
  cam_reader_free (fixture->reader);
  fixture->reader =
      cam_reader_new (&(CamReaderSetup){.outlet = &fixture->fake.outlet, .lag_us = 3 * G_USEC_PER_SEC, .record = fixture->fake.record});
  cam_reader_select (fixture->reader, CAM_TRACK_VIDEO, 0, 1);
  begin_reading (fixture);
}

/* Whoever comes later: the head's counters end where those of the muxer stand, which has long been at work. */
static void
test_who_comes_later_joins_the_live_counters (Fixture *fixture, gconstpointer data)
{
  push (fixture, CAM_TRACK_VIDEO, true, 3000);
  fixture_await_loop (fixture->loop);
  fixture_call_on (fixture->loop, begin_reading, fixture);
  for (unsigned i = 0; i < 33; i++) {
    push (fixture, CAM_TRACK_AUDIO, true, 300);
    push (fixture, CAM_TRACK_VIDEO, i == 20, 2500);
  }
  wait_and_drain (fixture);
  fixture_call_on (fixture->loop, begin_second, fixture);
  g_assert_true (find_sent (fixture, false, 0)->is_key);
  for (unsigned i = 0; i < 5; i++) {
    push (fixture, CAM_TRACK_AUDIO, true, 300);
    push (fixture, CAM_TRACK_VIDEO, false, 2500);
  }
  wait_and_drain (fixture);
  unsigned bursts = 0;
  g_autofree TsReading *all = read_sent (fixture, &bursts);
  g_assert_cmpuint (bursts, ==, 13 + 10);
  g_assert_cmphex (all->first_pid, ==, 0);
  g_assert_cmpuint (all->holes, ==, 0);
  g_assert_cmpuint (all->gaps, ==, 0);
}

/* RTP times never go back: neither between head and live nor between sound and picture. */
static void
test_times_rise (Fixture *fixture, gconstpointer data)
{
  for (unsigned i = 0; i < 10; i++)
    push (fixture, CAM_TRACK_VIDEO, i == 0, 3000);
  fixture_await_loop (fixture->loop);
  fixture_call_on (fixture->loop, begin_reading, fixture);
  for (unsigned i = 0; i < 10; i++) {
    push (fixture, CAM_TRACK_VIDEO, false, 3000);
    fixture->time_ns -= PICTURE_NS / 2; /* sound comes half a picture late */
    push (fixture, CAM_TRACK_AUDIO, true, 300);
    fixture->time_ns += PICTURE_NS / 2;
  }
  wait_and_drain (fixture);
  for (unsigned i = 1; find_sent (fixture, false, i) != NULL; i++)
    g_assert_cmpint ((int32_t) (find_sent (fixture, false, i)->rtp_time - find_sent (fixture, false, i - 1)->rtp_time), >=, 0);
  g_assert_nonnull (find_sent (fixture, false, 28)); /* the last sound may still wait for a picture */
}

/* G.711 has no word in MPEG-TS: another codec takes its place, made of it while somebody reads. */
static void
test_what_cannot_be_carried_is_transcoded (Fixture *fixture, gconstpointer data)
{
  fixture->choice = CAM_SOUND_OPUS;
  describe_stream (fixture, CAM_CODEC_H264, CAM_CODEC_PCMA);
  push (fixture, CAM_TRACK_VIDEO, true, 3000);
  fixture_await_loop (fixture->loop);
  fixture_call_on (fixture->loop, begin_reading, fixture);
  for (unsigned i = 0; i < 50; i++)
    push_sound (fixture, 20);
  AWAIT (count_packets (fixture, SOUND_PID) > 20);
  unsigned bursts = 0;
  g_autofree TsReading *all = read_sent (fixture, &bursts);
  g_assert_cmpuint (all->holes + all->gaps, ==, 0);
}

static void
test_no_sound_when_none_is_chosen (Fixture *fixture, gconstpointer data)
{
  fixture->choice = CAM_SOUND_NONE;
  push (fixture, CAM_TRACK_VIDEO, true, 3000);
  fixture_await_loop (fixture->loop);
  fixture_call_on (fixture->loop, begin_reading, fixture);
  push (fixture, CAM_TRACK_AUDIO, true, 300);
  push (fixture, CAM_TRACK_VIDEO, false, 1000);
  wait_and_drain (fixture);
  unsigned bursts = 0;
  g_autofree TsReading *all = read_sent (fixture, &bursts);
  g_assert_cmpuint (bursts, ==, 2);
}

/* A stream of sound alone has no head: it begins with the next unit, tables and all. */
static void
test_sound_alone_begins_at_once (Fixture *fixture, gconstpointer data)
{
  describe_stream (fixture, CAM_CODEC_NONE, CAM_CODEC_AAC);
  push (fixture, CAM_TRACK_AUDIO, true, 300);
  fixture_await_loop (fixture->loop);
  fixture_call_on (fixture->loop, begin_reading, fixture);
  g_assert_null (find_sent (fixture, false, 0));
  push (fixture, CAM_TRACK_AUDIO, true, 300);
  push (fixture, CAM_TRACK_AUDIO, true, 300);
  wait_and_drain (fixture);
  unsigned bursts = 0;
  g_autofree TsReading *all = read_sent (fixture, &bursts);
  g_assert_cmpuint (bursts, ==, 2);
  g_assert_cmphex (all->first_pid, ==, 0);
  g_assert_cmpuint (all->holes, ==, 0);
}

static guint
count_sent (Fixture *fixture)
{
  fixture_call_on (fixture->loop, drain, fixture);
  unsigned bursts = 0;
  g_autofree TsReading *all = read_sent (fixture, &bursts);
  return bursts;
}

/* Nothing comes from the camera, and nothing is there to begin with: packets without meaning keep the reader waiting for the picture. */
static void
test_while_nothing_comes_packets_do (Fixture *fixture, gconstpointer data)
{
  cam_stream_hub_set_feed (fixture->hub, CAM_FEED_NONE);
  fixture_call_on (fixture->loop, begin_reading, fixture);
  int64_t begun_us = g_get_monotonic_time ();
  AWAIT (count_sent (fixture) >= 2);
  g_assert_cmpint (g_get_monotonic_time () - begun_us, >, 500000);
  g_assert_true (find_sent (fixture, false, 0)->is_filler);

  push (fixture, CAM_TRACK_VIDEO, false, 1000); /* still nothing to begin with */
  push (fixture, CAM_TRACK_VIDEO, true, 1000);
  push (fixture, CAM_TRACK_VIDEO, false, 1000);
  wait_and_drain (fixture);
  unsigned bursts = 0;
  g_autofree TsReading *all = read_sent (fixture, &bursts);
  g_assert_cmpuint (all->gaps, ==, 0);
  g_assert_cmpuint (all->holes, ==, 0);
  g_assert_cmpuint (all->packets[TS_NULL_PID], ==, (bursts - 2) * 7);
}

static void
push_slate (Fixture *fixture, int64_t age_ns)
{
  fixture->time_ns = MAX (cam_stream_hub_get_edge_ns (fixture->hub) + 1000000, g_get_monotonic_time () * 1000 - age_ns);
  CamAccessUnit unit = {
      .track = CAM_TRACK_VIDEO,
      .is_key = true,
      .is_slate = true,
      .pts_ns = fixture->time_ns,
      .dts_ns = fixture->time_ns,
      .number = UINT64_C (1) << 63,
      .payload = cam_payload_pool_take (fixture->pool, 6),
  };
  memcpy (unit.payload->data, (uint8_t[]){0, 0, 0, 2, 0x65, 0x88}, 6);
  cam_stream_hub_set_feed (fixture->hub, CAM_FEED_SLATE);
  cam_stream_hub_push (fixture->hub, &unit, 0);
  cam_access_unit_clear (&unit);
  fixture_await_loop (fixture->loop);
}

/* A slate stands: it is shown as of now, and what the camera sends later is later. */
static void
test_a_slate_is_joined_as_of_now (Fixture *fixture, gconstpointer data)
{
  push_slate (fixture, INT64_C (900000000));
  fixture_call_on (fixture->loop, begin_reading, fixture);
  const CamBurst *slate = find_sent (fixture, false, 0);
  g_assert_nonnull (slate);
  g_assert_cmpint (cam_stream_hub_get_edge_ns (fixture->hub), >=, fixture->time_ns + INT64_C (900000000));
}

/* It goes on as often as pictures do, each later than the one before; once the camera's worker counts on the edge, no more. */
static void
test_a_slate_is_repeated (Fixture *fixture, gconstpointer data)
{
  push (fixture, CAM_TRACK_VIDEO, true, 1000);
  fixture_await_loop (fixture->loop);
  fixture_call_on (fixture->loop, begin_reading, fixture);
  cam_stream_hub_set_feed (fixture->hub, CAM_FEED_NONE);
  fixture->time_ns = 0;
  push_slate (fixture, 0);
  AWAIT (count_sent (fixture) >= 6);
  cam_stream_hub_claim (fixture->hub);
  fixture_await_loop (fixture->loop);
  guint slates = count_sent (fixture);
  int64_t edge_ns = cam_stream_hub_get_edge_ns (fixture->hub);
  for (unsigned i = 1; i < slates; i++) {
    g_assert_true (find_sent (fixture, false, i)->is_key);
    g_assert_cmpint ((int32_t) (find_sent (fixture, false, i)->rtp_time - find_sent (fixture, false, i - 1)->rtp_time), >, 0);
  }

  AWAIT (count_sent (fixture) > slates);
  g_assert_true (find_sent (fixture, false, slates)->is_filler);
  g_assert_cmpint (cam_stream_hub_get_edge_ns (fixture->hub), ==, edge_ns);
  fixture->time_ns = edge_ns;
  push (fixture, CAM_TRACK_VIDEO, true, 1000);
  push (fixture, CAM_TRACK_VIDEO, false, 1000);
  wait_and_drain (fixture);
  unsigned bursts = 0;
  g_autofree TsReading *all = read_sent (fixture, &bursts);
  g_assert_cmpuint (all->gaps + all->holes, ==, 0);
  g_assert_false (find_sent (fixture, false, bursts - 1)->is_key);
  g_assert_cmpint (find_sent (fixture, false, bursts - 1)->number, ==, 2);
}

/* Without memory for a picture all up to the next key picture is left out, and so is a head that finds none. */
static void
test_without_memory_pictures_wait_for_a_key (Fixture *fixture, gconstpointer data)
{
  push (fixture, CAM_TRACK_VIDEO, true, 3000);
  fixture_await_loop (fixture->loop);
  fixture_call_on (fixture->loop, begin_reading, fixture);
  guint before = count_sent (fixture);
  g_assert_true (cam_media_share_take (fixture->others, 190000));
  push (fixture, CAM_TRACK_VIDEO, false, 120000);
  push (fixture, CAM_TRACK_VIDEO, false, 100);
  wait_and_drain (fixture);
  g_assert_cmpuint (count_sent (fixture), ==, before);
  push (fixture, CAM_TRACK_VIDEO, true, 1000);
  wait_and_drain (fixture);
  g_assert_cmpuint (count_sent (fixture), ==, before + 1);
  g_assert_true (find_sent (fixture, false, before)->is_key);
}

static void
say_bye (gpointer data)
{
  Fixture *fixture = data;
  cam_ts_task_remove (fixture->task, fixture->reader);
  cam_ts_task_say_bye (fixture->task, fixture->reader);
  fake_outlet_drain (&fixture->fake);
}

static void
test_reports_and_bye (Fixture *fixture, gconstpointer data)
{
  push (fixture, CAM_TRACK_VIDEO, true, 1000);
  fixture_await_loop (fixture->loop);
  fixture_call_on (fixture->loop, begin_reading, fixture);
  fixture_call_on (fixture->loop, say_bye, fixture);
  g_assert_cmpuint (cam_ts_task_count_readers (fixture->task), ==, 0);
  for (unsigned i = 0; i < 2; i++) {
    const CamBurst *control = find_sent (fixture, true, i);
    CamRtcpReport report;
    g_assert_nonnull (control);
    g_assert_true (cam_rtcp_read (control->data + 4, control->size - 4, &report));
    g_assert_cmpuint (report.ssrc, ==, cam_ts_task_get_ssrc (fixture->task));
    g_assert_true (i == 0 ? report.has_sender_report : report.has_bye);
  }
}

/* Another stream: nobody is fed any more, and who joins begins with its pictures only. */
static void
test_another_stream_begins_anew (Fixture *fixture, gconstpointer data)
{
  push (fixture, CAM_TRACK_VIDEO, true, 1000);
  fixture_await_loop (fixture->loop);
  fixture_call_on (fixture->loop, begin_reading, fixture);
  describe_stream (fixture, CAM_CODEC_H265, CAM_CODEC_NONE);
  fixture_call_on (fixture->loop, begin_reading, fixture);
  g_assert_false (fixture->info[CAM_TRACK_VIDEO].has_time);
  g_assert_cmpuint (cam_ts_task_count_readers (fixture->task), ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func) g_test_add ("/ts-task/" name, Fixture, NULL, set_up, func, tear_down)
  ADD ("a-join-begins-with-a-picture", test_a_join_begins_with_a_picture);
  ADD ("who-comes-later-joins-the-live-counters", test_who_comes_later_joins_the_live_counters);
  ADD ("times-rise", test_times_rise);
  ADD ("what-cannot-be-carried-is-transcoded", test_what_cannot_be_carried_is_transcoded);
  ADD ("no-sound-when-none-is-chosen", test_no_sound_when_none_is_chosen);
  ADD ("sound-alone-begins-at-once", test_sound_alone_begins_at_once);
  ADD ("while-nothing-comes-packets-do", test_while_nothing_comes_packets_do);
  ADD ("a-slate-is-joined-as-of-now", test_a_slate_is_joined_as_of_now);
  ADD ("a-slate-is-repeated", test_a_slate_is_repeated);
  ADD ("without-memory-pictures-wait-for-a-key", test_without_memory_pictures_wait_for_a_key);
  ADD ("reports-and-bye", test_reports_and_bye);
  ADD ("another-stream-begins-anew", test_another_stream_begins_anew);
  return g_test_run ();
}
