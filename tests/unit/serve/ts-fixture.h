/* A stream, its stream-task and its ts-tasks on a loop of their own, with one reader over a fake outlet; units pushed, and what was sent read back.
 * Thread: the test's; what a loop must do is called there. Owner: the test. */
#pragma once

#include "serve/ts-tasks.h"

#include "fake-outlet.h"
#include "rtsp-fixture.h"
#include "ts-reading.h"
#include "wire/aac.h"

static const uint32_t ssrcs[CAM_N_TRACKS] = {0x11111111, 0x22222222};

#define MEMORY_BYTES 400000
#define SOUND_PID 0x101 /* of the muxer's */

typedef struct {
  CamLoopThread *loop;
  CamMediaMemory *memory;
  CamMediaShare *others; /* who use the same memory */
  CamStreamHub *hub;
  CamPayloadPool *pool;
  CamSoundBranches *branches;
  CamStreamTask *pictures;
  CamTsTasks *tasks;
  CamTsTask *task; /* ref; NULL until somebody reads */
  CamSoundChoice choice;
  FakeOutlet fake;
  CamReader *reader;
  CamJoinInfo info[CAM_N_TRACKS];
  int64_t time_ns;
  uint64_t numbers[CAM_N_TRACKS];
} Fixture;

static void
describe_stream (Fixture *fixture, CamCodec video, CamCodec audio)
{
  g_autoptr (CamTrack) picture = video != CAM_CODEC_NONE ? cam_track_new (video) : NULL;
  g_autoptr (CamTrack) sound = audio != CAM_CODEC_NONE ? cam_track_new (audio) : NULL;
  if (picture != NULL && video == CAM_CODEC_H264) {
    g_ptr_array_add (picture->parameter_sets, g_bytes_new_static (fixture_sps, sizeof fixture_sps));
    g_ptr_array_add (picture->parameter_sets, g_bytes_new_static (fixture_pps, sizeof fixture_pps));
  }
  if (sound != NULL) {
    sound->sample_rate = audio == CAM_CODEC_AAC ? 48000 : 8000;
    sound->clock_rate = sound->sample_rate;
    sound->channels = audio == CAM_CODEC_AAC ? 2 : 1;
    sound->config = audio == CAM_CODEC_AAC ? cam_aac_config_make (48000, 2) : NULL;
  }
  g_autoptr (CamStreamDescription) description = cam_stream_description_new (picture, sound);
  cam_stream_hub_set_description (fixture->hub, description);
}

static void
make_tasks (gpointer data)
{
  Fixture *fixture = data;
  fixture->pictures = cam_stream_task_new (&(CamStreamTaskSetup){
      .hub = fixture->hub,
      .loop = fixture->loop,
      .ssrcs = ssrcs,
      .cname = "test",
      .audio_hold_us = 45000,
      .branches = fixture->branches,
  });
  fixture->tasks = cam_ts_tasks_new (&(CamTsTaskSetup){
      .pictures = fixture->pictures,
      .hub = fixture->hub,
      .loop = fixture->loop,
      .cname = "test",
      .audio_hold_us = 45000,
      .branches = fixture->branches,
  });
}

static void
free_tasks (gpointer data)
{
  Fixture *fixture = data;
  if (fixture->task != NULL)
    cam_ts_task_remove (fixture->task, fixture->reader);
  cam_ts_task_unref (fixture->task);
  cam_ts_tasks_free (fixture->tasks);
  cam_stream_task_free (fixture->pictures);
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
  fixture->branches = cam_sound_branches_new (fixture->hub, &(CamSoundSettings){.complexity = 1});
  fixture->pool = cam_payload_pool_new (16 * 1024 * 1024, NULL);
  fixture->time_ns = g_get_monotonic_time () * 1000;
  fake_outlet_init (&fixture->fake, false);
  fixture->reader =
      cam_reader_new (&(CamReaderSetup){.outlet = &fixture->fake.outlet, .lag_us = 3 * G_USEC_PER_SEC, .record = fixture->fake.record});
  cam_reader_select (fixture->reader, CAM_TRACK_VIDEO, 0, 1);
  describe_stream (fixture, CAM_CODEC_H264, CAM_CODEC_AAC);
  cam_stream_hub_set_feed (fixture->hub, CAM_FEED_CAMERA);
  fixture_call_on (fixture->loop, make_tasks, fixture);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  fixture_call_on (fixture->loop, free_tasks, fixture);
  cam_loop_thread_quit (fixture->loop);
  g_assert_true (cam_loop_thread_join (fixture->loop, WATCHDOG_S * G_USEC_PER_SEC));
  cam_reader_free (fixture->reader);
  fake_outlet_clear (&fixture->fake);
  cam_sound_branches_unref (fixture->branches);
  cam_stream_hub_unref (fixture->hub);
  cam_media_share_give (fixture->others, cam_media_share_get_used (fixture->others));
  cam_media_share_unref (fixture->others);
  /* A branch is freed by its own thread, soon. */
  int64_t deadline_us = g_get_monotonic_time () + WATCHDOG_S * G_USEC_PER_SEC;
  while (cam_media_memory_get_counters (fixture->memory).used > 0 && g_get_monotonic_time () < deadline_us)
    g_thread_yield ();
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
    memcpy (payload->data, (uint8_t[]){0, (uint8_t) (size >> 16), (uint8_t) (size >> 8), (uint8_t) size, is_key ? 0x65 : 0x41, 0x88}, 6);
  fixture->time_ns += track == CAM_TRACK_VIDEO ? PICTURE_NS : 1000000;
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

/* @ms milliseconds of G.711 A-law at 8 kHz, right behind those before. */
static void
push_sound (Fixture *fixture, unsigned ms)
{
  CamAccessUnit unit = {
      .track = CAM_TRACK_AUDIO,
      .is_key = true,
      .pts_ns = fixture->time_ns,
      .dts_ns = fixture->time_ns,
      .number = fixture->numbers[CAM_TRACK_AUDIO]++,
      .payload = cam_payload_pool_take (fixture->pool, 8 * ms),
  };
  memset (unit.payload->data, 0xd5, 8 * ms);
  fixture->time_ns += ms * INT64_C (1000000);
  cam_stream_hub_push (fixture->hub, &unit, 0);
  cam_access_unit_clear (&unit);
}

static void
begin_reading (gpointer data)
{
  Fixture *fixture = data;
  if (fixture->task == NULL)
    fixture->task = cam_ts_tasks_ref (fixture->tasks, fixture->choice);
  CamJoin *join = cam_ts_task_prepare_join (fixture->task, fixture->reader, fixture->info);
  cam_ts_task_begin (fixture->task, fixture->reader, join);
  fake_outlet_drain (&fixture->fake);
}

static void
drain (gpointer data)
{
  fake_outlet_drain (&((Fixture *) data)->fake);
}

static void
wait_and_drain (Fixture *fixture)
{
  fixture_await_loop (fixture->loop);
  fixture_call_on (fixture->loop, drain, fixture);
}

/* All media that was sent, read in one go. */
static TsReading *
read_sent (Fixture *fixture, unsigned *ret_bursts)
{
  TsReading *reading = g_new0 (TsReading, 1);
  *ret_bursts = 0;
  for (unsigned i = 0; i < fixture->fake.sent->len; i++) {
    const CamBurst *burst = fixture->fake.sent->pdata[i];
    if (burst->is_control)
      continue;
    ts_reading_take (reading, burst);
    ++*ret_bursts;
  }
  return reading;
}

static const CamBurst *
find_sent (const Fixture *fixture, bool is_control, unsigned nth)
{
  for (unsigned i = 0; i < fixture->fake.sent->len; i++) {
    const CamBurst *burst = fixture->fake.sent->pdata[i];
    if (burst->is_control == is_control && nth-- == 0)
      return burst;
  }
  return NULL;
}

static unsigned
count_packets (Fixture *fixture, unsigned pid)
{
  fixture_call_on (fixture->loop, drain, fixture);
  unsigned bursts = 0;
  g_autofree TsReading *all = read_sent (fixture, &bursts);
  return all->packets[pid];
}
