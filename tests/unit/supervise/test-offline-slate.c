#include "supervise/offline-slate.h"

#define DEADLINE_US (20 * G_USEC_PER_SEC)
#define SECOND_NS INT64_C (1000000000)

typedef struct {
  CamLoopThread *loop;
  CamStreamHub *hub;
  CamMediaChannel *channel;
  CamStreamDescription *description; /* MJPEG and PCMU */
  GBytes *pictures[2];
  CamOfflineSlate *slate;
} Fixture;

static GBytes *
read_picture (const char *name)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "data", "jpeg", name, NULL);
  g_autofree char *data = NULL;
  gsize size;
  g_assert_true (g_file_get_contents (path, &data, &size, NULL));
  return g_bytes_new_take (g_steal_pointer (&data), size);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  fixture->loop = cam_loop_thread_new ("media-0", &error);
  g_assert_no_error (error);
  fixture->hub = cam_stream_hub_new ("door", "main");
  fixture->channel = cam_media_channel_new (64, 1 << 20, false);
  g_assert_true (cam_stream_hub_subscribe (fixture->hub, fixture->channel));
  g_autoptr (CamTrack) video = cam_track_new (CAM_CODEC_MJPEG);
  g_autoptr (CamTrack) audio = cam_track_new (CAM_CODEC_PCMU);
  audio->sample_rate = 8000;
  audio->channels = 1;
  fixture->description = cam_stream_description_new (video, audio);
  fixture->pictures[0] = read_picture ("420-quality-85.jpg");
  fixture->pictures[1] = read_picture ("422-quality-85.jpg");
  fixture->slate = cam_offline_slate_new (fixture->loop, fixture->hub);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  cam_offline_slate_free (fixture->slate);
  cam_loop_thread_quit (fixture->loop);
  g_assert_true (cam_loop_thread_join (fixture->loop, DEADLINE_US));
  cam_stream_hub_unsubscribe (fixture->hub, fixture->channel);
  cam_media_channel_unref (fixture->channel);
  cam_stream_hub_unref (fixture->hub);
  cam_stream_description_unref (fixture->description);
  for (unsigned i = 0; i < G_N_ELEMENTS (fixture->pictures); i++)
    g_bytes_unref (fixture->pictures[i]);
}

/* The next unit of @track, others passed over. */
static CamAccessUnit
take (Fixture *fixture, CamTrackKind track)
{
  for (;;) {
    CamAccessUnit unit;
    g_assert_cmpint (cam_media_channel_next (fixture->channel, DEADLINE_US, &unit), ==, CAM_HANDOFF_OK);
    g_assert_true (unit.is_slate);
    g_assert_true (unit.is_key);
    g_assert_cmpint (unit.pts_ns, ==, unit.dts_ns);
    if (unit.track == track)
      return unit;
    cam_access_unit_clear (&unit);
  }
}

static void
assert_picture (Fixture *fixture, GBytes *picture)
{
  g_auto (CamAccessUnit) unit = take (fixture, CAM_TRACK_VIDEO);
  g_assert_cmpmem (unit.payload->data, unit.payload->size, g_bytes_get_data (picture, NULL), g_bytes_get_size (picture));
}

static void
note_turn (gpointer data)
{
  g_async_queue_push (data, data);
}

/* Until the loop has seen all that was ordered. */
static void
await_loop (Fixture *fixture)
{
  g_autoptr (GAsyncQueue) turns = g_async_queue_new ();
  g_assert_true (cam_loop_thread_post (fixture->loop, note_turn, turns, NULL));
  g_assert_nonnull (g_async_queue_timeout_pop (turns, DEADLINE_US));
}

static void
assert_nothing (Fixture *fixture)
{
  CamAccessUnit unit;
  await_loop (fixture);
  g_assert_cmpint (cam_media_channel_next (fixture->channel, 0, &unit), ==, CAM_HANDOFF_TIMEOUT);
}

static void
test_picture_each_second (Fixture *fixture, gconstpointer data)
{
  int64_t before_ns = g_get_monotonic_time () * 1000;
  cam_offline_slate_show (fixture->slate, fixture->description, fixture->pictures[0]);
  g_auto (CamAccessUnit) first = take (fixture, CAM_TRACK_VIDEO);
  int64_t after_ns = g_get_monotonic_time () * 1000;
  g_assert_cmpint (first.pts_ns, >=, before_ns - SECOND_NS / 100);
  g_assert_cmpint (first.pts_ns, <=, after_ns + SECOND_NS / 100);
  g_assert_cmpint (cam_stream_hub_get_feed (fixture->hub), ==, CAM_FEED_SLATE);
  g_auto (CamAccessUnit) second = take (fixture, CAM_TRACK_VIDEO);
  g_assert_cmpint (second.pts_ns - first.pts_ns, >=, SECOND_NS);
  g_assert_cmpuint (second.number, ==, first.number + 1);
}

/* Who joins a slate is shown it as of now: the picture's time goes up, that of the sound does not. */
static void
test_silence_keeps_its_pace_beside_joiners (Fixture *fixture, gconstpointer data)
{
  cam_offline_slate_show (fixture->slate, fixture->description, fixture->pictures[0]);
  g_auto (CamAccessUnit) first = take (fixture, CAM_TRACK_AUDIO);
  cam_stream_hub_raise_edge_ns (fixture->hub, first.pts_ns + SECOND_NS * 3 / 20);
  g_auto (CamAccessUnit) second = take (fixture, CAM_TRACK_AUDIO);
  g_assert_cmpint (second.pts_ns - first.pts_ns, ==, SECOND_NS / 10);
}

static void
test_silence_has_no_gap (Fixture *fixture, gconstpointer data)
{
  cam_offline_slate_show (fixture->slate, fixture->description, NULL);
  CamAccessUnit before = take (fixture, CAM_TRACK_AUDIO);
  for (unsigned i = 0; i < 5; i++) {
    CamAccessUnit unit = take (fixture, CAM_TRACK_AUDIO);
    g_assert_cmpuint (unit.payload->size, ==, 800);
    g_assert_cmpint (unit.pts_ns - before.pts_ns, ==, SECOND_NS / 10);
    cam_access_unit_clear (&before);
    before = unit;
  }
  cam_access_unit_clear (&before);
}

static void
push_ahead (Fixture *fixture, CamTrackKind track, int64_t time_ns)
{
  g_autoptr (CamPayloadPool) pool = cam_payload_pool_new (1 << 16, NULL);
  CamAccessUnit unit = {.track = track, .is_key = true, .pts_ns = time_ns, .dts_ns = time_ns - 5, .payload = cam_payload_pool_take (pool, 9)};
  cam_stream_hub_push (fixture->hub, &unit, 0);
  cam_access_unit_clear (&unit);
  CamAccessUnit seen;
  g_assert_cmpint (cam_media_channel_next (fixture->channel, 0, &seen), ==, CAM_HANDOFF_OK);
  cam_access_unit_clear (&seen);
}

/* A camera's last units may lie ahead of the clock. */
static void
test_follows_the_camera (Fixture *fixture, gconstpointer data)
{
  int64_t edge_ns = g_get_monotonic_time () * 1000 + SECOND_NS / 2;
  push_ahead (fixture, CAM_TRACK_VIDEO, edge_ns);
  push_ahead (fixture, CAM_TRACK_AUDIO, edge_ns - 1000);
  cam_offline_slate_show (fixture->slate, fixture->description, fixture->pictures[0]);
  g_auto (CamAccessUnit) picture = take (fixture, CAM_TRACK_VIDEO);
  g_assert_cmpint (picture.pts_ns, ==, edge_ns + SECOND_NS / 1000);
  g_auto (CamAccessUnit) sound = take (fixture, CAM_TRACK_AUDIO);
  g_assert_cmpint (sound.pts_ns, ==, edge_ns + SECOND_NS / 1000);
}

static void
test_another_picture_at_once (Fixture *fixture, gconstpointer data)
{
  cam_offline_slate_show (fixture->slate, fixture->description, fixture->pictures[0]);
  cam_offline_slate_show (fixture->slate, fixture->description, fixture->pictures[1]);
  assert_picture (fixture, fixture->pictures[0]);
  assert_picture (fixture, fixture->pictures[1]);

  /* What is no picture changes nothing. */
  g_autoptr (GBytes) broken = g_bytes_new_static ("broken", 6);
  cam_offline_slate_show (fixture->slate, fixture->description, broken);
  assert_picture (fixture, fixture->pictures[1]);
}

static void
test_is_silent_while_claimed (Fixture *fixture, gconstpointer data)
{
  cam_stream_hub_claim (fixture->hub);
  cam_offline_slate_show (fixture->slate, fixture->description, fixture->pictures[0]);
  assert_nothing (fixture);
  g_assert_cmpint (cam_stream_hub_get_feed (fixture->hub), ==, CAM_FEED_NONE);
  cam_stream_hub_release (fixture->hub);
  assert_picture (fixture, fixture->pictures[0]);
}

static void
test_hidden (Fixture *fixture, gconstpointer data)
{
  cam_offline_slate_hide (fixture->slate);
  cam_offline_slate_show (fixture->slate, fixture->description, fixture->pictures[0]);
  cam_offline_slate_hide (fixture->slate);
  cam_offline_slate_hide (fixture->slate);
  await_loop (fixture);
  assert_picture (fixture, fixture->pictures[0]);
  assert_nothing (fixture);
  g_assert_cmpint (cam_stream_hub_get_feed (fixture->hub), ==, CAM_FEED_NONE);

  /* And again, of another description: nothing of the one before. */
  g_autoptr (CamTrack) video = cam_track_new (CAM_CODEC_MJPEG);
  g_autoptr (CamStreamDescription) silent = cam_stream_description_new (video, NULL);
  cam_offline_slate_show (fixture->slate, silent, fixture->pictures[1]);
  CamAccessUnit unit;
  g_assert_cmpint (cam_media_channel_next (fixture->channel, DEADLINE_US, &unit), ==, CAM_HANDOFF_OK);
  g_assert_cmpint (unit.track, ==, CAM_TRACK_VIDEO);
  cam_access_unit_clear (&unit);
  assert_nothing (fixture);
}

/* A camera that is back goes on from the slate. */
static void
test_hidden_for_the_camera (Fixture *fixture, gconstpointer data)
{
  cam_offline_slate_show (fixture->slate, fixture->description, fixture->pictures[0]);
  assert_picture (fixture, fixture->pictures[0]);
  cam_stream_hub_claim (fixture->hub);
  cam_offline_slate_hide (fixture->slate);
  await_loop (fixture);
  g_assert_cmpint (cam_stream_hub_get_feed (fixture->hub), ==, CAM_FEED_SLATE);
  g_assert_cmpint (cam_stream_hub_get_break_ns (fixture->hub), ==, 0);
}

static void
test_nothing_to_show (Fixture *fixture, gconstpointer data)
{
  g_autoptr (CamTrack) video = cam_track_new (CAM_CODEC_MJPEG);
  g_autoptr (CamTrack) audio = cam_track_new (CAM_CODEC_AAC);
  g_autoptr (CamStreamDescription) description = cam_stream_description_new (video, audio);
  cam_offline_slate_show (fixture->slate, description, NULL);
  assert_nothing (fixture);
  g_assert_cmpint (cam_stream_hub_get_feed (fixture->hub), ==, CAM_FEED_NONE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func) g_test_add ("/offline-slate/" name, Fixture, NULL, set_up, func, tear_down)
  ADD ("picture-each-second", test_picture_each_second);
  ADD ("silence-keeps-its-pace-beside-joiners", test_silence_keeps_its_pace_beside_joiners);
  ADD ("silence-has-no-gap", test_silence_has_no_gap);
  ADD ("follows-the-camera", test_follows_the_camera);
  ADD ("another-picture-at-once", test_another_picture_at_once);
  ADD ("is-silent-while-claimed", test_is_silent_while_claimed);
  ADD ("hidden", test_hidden);
  ADD ("hidden-for-the-camera", test_hidden_for_the_camera);
  ADD ("nothing-to-show", test_nothing_to_show);
  return g_test_run ();
}
