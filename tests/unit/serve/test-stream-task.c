#include "serve/stream-task.h"

#include <string.h>

#include "fake-outlet.h"
#include "rtsp-fixture.h"

static const uint32_t ssrcs[CAM_N_TRACKS] = {0x11111111, 0x22222222};

#define MEMORY_BYTES 200000

typedef struct {
  CamLoopThread *loop;
  CamMediaMemory *memory;
  CamMediaShare *others; /* who use the same memory */
  CamStreamHub *hub;
  CamPayloadPool *pool;
  CamStreamTask *task;
  FakeOutlet fake;
  CamReader *reader;
  CamJoinInfo info[CAM_N_TRACKS];
  int64_t time_ns;
  uint64_t numbers[CAM_N_TRACKS];
} Fixture;

static void
describe_stream (Fixture *fixture, CamCodec video)
{
  g_autoptr (CamTrack) picture = cam_track_new (video);
  g_autoptr (CamTrack) sound = cam_track_new (CAM_CODEC_PCMA);
  sound->sample_rate = 8000;
  sound->channels = 1;
  g_autoptr (CamStreamDescription) description = cam_stream_description_new (picture, sound);
  cam_stream_hub_set_description (fixture->hub, description);
}

static void
make_task (gpointer data)
{
  Fixture *fixture = data;
  g_autoptr (CamSoundBranches) branches = cam_sound_branches_new (fixture->hub, &(CamSoundSettings){.complexity = 5});
  fixture->task = cam_stream_task_new (&(CamStreamTaskSetup){
      .hub = fixture->hub,
      .loop = fixture->loop,
      .ssrcs = ssrcs,
      .cname = "test",
      .audio_hold_us = 45000,
      .branches = branches,
  });
}

static void
free_task (gpointer data)
{
  Fixture *fixture = data;
  cam_stream_task_remove (fixture->task, fixture->reader);
  cam_stream_task_free (fixture->task);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  fixture->loop = cam_loop_thread_new ("media-0", &error);
  g_assert_no_error (error);
  fixture->memory = cam_media_memory_new (MEMORY_BYTES);
  fixture->others = cam_media_share_new (fixture->memory, UINT64_MAX);
  fixture->hub = cam_stream_hub_new_within (fixture->memory, "cam", "main");
  fixture->pool = cam_payload_pool_new (16 * 1024 * 1024, NULL);
  fixture->time_ns = g_get_monotonic_time () * 1000;
  fake_outlet_init (&fixture->fake, true);
  fixture->reader = cam_reader_new (&(CamReaderSetup){.outlet = &fixture->fake.outlet, .lag_us = 3 * G_USEC_PER_SEC, .record = fixture->fake.record});
  cam_reader_select (fixture->reader, CAM_TRACK_VIDEO, 0, 1);
  cam_reader_select (fixture->reader, CAM_TRACK_AUDIO, 2, 3);
  describe_stream (fixture, CAM_CODEC_H264);
  cam_stream_hub_set_feed (fixture->hub, CAM_FEED_CAMERA);
  fixture_call_on (fixture->loop, make_task, fixture);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  fixture_call_on (fixture->loop, free_task, fixture);
  cam_loop_thread_quit (fixture->loop);
  g_assert_true (cam_loop_thread_join (fixture->loop, WATCHDOG_S * G_USEC_PER_SEC));
  cam_reader_free (fixture->reader);
  fake_outlet_clear (&fixture->fake);
  cam_stream_hub_unref (fixture->hub);
  cam_media_share_give (fixture->others, cam_media_share_get_used (fixture->others));
  cam_media_share_unref (fixture->others);
  g_assert_cmpuint (cam_media_memory_get_counters (fixture->memory).used, ==, 0);
  cam_media_memory_unref (fixture->memory);
  cam_payload_pool_unref (fixture->pool);
}

static void
push (Fixture *fixture, CamTrackKind track, bool is_key, size_t size)
{
  CamPayload *payload = cam_payload_pool_take (fixture->pool, size + 4);
  memset (payload->data, 0xd5, size + 4);
  if (track == CAM_TRACK_VIDEO)
    memcpy (payload->data, (uint8_t[]){0, 0, (uint8_t) (size >> 8), (uint8_t) size, is_key ? 0x65 : 0x41, 0x88}, 6);
  fixture->time_ns += track == CAM_TRACK_VIDEO ? PICTURE_NS : 0;
  CamAccessUnit unit = {
      .track = track,
      .is_key = is_key || track == CAM_TRACK_AUDIO,
      .pts_ns = fixture->time_ns,
      .dts_ns = fixture->time_ns,
      .number = fixture->numbers[track]++,
      .payload = payload,
  };
  cam_stream_hub_push (fixture->hub, &unit, 0);
  cam_access_unit_clear (&unit);
}

static void
begin_reading (gpointer data)
{
  Fixture *fixture = data;
  CamJoin *join = cam_stream_task_prepare_join (fixture->task, fixture->reader, fixture->info);
  cam_stream_task_begin (fixture->task, fixture->reader, join);
  fake_outlet_drain (&fixture->fake);
}

static void
drain (gpointer data)
{
  fake_outlet_drain (&((Fixture *) data)->fake);
}

static const CamBurst *
find_sent (const Fixture *fixture, CamTrackKind track, bool is_control, unsigned nth)
{
  for (unsigned i = 0; i < fixture->fake.sent->len; i++) {
    const CamBurst *burst = fixture->fake.sent->pdata[i];
    if (burst->track == track && burst->is_control == is_control && nth-- == 0)
      return burst;
  }
  return NULL;
}

static CamRtcpReport
read_report (const CamBurst *burst)
{
  CamRtcpReport report;
  g_assert_nonnull (burst);
  g_assert_true (cam_rtcp_read (burst->data + 4, burst->size - 4, &report));
  return report;
}

/* Both tracks' reports map one moment: the distance from report to unit, in seconds, is the same for units of the same time. */
static void
test_reports_align_the_tracks (Fixture *fixture, gconstpointer data)
{
  push (fixture, CAM_TRACK_VIDEO, true, 3000);
  push (fixture, CAM_TRACK_AUDIO, false, 160);
  int64_t before_us = g_get_real_time ();
  fixture_call_on (fixture->loop, begin_reading, fixture);
  int64_t after_us = g_get_real_time ();
  push (fixture, CAM_TRACK_VIDEO, false, 2000); /* brings the sound that the head left behind */
  fixture_call_on (fixture->loop, drain, fixture);

  CamRtcpReport video = read_report (find_sent (fixture, CAM_TRACK_VIDEO, true, 0));
  CamRtcpReport audio = read_report (find_sent (fixture, CAM_TRACK_AUDIO, true, 0));
  g_assert_true (video.has_sender_report && audio.has_sender_report);
  g_assert_cmpuint (video.ssrc, ==, ssrcs[CAM_TRACK_VIDEO]);
  g_assert_cmpuint (audio.ssrc, ==, ssrcs[CAM_TRACK_AUDIO]);
  g_assert_cmpuint (video.ntp, ==, audio.ntp);
  g_assert_cmpuint (video.ntp, >=, cam_ntp_from_unix_us (before_us - 10000));
  g_assert_cmpuint (video.ntp, <=, cam_ntp_from_unix_us (after_us + 10000));

  g_assert_nonnull (find_sent (fixture, CAM_TRACK_AUDIO, false, 0));
  double video_s = (int32_t) (find_sent (fixture, CAM_TRACK_VIDEO, false, 0)->rtp_time - video.rtp_time) / 90000.0;
  double audio_s = (int32_t) (find_sent (fixture, CAM_TRACK_AUDIO, false, 0)->rtp_time - audio.rtp_time) / 8000.0;
  g_assert_cmpfloat_with_epsilon (video_s, audio_s, 0.0003);
}

static void
test_the_join_is_foreseen (Fixture *fixture, gconstpointer data)
{
  for (unsigned i = 0; i < 4; i++)
    push (fixture, CAM_TRACK_VIDEO, i == 0, 3000);
  push (fixture, CAM_TRACK_AUDIO, false, 160);
  fixture_call_on (fixture->loop, begin_reading, fixture);
  const CamBurst *last = find_sent (fixture, CAM_TRACK_VIDEO, false, 3);
  push (fixture, CAM_TRACK_VIDEO, false, 100);
  fixture_call_on (fixture->loop, drain, fixture);
  for (unsigned track = 0; track < CAM_N_TRACKS; track++) {
    const CamBurst *first = find_sent (fixture, track, false, 0);
    g_assert_nonnull (first);
    g_assert_true (fixture->info[track].has_time);
    g_assert_cmpuint (fixture->info[track].sequence, ==, first->sequence);
    g_assert_cmpuint (fixture->info[track].rtp_time, ==, first->rtp_time);
  }
  const CamBurst *live = find_sent (fixture, CAM_TRACK_VIDEO, false, 4);
  g_assert_cmpuint (live->sequence, ==, (uint16_t) (last->sequence + last->packets));
  g_assert_cmpuint (live->rtp_time - last->rtp_time, ==, 3600);
}

static void
test_parameter_sets_may_change (Fixture *fixture, gconstpointer data)
{
  push (fixture, CAM_TRACK_VIDEO, true, 1000);
  fixture_call_on (fixture->loop, begin_reading, fixture);
  uint16_t next =
      (uint16_t) (find_sent (fixture, CAM_TRACK_VIDEO, false, 0)->sequence + find_sent (fixture, CAM_TRACK_VIDEO, false, 0)->packets);
  describe_stream (fixture, CAM_CODEC_H264);
  push (fixture, CAM_TRACK_VIDEO, true, 1000);
  fixture_call_on (fixture->loop, drain, fixture);
  g_assert_cmpuint (find_sent (fixture, CAM_TRACK_VIDEO, false, 1)->sequence, ==, next);
}

/* Another stream begins with its own key unit; nothing of the one before is kept for joiners. */
static void
test_another_stream_begins_anew (Fixture *fixture, gconstpointer data)
{
  push (fixture, CAM_TRACK_VIDEO, true, 1000);
  push (fixture, CAM_TRACK_AUDIO, false, 160);
  fixture_call_on (fixture->loop, drain, fixture);
  describe_stream (fixture, CAM_CODEC_H265);
  fixture_call_on (fixture->loop, begin_reading, fixture);
  g_assert_false (fixture->info[CAM_TRACK_VIDEO].has_time);
  g_assert_false (fixture->info[CAM_TRACK_AUDIO].has_time);
  g_assert_null (find_sent (fixture, CAM_TRACK_VIDEO, false, 0));
}

static void
say_bye (gpointer data)
{
  Fixture *fixture = data;
  cam_stream_task_remove (fixture->task, fixture->reader);
  cam_stream_task_say_bye (fixture->task, fixture->reader);
  fake_outlet_drain (&fixture->fake);
}

static void
test_bye (Fixture *fixture, gconstpointer data)
{
  push (fixture, CAM_TRACK_VIDEO, true, 1000);
  fixture_call_on (fixture->loop, begin_reading, fixture);
  fixture_call_on (fixture->loop, say_bye, fixture);
  for (unsigned track = 0; track < CAM_N_TRACKS; track++) {
    CamRtcpReport report = read_report (find_sent (fixture, track, true, 1));
    g_assert_true (report.has_bye);
    g_assert_cmpuint (report.ssrc, ==, ssrcs[track]);
  }
}

static void
test_a_camera_away_gives_no_head (Fixture *fixture, gconstpointer data)
{
  push (fixture, CAM_TRACK_VIDEO, true, 1000);
  fixture_call_on (fixture->loop, drain, fixture);
  cam_stream_hub_set_feed (fixture->hub, CAM_FEED_NONE);
  fixture_call_on (fixture->loop, begin_reading, fixture);
  g_assert_null (find_sent (fixture, CAM_TRACK_VIDEO, false, 0));
  g_assert_nonnull (find_sent (fixture, CAM_TRACK_VIDEO, true, 0));
}

static void
test_after_a_break_nothing_old_begins (Fixture *fixture, gconstpointer data)
{
  push (fixture, CAM_TRACK_VIDEO, true, 1000);
  fixture_call_on (fixture->loop, drain, fixture);
  cam_stream_hub_set_feed (fixture->hub, CAM_FEED_NONE);
  cam_stream_hub_set_feed (fixture->hub, CAM_FEED_CAMERA);
  fixture_call_on (fixture->loop, begin_reading, fixture);
  g_assert_null (find_sent (fixture, CAM_TRACK_VIDEO, false, 0));
  push (fixture, CAM_TRACK_VIDEO, true, 1000);
  fixture_call_on (fixture->loop, drain, fixture);
  g_assert_nonnull (find_sent (fixture, CAM_TRACK_VIDEO, false, 0));
}

/* A slate of @age_ns, in the hub as the slate pushes it. */
static void
push_slate (Fixture *fixture, int64_t age_ns)
{
  static const uint8_t nals[] = {0, 0, 0, 2, 0x09, 0xf0, 0, 0, 0, 5, 0x67, 0x42, 1, 0x55, 0x80, 0, 0, 0, 3, 0x68, 0xc8, 0x55, 0, 0, 0, 2, 0x65, 0x88};
  fixture->time_ns = MAX (cam_stream_hub_get_edge_ns (fixture->hub) + 1000000, g_get_monotonic_time () * 1000 - age_ns);
  CamAccessUnit unit = {
      .track = CAM_TRACK_VIDEO,
      .is_key = true,
      .is_slate = true,
      .pts_ns = fixture->time_ns,
      .dts_ns = fixture->time_ns,
      .number = UINT64_C (1) << 63,
      .payload = cam_payload_pool_take (fixture->pool, sizeof nals),
  };
  memcpy (unit.payload->data, nals, sizeof nals);
  cam_stream_hub_set_feed (fixture->hub, CAM_FEED_SLATE);
  cam_stream_hub_push (fixture->hub, &unit, 0);
  cam_access_unit_clear (&unit);
}

/* Who joins during a slate sees it at once, as of now, and what follows is later. */
static void
test_a_slate_is_joined_as_of_now (Fixture *fixture, gconstpointer data)
{
  push_slate (fixture, INT64_C (900000000));
  fixture_call_on (fixture->loop, begin_reading, fixture);
  const CamBurst *slate = find_sent (fixture, CAM_TRACK_VIDEO, false, 0);
  g_assert_nonnull (slate);
  CamRtcpReport report = read_report (find_sent (fixture, CAM_TRACK_VIDEO, true, 0));
  g_assert_cmpuint (slate->rtp_time, ==, report.rtp_time);
  g_assert_cmpuint (fixture->info[CAM_TRACK_VIDEO].rtp_time, ==, slate->rtp_time);
  g_assert_cmpint (cam_stream_hub_get_edge_ns (fixture->hub), >=, fixture->time_ns + INT64_C (900000000));

  fixture->time_ns = cam_stream_hub_get_edge_ns (fixture->hub);
  push (fixture, CAM_TRACK_VIDEO, true, 1000);
  fixture_call_on (fixture->loop, drain, fixture);
  const CamBurst *camera = find_sent (fixture, CAM_TRACK_VIDEO, false, 1);
  g_assert_cmpint ((int32_t) (camera->rtp_time - slate->rtp_time), >, 0);
  g_assert_cmpuint (camera->sequence, ==, (uint16_t) (slate->sequence + slate->packets));
}

/* Once the camera's worker counts on the edge, nothing is dated beyond it. */
static void
test_a_claimed_slate_is_joined_as_it_was (Fixture *fixture, gconstpointer data)
{
  push_slate (fixture, INT64_C (900000000));
  cam_stream_hub_claim (fixture->hub);
  int64_t edge_ns = cam_stream_hub_get_edge_ns (fixture->hub);
  fixture_call_on (fixture->loop, begin_reading, fixture);
  const CamBurst *slate = find_sent (fixture, CAM_TRACK_VIDEO, false, 0);
  g_assert_nonnull (slate);
  CamRtcpReport report = read_report (find_sent (fixture, CAM_TRACK_VIDEO, true, 0));
  g_assert_cmpint ((int32_t) (report.rtp_time - slate->rtp_time), >, 80000);
  g_assert_cmpint (cam_stream_hub_get_edge_ns (fixture->hub), ==, edge_ns);
}

static bool
holds (const CamBurst *burst, const uint8_t *bytes, size_t size)
{
  return memmem (burst->data, burst->size, bytes, size) != NULL;
}

/* Camera, slate, camera, as one reader has it: each begins with its own parameter sets, numbers go on, and sound waits for nobody. */
static void
test_camera_slate_camera (Fixture *fixture, gconstpointer data)
{
  static const uint8_t sps[] = {0x67, 0x42, 0, 0x77, 0x80};
  static const uint8_t pps[] = {0x68, 0xce, 0x77};
  static const uint8_t slate_sps[] = {0x67, 0x42, 1, 0x55, 0x80};
  static const uint8_t delimiter[] = {0x09, 0xf0};
  g_autoptr (CamStreamDescription) known = cam_stream_hub_ref_description (fixture->hub);
  g_autoptr (CamTrack) video = cam_track_new (CAM_CODEC_H264);
  g_ptr_array_add (video->parameter_sets, g_bytes_new_static (sps, sizeof sps));
  g_ptr_array_add (video->parameter_sets, g_bytes_new_static (pps, sizeof pps));
  g_autoptr (CamStreamDescription) description = cam_stream_description_new (video, known->tracks[CAM_TRACK_AUDIO]);
  cam_stream_hub_set_description (fixture->hub, description);
  push (fixture, CAM_TRACK_VIDEO, true, 1000);
  push (fixture, CAM_TRACK_VIDEO, false, 1000);
  fixture_call_on (fixture->loop, begin_reading, fixture);

  cam_stream_hub_set_feed (fixture->hub, CAM_FEED_NONE);
  push_slate (fixture, 0);
  memset (fixture->numbers, 0, sizeof fixture->numbers); /* another worker */
  push (fixture, CAM_TRACK_AUDIO, false, 160);
  push (fixture, CAM_TRACK_VIDEO, true, 1000);
  push (fixture, CAM_TRACK_VIDEO, false, 1000);
  fixture_call_on (fixture->loop, drain, fixture);

  const CamBurst *sent[5];
  for (unsigned i = 0; i < G_N_ELEMENTS (sent); i++) {
    sent[i] = find_sent (fixture, CAM_TRACK_VIDEO, false, i);
    g_assert_nonnull (sent[i]);
    g_assert_true (i == 0 || sent[i]->sequence == (uint16_t) (sent[i - 1]->sequence + sent[i - 1]->packets));
    g_assert_true (i == 0 || (int32_t) (sent[i]->rtp_time - sent[i - 1]->rtp_time) > 0);
  }
  g_assert_true (holds (sent[2], slate_sps, sizeof slate_sps));
  g_assert_true (holds (sent[2], delimiter, sizeof delimiter));
  g_assert_true (holds (sent[3], sps, sizeof sps));
  g_assert_true (holds (sent[3], pps, sizeof pps));
  g_assert_false (holds (sent[4], sps, sizeof sps));
  g_assert_nonnull (find_sent (fixture, CAM_TRACK_AUDIO, false, 0));
}

/* The unit that memory is missing for is left out for everybody, and what refers to it, too; the numbers go on as if it had never been. */
static void
test_without_memory_a_group_ends (Fixture *fixture, gconstpointer data)
{
  push (fixture, CAM_TRACK_VIDEO, true, 3000);
  fixture_call_on (fixture->loop, begin_reading, fixture);
  g_assert_true (cam_media_share_take (fixture->others, 90000));
  push (fixture, CAM_TRACK_VIDEO, false, 60000);
  push (fixture, CAM_TRACK_VIDEO, false, 100);
  push (fixture, CAM_TRACK_AUDIO, false, 160);
  fixture_call_on (fixture->loop, drain, fixture);
  g_assert_cmpuint (cam_media_memory_get_counters (fixture->memory).refusals, ==, 1);
  const CamBurst *first = find_sent (fixture, CAM_TRACK_VIDEO, false, 0);
  g_assert_null (find_sent (fixture, CAM_TRACK_VIDEO, false, 1));

  push (fixture, CAM_TRACK_VIDEO, true, 3000);
  fixture_call_on (fixture->loop, drain, fixture);
  const CamBurst *second = find_sent (fixture, CAM_TRACK_VIDEO, false, 1);
  g_assert_nonnull (second);
  g_assert_true (second->is_key);
  g_assert_cmpuint (second->sequence, ==, (uint16_t) (first->sequence + first->packets));
  g_assert_nonnull (find_sent (fixture, CAM_TRACK_AUDIO, false, 0));
}

/* A head is all or nothing: without memory for it, who joins waits for the next key unit. */
static void
test_without_memory_there_is_no_head (Fixture *fixture, gconstpointer data)
{
  push (fixture, CAM_TRACK_VIDEO, true, 30000);
  push (fixture, CAM_TRACK_VIDEO, false, 30000);
  fixture_call_on (fixture->loop, drain, fixture);
  g_assert_true (cam_media_share_take (fixture->others, 100000));
  fixture_call_on (fixture->loop, begin_reading, fixture);
  g_assert_false (fixture->info[CAM_TRACK_VIDEO].has_time);
  g_assert_null (find_sent (fixture, CAM_TRACK_VIDEO, false, 0));
  g_assert_cmpuint (cam_media_memory_get_counters (fixture->memory).refusals, ==, 1);
  push (fixture, CAM_TRACK_VIDEO, false, 1000);
  push (fixture, CAM_TRACK_VIDEO, true, 1000);
  fixture_call_on (fixture->loop, drain, fixture);
  g_assert_true (find_sent (fixture, CAM_TRACK_VIDEO, false, 0)->is_key);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func) g_test_add ("/stream-task/" name, Fixture, NULL, set_up, func, tear_down)
  ADD ("reports-align-the-tracks", test_reports_align_the_tracks);
  ADD ("the-join-is-foreseen", test_the_join_is_foreseen);
  ADD ("parameter-sets-may-change", test_parameter_sets_may_change);
  ADD ("another-stream-begins-anew", test_another_stream_begins_anew);
  ADD ("bye", test_bye);
  ADD ("a-camera-away-gives-no-head", test_a_camera_away_gives_no_head);
  ADD ("after-a-break-nothing-old-begins", test_after_a_break_nothing_old_begins);
  ADD ("a-slate-is-joined-as-of-now", test_a_slate_is_joined_as_of_now);
  ADD ("a-claimed-slate-is-joined-as-it-was", test_a_claimed_slate_is_joined_as_it_was);
  ADD ("camera-slate-camera", test_camera_slate_camera);
  ADD ("without-memory-a-group-ends", test_without_memory_a_group_ends);
  ADD ("without-memory-there-is-no-head", test_without_memory_there_is_no_head);
  return g_test_run ();
}
