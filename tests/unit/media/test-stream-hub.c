#include "media/stream-hub.h"

typedef struct {
  CamPayloadPool *pool; /* ref */
  CamStreamHub *hub;    /* ref */
  int64_t dts_ns;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->pool = cam_payload_pool_new (1 << 20, NULL);
  fixture->hub = cam_stream_hub_new ("front", "main");
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  cam_stream_hub_unref (fixture->hub);
  cam_payload_pool_unref (fixture->pool);
}

static void
push (Fixture *fixture, CamTrackKind track, bool is_key, size_t size)
{
  fixture->dts_ns += 1000;
  CamAccessUnit unit = {
      .track = track,
      .is_key = is_key,
      .pts_ns = fixture->dts_ns,
      .dts_ns = fixture->dts_ns,
      .arrived_us = fixture->dts_ns / 1000,
      .payload = cam_payload_pool_take (fixture->pool, size),
  };
  cam_stream_hub_push (fixture->hub, &unit, 0);
  cam_access_unit_clear (&unit);
}

static void
assert_next (CamMediaChannel *channel, size_t size)
{
  CamAccessUnit unit = {.payload = NULL};
  g_assert_cmpint (cam_media_channel_next (channel, 0, &unit), ==, CAM_HANDOFF_OK);
  g_assert_cmpuint (unit.payload->size, ==, size);
  cam_access_unit_clear (&unit);
}

static void
assert_nothing (CamMediaChannel *channel, CamHandoff expected)
{
  CamAccessUnit unit;
  g_assert_cmpint (cam_media_channel_next (channel, 0, &unit), ==, expected);
}

static void
test_fan_out (Fixture *fixture, gconstpointer data)
{
  g_autoptr (CamMediaChannel) first = cam_media_channel_new (4, 1 << 16, true);
  g_autoptr (CamMediaChannel) second = cam_media_channel_new (1, 1 << 16, true);
  push (fixture, CAM_TRACK_VIDEO, true, 5);
  g_assert_true (cam_stream_hub_subscribe (fixture->hub, first));
  g_assert_true (cam_stream_hub_subscribe (fixture->hub, second));
  g_assert_true (cam_stream_hub_subscribe (fixture->hub, second));
  push (fixture, CAM_TRACK_VIDEO, true, 10);
  push (fixture, CAM_TRACK_VIDEO, false, 20);
  assert_next (first, 10);
  assert_next (first, 20);
  assert_next (second, 10);
  assert_nothing (second, CAM_HANDOFF_TIMEOUT);
  g_assert_cmpuint (cam_media_channel_get_dropped (first), ==, 0);
  g_assert_cmpuint (cam_media_channel_get_dropped (second), ==, 1);

  cam_stream_hub_unsubscribe (fixture->hub, first);
  cam_stream_hub_unsubscribe (fixture->hub, first);
  push (fixture, CAM_TRACK_VIDEO, true, 30);
  assert_nothing (first, CAM_HANDOFF_TIMEOUT);
  assert_next (second, 30);
}

static void
test_close (Fixture *fixture, gconstpointer data)
{
  g_autoptr (CamMediaChannel) early = cam_media_channel_new (4, 1 << 16, true);
  g_autoptr (CamMediaChannel) late = cam_media_channel_new (4, 1 << 16, true);
  g_assert_true (cam_stream_hub_subscribe (fixture->hub, early));
  push (fixture, CAM_TRACK_VIDEO, true, 10);
  cam_stream_hub_close (fixture->hub);
  cam_stream_hub_close (fixture->hub);
  assert_next (early, 10);
  assert_nothing (early, CAM_HANDOFF_CLOSED);
  g_assert_false (cam_stream_hub_subscribe (fixture->hub, late));
  assert_nothing (late, CAM_HANDOFF_CLOSED);
  push (fixture, CAM_TRACK_VIDEO, true, 10);
}

static void
test_counters (Fixture *fixture, gconstpointer data)
{
  g_assert_cmpint (cam_stream_hub_get_edge_ns (fixture->hub), ==, 0);
  g_assert_cmpint (cam_stream_hub_get_counters (fixture->hub).last_unit_us, ==, 0);
  push (fixture, CAM_TRACK_VIDEO, true, 10);
  push (fixture, CAM_TRACK_VIDEO, false, 20);
  push (fixture, CAM_TRACK_AUDIO, true, 3);
  CamStreamCounters counters = cam_stream_hub_get_counters (fixture->hub);
  g_assert_cmpuint (counters.units[CAM_TRACK_VIDEO], ==, 2);
  g_assert_cmpuint (counters.units[CAM_TRACK_AUDIO], ==, 1);
  g_assert_cmpuint (counters.bytes[CAM_TRACK_VIDEO], ==, 30);
  g_assert_cmpuint (counters.bytes[CAM_TRACK_AUDIO], ==, 3);
  g_assert_cmpuint (counters.keys, ==, 1);
  g_assert_cmpint (counters.last_unit_us, ==, 3);
  g_assert_cmpint (counters.key_interval_us, ==, 0);
  g_assert_cmpint (cam_stream_hub_get_edge_ns (fixture->hub), ==, 3000);
}

static void
test_description (Fixture *fixture, gconstpointer data)
{
  g_autoptr (CamTrack) video = cam_track_new (CAM_CODEC_H264);
  g_autoptr (CamTrack) larger = cam_track_copy (video);
  larger->width = 1920;
  g_autoptr (CamTrack) other = cam_track_new (CAM_CODEC_H265);
  g_autoptr (CamStreamDescription) first = cam_stream_description_new (video, NULL);
  g_autoptr (CamStreamDescription) same = cam_stream_description_new (larger, NULL);
  g_autoptr (CamStreamDescription) changed = cam_stream_description_new (other, NULL);

  g_assert_null (cam_stream_hub_ref_description (fixture->hub));
  g_assert_cmpuint (cam_stream_hub_get_version (fixture->hub), ==, 1);
  cam_stream_hub_set_description (fixture->hub, first);
  g_assert_cmpuint (cam_stream_hub_get_version (fixture->hub), ==, 1);
  cam_stream_hub_set_description (fixture->hub, same);
  g_assert_cmpuint (cam_stream_hub_get_version (fixture->hub), ==, 1);
  cam_stream_hub_set_description (fixture->hub, NULL);
  g_assert_null (cam_stream_hub_ref_description (fixture->hub));
  cam_stream_hub_set_description (fixture->hub, first);
  g_assert_cmpuint (cam_stream_hub_get_version (fixture->hub), ==, 1);
  cam_stream_hub_set_description (fixture->hub, changed);
  cam_stream_hub_set_description (fixture->hub, changed);
  g_assert_cmpuint (cam_stream_hub_get_version (fixture->hub), ==, 2);
  g_autoptr (CamStreamDescription) now = cam_stream_hub_ref_description (fixture->hub);
  g_assert_true (now == changed);
}

static void
push_picture (Fixture *fixture, bool is_key, bool is_slate, int64_t pts_ns, size_t size)
{
  fixture->dts_ns += 1000;
  CamAccessUnit unit = {.track = CAM_TRACK_VIDEO, .is_key = is_key, .is_slate = is_slate, .dts_ns = fixture->dts_ns, .pts_ns = pts_ns};
  unit.payload = cam_payload_pool_take (fixture->pool, size);
  cam_stream_hub_push (fixture->hub, &unit, 0);
  cam_access_unit_clear (&unit);
}

static void
assert_last_key (Fixture *fixture, size_t size)
{
  g_auto (CamAccessUnit) key = {.payload = NULL};
  g_assert_cmpint (cam_stream_hub_get_last_key (fixture->hub, &key), ==, size > 0);
  g_assert_cmpuint (key.payload != NULL ? key.payload->size : 0, ==, size);
}

/* What stands in for the camera is no sign of its life. */
static void
test_slate_counted_apart (Fixture *fixture, gconstpointer data)
{
  push (fixture, CAM_TRACK_VIDEO, true, 10);
  CamStreamCounters before = cam_stream_hub_get_counters (fixture->hub);
  fixture->dts_ns = 10000;
  push_picture (fixture, true, true, 20000, 8);
  push_picture (fixture, true, true, 21000, 8);
  CamStreamCounters after = cam_stream_hub_get_counters (fixture->hub);
  g_assert_cmpuint (after.slate_units, ==, 2);
  g_assert_cmpuint (after.units[CAM_TRACK_VIDEO], ==, before.units[CAM_TRACK_VIDEO]);
  g_assert_cmpuint (after.bytes[CAM_TRACK_VIDEO], ==, before.bytes[CAM_TRACK_VIDEO]);
  g_assert_cmpint (after.last_unit_us, ==, before.last_unit_us);
  push (fixture, CAM_TRACK_VIDEO, true, 30);
  after = cam_stream_hub_get_counters (fixture->hub);
  g_assert_cmpuint (after.keys, ==, 2);
  g_assert_cmpint (after.last_key_us, ==, 13);
  g_assert_cmpint (after.key_interval_us, ==, 12);
}

/* Of the camera, not of the slate; of this stream, not of the one before. */
static void
test_last_key (Fixture *fixture, gconstpointer data)
{
  g_autoptr (CamTrack) video = cam_track_new (CAM_CODEC_H264);
  g_autoptr (CamTrack) other = cam_track_new (CAM_CODEC_H265);
  g_autoptr (CamStreamDescription) first = cam_stream_description_new (video, NULL);
  g_autoptr (CamStreamDescription) changed = cam_stream_description_new (other, NULL);
  cam_stream_hub_set_description (fixture->hub, first);
  assert_last_key (fixture, 0);
  push (fixture, CAM_TRACK_AUDIO, true, 3);
  push_picture (fixture, false, false, 5000, 10);
  assert_last_key (fixture, 0);
  push_picture (fixture, true, false, 6000, 20);
  push_picture (fixture, false, false, 7000, 10);
  assert_last_key (fixture, 20);
  push_picture (fixture, true, true, 8000, 30);
  assert_last_key (fixture, 20);
  push_picture (fixture, true, false, 9000, 40);
  assert_last_key (fixture, 40);
  cam_stream_hub_set_description (fixture->hub, NULL);
  cam_stream_hub_set_description (fixture->hub, first);
  assert_last_key (fixture, 40);
  cam_stream_hub_set_description (fixture->hub, changed);
  assert_last_key (fixture, 0);
}

/* The latest time of whatever was pushed, by whom and of what track. */
static void
test_edge (Fixture *fixture, gconstpointer data)
{
  push_picture (fixture, true, false, 500000, 10); /* decoded long before it is shown */
  g_assert_cmpint (cam_stream_hub_get_edge_ns (fixture->hub), ==, 500000);
  push (fixture, CAM_TRACK_AUDIO, true, 10);
  push_picture (fixture, true, true, fixture->dts_ns + 1000, 10);
  g_assert_cmpint (cam_stream_hub_get_edge_ns (fixture->hub), ==, 500000);
  fixture->dts_ns = 600000;
  push (fixture, CAM_TRACK_AUDIO, true, 10);
  g_assert_cmpint (cam_stream_hub_get_edge_ns (fixture->hub), ==, 601000);
}

static void
test_claim (Fixture *fixture, gconstpointer data)
{
  g_assert_false (cam_stream_hub_is_claimed (fixture->hub));
  cam_stream_hub_claim (fixture->hub);
  cam_stream_hub_claim (fixture->hub);
  g_assert_true (cam_stream_hub_is_claimed (fixture->hub));
  cam_stream_hub_release (fixture->hub);
  g_assert_false (cam_stream_hub_is_claimed (fixture->hub));
  cam_stream_hub_release (fixture->hub);
  g_assert_false (cam_stream_hub_is_claimed (fixture->hub));
}

static void
test_names (Fixture *fixture, gconstpointer data)
{
  g_assert_cmpstr (cam_stream_hub_get_camera (fixture->hub), ==, "front");
  g_assert_cmpstr (cam_stream_hub_get_stream (fixture->hub), ==, "main");
  g_assert_cmpint (cam_stream_hub_get_feed (fixture->hub), ==, CAM_FEED_NONE);
  cam_stream_hub_set_feed (fixture->hub, CAM_FEED_SLATE);
  g_assert_cmpint (cam_stream_hub_get_feed (fixture->hub), ==, CAM_FEED_SLATE);
  cam_stream_hub_set_feed (fixture->hub, CAM_FEED_CAMERA);
  g_assert_cmpint (cam_stream_hub_get_feed (fixture->hub), ==, CAM_FEED_CAMERA);
  g_assert_true (cam_stream_hub_ref (fixture->hub) == fixture->hub);
  cam_stream_hub_unref (fixture->hub);
  cam_stream_hub_unref (NULL);
}

static gpointer
join_and_leave (gpointer data)
{
  CamStreamHub *hub = data;
  uint64_t seen = 0;
  for (unsigned i = 0; i < 300; i++) {
    g_autoptr (CamMediaChannel) channel = cam_media_channel_new (8, 1 << 16, true);
    if (!cam_stream_hub_subscribe (hub, channel))
      break;
    CamAccessUnit unit;
    if (cam_media_channel_next (channel, 100, &unit) == CAM_HANDOFF_OK) {
      seen++;
      cam_access_unit_clear (&unit);
    }
    cam_stream_hub_unsubscribe (hub, channel);
  }
  return GSIZE_TO_POINTER (seen);
}

/* Joining and leaving beside a producer: nothing is torn, everything comes back to the pool. */
static void
test_threads (Fixture *fixture, gconstpointer data)
{
  GThread *threads[3];
  for (unsigned i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("joiner", join_and_leave, fixture->hub);
  for (unsigned i = 0; i < 3000; i++)
    push (fixture, CAM_TRACK_VIDEO, true, 100);
  for (unsigned i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  cam_stream_hub_close (fixture->hub);
  g_assert_cmpuint (cam_stream_hub_get_counters (fixture->hub).keys, ==, 3000);
  g_assert_cmpuint (cam_payload_pool_get_refusals (fixture->pool), ==, 0);
}

#define ADD(name, func) g_test_add ("/media/stream-hub/" name, Fixture, NULL, set_up, func, tear_down)

static void
test_break (Fixture *fixture, gconstpointer data)
{
  cam_stream_hub_set_feed (fixture->hub, CAM_FEED_CAMERA);
  push (fixture, CAM_TRACK_VIDEO, true, 5);
  g_assert_cmpint (cam_stream_hub_get_break_ns (fixture->hub), ==, 0);
  cam_stream_hub_set_feed (fixture->hub, CAM_FEED_NONE);
  g_assert_cmpint (cam_stream_hub_get_break_ns (fixture->hub), ==, fixture->dts_ns);

  /* What is raised after it is not before it, and said twice it is one. */
  cam_stream_hub_raise_edge_ns (fixture->hub, fixture->dts_ns + 500);
  g_assert_cmpint (cam_stream_hub_get_edge_ns (fixture->hub), ==, fixture->dts_ns + 500);
  cam_stream_hub_raise_edge_ns (fixture->hub, fixture->dts_ns);
  g_assert_cmpint (cam_stream_hub_get_edge_ns (fixture->hub), ==, fixture->dts_ns + 500);
  cam_stream_hub_set_feed (fixture->hub, CAM_FEED_NONE);
  g_assert_cmpint (cam_stream_hub_get_break_ns (fixture->hub), ==, fixture->dts_ns);
}

/* A worker that is ended goes on for a moment: that is as old as the rest to whoever comes later. */
static void
test_break_with_a_straggler (Fixture *fixture, gconstpointer data)
{
  cam_stream_hub_set_feed (fixture->hub, CAM_FEED_CAMERA);
  push (fixture, CAM_TRACK_VIDEO, true, 5);
  cam_stream_hub_set_feed (fixture->hub, CAM_FEED_NONE);
  push (fixture, CAM_TRACK_VIDEO, false, 5);
  int64_t last_ns = fixture->dts_ns;
  g_assert_cmpint (cam_stream_hub_get_break_ns (fixture->hub), ==, last_ns);
  cam_stream_hub_set_feed (fixture->hub, CAM_FEED_CAMERA);
  push (fixture, CAM_TRACK_VIDEO, true, 5);
  g_assert_cmpint (cam_stream_hub_get_break_ns (fixture->hub), ==, last_ns);
}

/* What a producer learns in band goes out at once, but never against whoever took the description away or put another one there. */
static void
test_refresh (Fixture *fixture, gconstpointer data)
{
  g_autoptr (CamTrack) h264 = cam_track_new (CAM_CODEC_H264);
  g_autoptr (CamTrack) h265 = cam_track_new (CAM_CODEC_H265);
  g_autoptr (CamStreamDescription) first = cam_stream_description_new (h264, NULL);
  g_autoptr (CamStreamDescription) newer = cam_stream_description_new (h264, NULL);
  g_autoptr (CamStreamDescription) other = cam_stream_description_new (h265, NULL);
  cam_stream_hub_refresh_description (fixture->hub, first);
  g_assert_null (cam_stream_hub_ref_description (fixture->hub));
  cam_stream_hub_set_description (fixture->hub, first);
  cam_stream_hub_refresh_description (fixture->hub, other);
  cam_stream_hub_refresh_description (fixture->hub, newer);
  g_autoptr (CamStreamDescription) now = cam_stream_hub_ref_description (fixture->hub);
  g_assert_true (now == newer);
  g_assert_cmpuint (cam_stream_hub_get_version (fixture->hub), ==, 1);
  cam_stream_hub_set_description (fixture->hub, NULL);
  cam_stream_hub_refresh_description (fixture->hub, newer);
  g_assert_null (cam_stream_hub_ref_description (fixture->hub));
}

static void
test_metadata (Fixture *fixture, gconstpointer data)
{
  g_assert_null (cam_stream_hub_ref_metadata (fixture->hub));
  g_autoptr (GBytes) first = g_bytes_new_static ("{}", 2);
  g_autoptr (GBytes) second = g_bytes_new_static ("[]", 2);
  cam_stream_hub_set_metadata (fixture->hub, first);
  cam_stream_hub_set_metadata (fixture->hub, second);
  cam_stream_hub_set_metadata (fixture->hub, second);
  g_autoptr (GBytes) newest = cam_stream_hub_ref_metadata (fixture->hub);
  g_assert_true (newest == second);
  cam_stream_hub_set_metadata (fixture->hub, NULL);
  g_assert_null (cam_stream_hub_ref_metadata (fixture->hub));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("fan-out", test_fan_out);
  ADD ("close", test_close);
  ADD ("counters", test_counters);
  ADD ("slate-counted-apart", test_slate_counted_apart);
  ADD ("description", test_description);
  ADD ("last-key", test_last_key);
  ADD ("edge", test_edge);
  ADD ("claim", test_claim);
  ADD ("names", test_names);
  ADD ("threads", test_threads);
  ADD ("refresh", test_refresh);
  ADD ("break", test_break);
  ADD ("break-with-a-straggler", test_break_with_a_straggler);
  ADD ("metadata", test_metadata);
  return g_test_run ();
}
