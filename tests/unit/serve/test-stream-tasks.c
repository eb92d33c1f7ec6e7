#include "serve/stream-tasks.h"

#include <string.h>

#include "fake-outlet.h"
#include "rtsp-fixture.h"

static const uint32_t ssrcs[CAM_N_TRACKS] = {0x11111111, 0x22222222};
static const CamSoundWish nothing = {.is_asked = false}, copy = {true, CAM_SOUND_COPY}, none = {true, CAM_SOUND_NONE},
                          opus = {true, CAM_SOUND_OPUS}, aac = {true, CAM_SOUND_AAC};

typedef struct {
  CamLoopThread *loop;
  CamStreamHub *hub;
  CamSoundBranches *branches;
  CamPayloadPool *pool;
  CamStreamTasks *tasks;
  FakeOutlet fake;
  CamReader *reader;
  uint64_t numbers[CAM_N_TRACKS];
  int64_t time_ns;
} Fixture;

static void
describe_stream (Fixture *fixture, CamCodec audio)
{
  g_autoptr (CamTrack) picture = cam_track_new (CAM_CODEC_H264);
  g_autoptr (CamTrack) sound = cam_track_new (audio);
  g_autoptr (CamStreamDescription) description = cam_stream_description_new (picture, sound);
  cam_stream_hub_set_description (fixture->hub, description);
}

static void
make_tasks (gpointer data)
{
  Fixture *fixture = data;
  fixture->tasks = cam_stream_tasks_new (&(CamStreamTaskSetup){
      .hub = fixture->hub,
      .loop = fixture->loop,
      .ssrcs = ssrcs,
      .cname = "test",
      .branches = fixture->branches,
  });
}

static void
free_tasks (gpointer data)
{
  cam_stream_tasks_free (((Fixture *) data)->tasks);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  fixture->loop = cam_loop_thread_new ("media-0", &error);
  g_assert_no_error (error);
  fixture->hub = cam_stream_hub_new ("cam", "main");
  fixture->branches = cam_sound_branches_new (fixture->hub, &(CamSoundSettings){.complexity = 0});
  fixture->pool = cam_payload_pool_new (1024 * 1024, NULL);
  fixture->time_ns = g_get_monotonic_time () * 1000;
  fake_outlet_init (&fixture->fake, true);
  fixture->reader = cam_reader_new (&(CamReaderSetup){.outlet = &fixture->fake.outlet, .lag_us = 3 * G_USEC_PER_SEC, .record = fixture->fake.record});
  cam_reader_select (fixture->reader, CAM_TRACK_VIDEO, 0, 1);
  cam_reader_select (fixture->reader, CAM_TRACK_AUDIO, 2, 3);
  describe_stream (fixture, CAM_CODEC_PCMA);
  cam_stream_hub_set_feed (fixture->hub, CAM_FEED_CAMERA);
  fixture_call_on (fixture->loop, make_tasks, fixture);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  fixture_call_on (fixture->loop, free_tasks, fixture);
  cam_stream_hub_close (fixture->hub);
  cam_loop_thread_quit (fixture->loop);
  g_assert_true (cam_loop_thread_join (fixture->loop, WATCHDOG_S * G_USEC_PER_SEC));
  cam_reader_free (fixture->reader);
  fake_outlet_clear (&fixture->fake);
  cam_sound_branches_unref (fixture->branches);
  cam_stream_hub_unref (fixture->hub);
  cam_payload_pool_unref (fixture->pool);
}

static void
push (Fixture *fixture, CamTrackKind track, bool is_key, size_t size)
{
  g_auto (CamAccessUnit) unit = {.track = track, .is_key = is_key, .number = fixture->numbers[track]++};
  unit.payload = cam_payload_pool_take (fixture->pool, size + 4);
  memset (unit.payload->data, 0xd5, size + 4);
  if (track == CAM_TRACK_VIDEO)
    memcpy (unit.payload->data, (uint8_t[]){0, 0, (uint8_t) (size >> 8), (uint8_t) size, is_key ? 0x65 : 0x41, 0x88}, 6);
  fixture->time_ns += PICTURE_NS / 2;
  unit.pts_ns = unit.dts_ns = fixture->time_ns;
  cam_stream_hub_push (fixture->hub, &unit, 0);
}

static void
push_group (gpointer data)
{
  Fixture *fixture = data;
  for (unsigned i = 0; i < 4; i++) {
    push (fixture, CAM_TRACK_VIDEO, i == 0, 500);
    push (fixture, CAM_TRACK_AUDIO, true, 316);
  }
}

static void
check_sharing (gpointer data)
{
  Fixture *fixture = data;
  CamStreamTasks *tasks = fixture->tasks;
  CamStreamTask *plain = cam_stream_tasks_get_plain (tasks);
  g_assert_true (cam_stream_tasks_take (tasks, nothing) == plain);
  g_assert_true (cam_stream_tasks_take (tasks, copy) == plain); /* what is configured */
  CamStreamTask *first = cam_stream_tasks_take (tasks, opus);
  g_assert_true (first != plain);
  g_assert_true (cam_stream_tasks_take (tasks, opus) == first);
  CamStreamTask *silent = cam_stream_tasks_take (tasks, none);
  g_assert_true (silent != first && silent != plain);
  cam_stream_tasks_give_back (tasks, silent);
  cam_stream_tasks_give_back (tasks, first);
  g_assert_true (cam_stream_tasks_take (tasks, opus) == first); /* still used */
  cam_stream_tasks_give_back (tasks, first);
  cam_stream_tasks_give_back (tasks, first);
  cam_stream_tasks_give_back (tasks, plain); /* always there */
}

static void
test_sharing (Fixture *fixture, gconstpointer data)
{
  fixture_call_on (fixture->loop, check_sharing, fixture);
}

/* A codec that is there already is the mount's own. */
static void
check_same_codec (gpointer data)
{
  Fixture *fixture = data;
  CamStreamTasks *tasks = fixture->tasks;
  g_assert_true (cam_stream_tasks_take (tasks, opus) == cam_stream_tasks_get_plain (tasks));
  CamStreamTask *other = cam_stream_tasks_take (tasks, aac);
  g_assert_true (other != cam_stream_tasks_get_plain (tasks));
  cam_stream_tasks_give_back (tasks, other);
}

static void
test_same_codec (Fixture *fixture, gconstpointer data)
{
  describe_stream (fixture, CAM_CODEC_OPUS);
  fixture_call_on (fixture->loop, check_same_codec, fixture);
}

/* In the middle of a group of pictures: the first picture is there at once, the next ones follow it without a gap, and sound is the branch's. */
static void
begin_in_the_middle (gpointer data)
{
  Fixture *fixture = data;
  push (fixture, CAM_TRACK_VIDEO, false, 500); /* the mount's task has not seen it yet */
  CamStreamTask *task = cam_stream_tasks_take (fixture->tasks, opus);
  CamJoinInfo info[CAM_N_TRACKS];
  CamJoin *join = cam_stream_task_prepare_join (task, fixture->reader, info);
  g_assert_nonnull (join->head);
  g_assert_cmpuint (join->head->len, ==, 5);
  g_assert_true (info[CAM_TRACK_VIDEO].has_time);
  cam_stream_task_begin (task, fixture->reader, join);
  push (fixture, CAM_TRACK_VIDEO, false, 500);
}

static unsigned
count_pictures (const FakeOutlet *fake)
{
  unsigned n = 0;
  for (unsigned i = 0; i < fake->sent->len; i++) {
    const CamBurst *burst = fake->sent->pdata[i];
    n += burst->track == CAM_TRACK_VIDEO && !burst->is_control;
  }
  return n;
}

static void
check_what_was_sent (gpointer data)
{
  Fixture *fixture = data;
  CamStreamTask *task = cam_stream_tasks_take (fixture->tasks, opus);
  fake_outlet_drain (&fixture->fake);
  g_assert_cmpuint (count_pictures (&fixture->fake), ==, 6);
  cam_stream_task_remove (task, fixture->reader);
  cam_stream_tasks_give_back (fixture->tasks, task);
  cam_stream_tasks_give_back (fixture->tasks, task);
}

static void
test_begins_with_the_head (Fixture *fixture, gconstpointer data)
{
  g_autoptr (CamSoundBranch) branch = cam_sound_branches_get (fixture->branches, CAM_SOUND_OPUS);
  fixture_call_on (fixture->loop, push_group, fixture);
  fixture_call_on (fixture->loop, begin_in_the_middle, fixture);
  g_assert_true (cam_sound_branch_get_counters (branch).is_running);
  fixture_call_on (fixture->loop, check_what_was_sent, fixture);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func) g_test_add ("/stream-tasks/" name, Fixture, NULL, set_up, func, tear_down)
  ADD ("sharing", test_sharing);
  ADD ("same-codec", test_same_codec);
  ADD ("begins-with-the-head", test_begins_with_the_head);
  return g_test_run ();
}
