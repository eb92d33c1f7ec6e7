#include "worker-fixture.h"

/* A source whose connection stands while nothing comes: the hub is another's meanwhile. */

static void
say_quiet (gpointer data)
{
  Fixture *self = data;
  self->source.sink->quiet (self->source.sink);
}

static void
say_sounds (gpointer data)
{
  Fixture *self = data;
  CamIngestSink *sink = self->source.sink;
  g_assert_false (give (self, CAM_TRACK_VIDEO, 100, true, false)); /* not before it is said */
  int64_t floor_ns = sink->sounds (sink);
  g_assert_cmpint (floor_ns, >=, cam_stream_hub_get_edge_ns (self->hub));
  g_assert_true (cam_stream_hub_is_claimed (self->hub));
  for (unsigned kind = 0; kind < CAM_N_TRACKS; kind++)
    self->last_ns[kind] = MAX (self->last_ns[kind], floor_ns);
  g_assert_false (give (self, CAM_TRACK_VIDEO, 100, false, false)); /* the gate is shut */
  g_assert_true (give (self, CAM_TRACK_VIDEO, 100, true, false));
  g_assert_true (give (self, CAM_TRACK_AUDIO, 160, true, false));
}

static void
give_picture (gpointer data)
{
  g_assert_true (give (data, CAM_TRACK_VIDEO, 100, false, false));
}

/* What a slate does. */
static void
push_foreign (gpointer data)
{
  Fixture *self = data;
  g_assert_false (cam_stream_hub_is_claimed (self->hub));
  g_autoptr (CamPayloadPool) pool = cam_payload_pool_new (65536, NULL);
  g_auto (CamAccessUnit) unit = {.track = CAM_TRACK_VIDEO, .is_key = true, .is_slate = true, .payload = cam_payload_pool_take (pool, 8)};
  unit.pts_ns = unit.dts_ns = cam_stream_hub_get_edge_ns (self->hub) + 1000 * FRAME_NS;
  cam_stream_hub_push (self->hub, &unit, 0);
}

static unsigned
get_pictures (Fixture *self)
{
  return (unsigned) cam_stream_hub_get_counters (self->hub).units[CAM_TRACK_VIDEO];
}

static void
start_flowing (Fixture *self)
{
  CamIngestSetup setup = get_setup (self, &all_events);
  self->worker = cam_ingest_worker_new_for_kind (&setup, &fake_kind);
  on_loop (self, begin_flow);
  cam_ingest_worker_go_on (self->worker);
  on_loop (self, do_nothing);
  g_assert_cmpuint (get_pictures (self), ==, 1);
}

static void
test_in_turns (Fixture *self, gconstpointer data)
{
  start_flowing (self);
  for (unsigned turn = 1; turn <= 3; turn++) {
    unsigned before = get_pictures (self);
    on_loop (self, say_quiet);
    on_loop (self, say_quiet); /* once is enough */
    g_assert_cmpuint (self->quiets, ==, turn);
    on_loop (self, push_foreign);
    on_loop (self, say_sounds);
    g_assert_cmpuint (self->sounds, ==, turn);
    g_assert_cmpuint (get_pictures (self), ==, before); /* held back; a slate is no picture of the camera's */
    cam_ingest_worker_go_on (self->worker);
    on_loop (self, give_picture);
    g_assert_cmpuint (get_pictures (self), ==, before + 2);
  }
  g_assert_cmpuint (self->lives, ==, 1);
  g_assert_cmpuint (self->ends, ==, 0);
}

/* Quiet before anybody said go on: what was held is of the past. */
static void
test_while_held (Fixture *self, gconstpointer data)
{
  CamIngestSetup setup = get_setup (self, &all_events);
  self->worker = cam_ingest_worker_new_for_kind (&setup, &fake_kind);
  on_loop (self, say_quiet); /* nothing is known yet: nobody is told */
  g_assert_cmpuint (self->quiets, ==, 0);
  on_loop (self, begin_flow);
  on_loop (self, say_quiet);
  g_assert_cmpuint (self->quiets, ==, 1);
  cam_ingest_worker_go_on (self->worker); /* of live; it has crossed with quiet */
  on_loop (self, do_nothing);
  g_assert_cmpuint (get_pictures (self), ==, 0);
  g_assert_false (cam_stream_hub_is_claimed (self->hub));
  on_loop (self, say_sounds);
  cam_ingest_worker_go_on (self->worker);
  on_loop (self, do_nothing);
  g_assert_cmpuint (get_pictures (self), ==, 1);
}

static void
end_quietly (gpointer data)
{
  Fixture *self = data;
  CamIngestSink *sink = self->source.sink;
  sink->ended (sink, CAM_REASON_CLOSED, "gone for good", 0);
  g_assert_cmpint (sink->sounds (sink), ==, 0);
  sink->quiet (sink);
}

/* The end of what was quiet takes the hub from nobody. */
static void
test_end (Fixture *self, gconstpointer data)
{
  start_flowing (self);
  on_loop (self, say_quiet);
  cam_stream_hub_claim (self->hub); /* another worker's by now */
  on_loop (self, end_quietly);
  g_assert_true (cam_stream_hub_is_claimed (self->hub));
  g_assert_cmpuint (self->ends, ==, 1);
  g_assert_cmpuint (self->quiets, ==, 1);
  g_assert_cmpuint (self->sounds, ==, 0);
}

static void
change_while_quiet (gpointer data)
{
  describe (data, 640, CAM_CODEC_OPUS);
}

static void
grow_while_quiet (gpointer data)
{
  describe (data, 1280, CAM_CODEC_PCMA);
}

static void
test_change (Fixture *self, gconstpointer data)
{
  start_flowing (self);
  on_loop (self, say_quiet);
  on_loop (self, grow_while_quiet);
  g_assert_cmpuint (self->ends, ==, 0);
  on_loop (self, change_while_quiet);
  g_assert_cmpuint (self->ends, ==, 1);
  g_assert_cmpint (self->reason, ==, CAM_REASON_END);
}

static void
say_quiet_unheard (gpointer data)
{
  Fixture *self = data;
  say_quiet (self);
  g_assert_true (cam_stream_hub_is_claimed (self->hub));
  g_assert_true (give (self, CAM_TRACK_VIDEO, 100, false, false));
  g_assert_cmpint (self->source.sink->sounds (self->source.sink), ==, 0);
}

/* Whoever does not want to hear of it keeps the stream as it is. */
static void
test_unheard (Fixture *self, gconstpointer data)
{
  start_worker (self, CAM_ON_LOSS_AUTO, &fake_kind);
  on_loop (self, begin_flow);
  on_loop (self, say_quiet_unheard);
}

#define ADD(path, func) g_test_add ("/ingest-quiet/" path, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("in-turns", test_in_turns);
  ADD ("while-held", test_while_held);
  ADD ("end", test_end);
  ADD ("change", test_change);
  ADD ("unheard", test_unheard);
  return g_test_run ();
}
