#include "worker-fixture.h"

static void
hold_some (gpointer data)
{
  Fixture *self = data;
  g_assert_false (give (self, CAM_TRACK_VIDEO, 100, true, false)); /* nothing is known yet */
  describe (self, 640, CAM_CODEC_PCMA);
  describe (self, 640, CAM_CODEC_PCMA);
  g_assert_cmpuint (self->lives, ==, 1);
  g_assert_false (give (self, CAM_TRACK_AUDIO, 160, true, false)); /* sound before any picture */
  g_assert_false (give (self, CAM_TRACK_VIDEO, 100, false, false));
  g_assert_true (give (self, CAM_TRACK_VIDEO, 100, true, false));
  g_assert_true (give (self, CAM_TRACK_AUDIO, 160, true, false));
  g_assert_true (give (self, CAM_TRACK_VIDEO, 100, false, false));
  g_assert_true (give (self, CAM_TRACK_VIDEO, 100, true, false)); /* a newer group: the older one is let go */
  g_assert_true (give (self, CAM_TRACK_VIDEO, 100, false, false));
  g_assert_true (give (self, CAM_TRACK_AUDIO, 160, true, false));
}

/* What the owner of the state does at live. */
static void
publish_and_go_on (Fixture *self)
{
  g_autoptr (CamTrack) video = cam_track_new (CAM_CODEC_H264);
  g_autoptr (CamTrack) sound = cam_track_new (CAM_CODEC_PCMA);
  g_autoptr (CamStreamDescription) description = cam_stream_description_new (video, sound);
  cam_stream_hub_set_description (self->hub, description);
  cam_ingest_worker_go_on (self->worker);
}

static unsigned
get_known_width (Fixture *self)
{
  g_autoptr (CamStreamDescription) description = cam_stream_hub_ref_description (self->hub);
  g_assert_nonnull (description);
  return description->tracks[CAM_TRACK_VIDEO]->width;
}

static void
test_hold (Fixture *self, gconstpointer data)
{
  start_worker (self, CAM_ON_LOSS_AUTO, &fake_kind);
  on_loop (self, hold_some);
  CamStreamCounters counters = cam_stream_hub_get_counters (self->hub);
  g_assert_cmpuint (counters.units[CAM_TRACK_VIDEO] + counters.units[CAM_TRACK_AUDIO], ==, 0);
  g_assert_null (cam_stream_hub_ref_description (self->hub));
  publish_and_go_on (self);
  cam_ingest_worker_go_on (self->worker);
  on_loop (self, do_nothing);
  counters = cam_stream_hub_get_counters (self->hub);
  g_assert_cmpuint (counters.units[CAM_TRACK_VIDEO], ==, 2);
  g_assert_cmpuint (counters.units[CAM_TRACK_AUDIO], ==, 1);
  g_assert_cmpuint (counters.keys, ==, 1);
  g_assert_cmpuint (get_known_width (self), ==, 640);
  g_assert_cmpuint (self->ends, ==, 0);
}

static void
hold_too_many (gpointer data)
{
  Fixture *self = data;
  describe (self, 640, CAM_CODEC_NONE);
  g_assert_true (give (self, CAM_TRACK_VIDEO, 10, true, false));
  for (int i = 0; i < 1100; i++)
    give (self, CAM_TRACK_VIDEO, 10, false, false);
  g_assert_false (give (self, CAM_TRACK_VIDEO, 10, false, false)); /* a head with a hole is no head */
}

/* A group that outgrows what may be held is given up as a whole. */
static void
test_hold_bound (Fixture *self, gconstpointer data)
{
  start_worker (self, CAM_ON_LOSS_AUTO, &fake_kind);
  on_loop (self, hold_too_many);
  cam_ingest_worker_go_on (self->worker);
  on_loop (self, do_nothing);
  g_assert_cmpuint (cam_stream_hub_get_counters (self->hub).units[CAM_TRACK_VIDEO], ==, 0);
}

static void
hold_too_much_sound (gpointer data)
{
  Fixture *self = data;
  describe (self, 640, CAM_CODEC_PCMA);
  g_assert_true (give (self, CAM_TRACK_VIDEO, 10, true, false));
  for (int i = 0; i < 1100; i++)
    g_assert_true (give (self, CAM_TRACK_AUDIO, 160, true, false));
  g_assert_false (give (self, CAM_TRACK_VIDEO, 10, false, false)); /* refers to what is not held any more */
}

/* It is given up as well when it is sound that there is no more room for. */
static void
test_hold_bound_by_sound (Fixture *self, gconstpointer data)
{
  start_worker (self, CAM_ON_LOSS_AUTO, &fake_kind);
  on_loop (self, hold_too_much_sound);
  cam_ingest_worker_go_on (self->worker);
  on_loop (self, do_nothing);
  CamStreamCounters counters = cam_stream_hub_get_counters (self->hub);
  g_assert_cmpuint (counters.units[CAM_TRACK_VIDEO], ==, 0);
  g_assert_cmpuint (counters.units[CAM_TRACK_AUDIO], >, 0);
}

static void
lose_waiting (gpointer data)
{
  Fixture *self = data;
  g_assert_false (give (self, CAM_TRACK_VIDEO, 100, false, true));
  g_assert_false (give (self, CAM_TRACK_VIDEO, 100, false, false)); /* refers to what was lost */
  g_assert_true (give (self, CAM_TRACK_AUDIO, 160, true, true));    /* sound after a loss is as good as any */
  g_assert_false (give (self, CAM_TRACK_VIDEO, 100, true, true));
  g_assert_true (give (self, CAM_TRACK_VIDEO, 100, true, false));
  g_assert_true (give (self, CAM_TRACK_VIDEO, 100, false, false));
}

static void
test_wait_for_key (Fixture *self, gconstpointer data)
{
  start_worker (self, GPOINTER_TO_INT (data), &fake_kind);
  on_loop (self, begin_flow);
  cam_ingest_worker_go_on (self->worker);
  on_loop (self, lose_waiting);
  CamIngestCounters counters = cam_ingest_worker_get_counters (self->worker);
  g_assert_cmpuint (counters.drops[CAM_DROP_DAMAGE], ==, 2);
  g_assert_cmpuint (counters.drops[CAM_DROP_GATE], ==, 1);
  g_assert_false (counters.has_srt);
}

static void
lose_forwarding (gpointer data)
{
  Fixture *self = data;
  g_assert_false (give (self, CAM_TRACK_VIDEO, 100, false, true));
  g_assert_true (give (self, CAM_TRACK_VIDEO, 100, false, false));
}

static void
test_forward (Fixture *self, gconstpointer data)
{
  start_worker (self, CAM_ON_LOSS_FORWARD, &fake_kind);
  on_loop (self, begin_flow);
  cam_ingest_worker_go_on (self->worker);
  on_loop (self, lose_forwarding);
  g_assert_cmpuint (cam_ingest_worker_get_counters (self->worker).drops[CAM_DROP_DAMAGE], ==, 1);
}

static void
give_nonsense (gpointer data)
{
  Fixture *self = data;
  g_assert_false (give (self, CAM_TRACK_VIDEO, 0, true, false));
  g_assert_false (give (self, CAM_TRACK_VIDEO, 4 * 1024 * 1024 + 1, true, false));
  g_assert_true (give (self, CAM_TRACK_VIDEO, 4 * 1024 * 1024, true, false));
  CamIngestSink *sink = self->source.sink;
  int64_t now_ns = self->last_ns[CAM_TRACK_VIDEO];
  g_assert_false (sink->unit (sink, CAM_TRACK_VIDEO, (const uint8_t *) "x", 1, true, false, now_ns, now_ns, 1)); /* time stands still */
  g_assert_false (
      sink->unit (sink, CAM_TRACK_VIDEO, (const uint8_t *) "x", 1, true, false, now_ns + 1, now_ns + 2, 1)); /* shown before decoded */
  g_assert_false (give (self, CAM_TRACK_VIDEO, 1, false, false)); /* each of them shut the gate */
  g_assert_true (give (self, CAM_TRACK_VIDEO, 1, true, false));
}

static void
test_nonsense (Fixture *self, gconstpointer data)
{
  start_worker (self, CAM_ON_LOSS_AUTO, &fake_kind);
  on_loop (self, begin_flow);
  cam_ingest_worker_go_on (self->worker);
  on_loop (self, give_nonsense);
}

static void
change_size (gpointer data)
{
  describe (data, 1280, CAM_CODEC_PCMA);
}

static void
change_sound (gpointer data)
{
  Fixture *self = data;
  describe (self, 1280, CAM_CODEC_OPUS);
  g_assert_false (give (self, CAM_TRACK_VIDEO, 100, true, false));
  describe (self, 640, CAM_CODEC_PCMA);
  self->source.sink->ended (self->source.sink, CAM_REASON_STALL, "not said a second time", 0);
}

static void
test_change (Fixture *self, gconstpointer data)
{
  start_worker (self, CAM_ON_LOSS_AUTO, &fake_kind);
  on_loop (self, begin_flow);
  publish_and_go_on (self);
  on_loop (self, change_size);
  g_assert_cmpuint (get_known_width (self), ==, 1280);
  g_assert_cmpuint (self->ends, ==, 0);
  on_loop (self, change_sound);
  g_assert_cmpuint (self->ends, ==, 1);
  g_assert_cmpint (self->reason, ==, CAM_REASON_END);
  g_assert_cmpuint (self->lives, ==, 1);
}

/* Whoever took the description away, for a camera that is disabled, is not contradicted by a worker that has not heard of it yet. */
static void
test_change_after_the_end (Fixture *self, gconstpointer data)
{
  start_worker (self, CAM_ON_LOSS_AUTO, &fake_kind);
  on_loop (self, begin_flow);
  publish_and_go_on (self);
  on_loop (self, do_nothing);
  cam_stream_hub_set_description (self->hub, NULL);
  on_loop (self, change_size);
  g_assert_null (cam_stream_hub_ref_description (self->hub));
}

/* What ended while its units were held back never flows. */
static void
test_end_while_holding (Fixture *self, gconstpointer data)
{
  start_worker (self, CAM_ON_LOSS_AUTO, &fake_kind);
  on_loop (self, end_early);
  cam_ingest_worker_go_on (self->worker);
  on_loop (self, do_nothing);
  g_assert_cmpint (self->reason, ==, CAM_REASON_RESET);
  g_assert_false (self->was_accepted);
  g_assert_cmpint (self->retry_after_us, ==, 7);
  g_assert_cmpuint (cam_stream_hub_get_counters (self->hub).units[CAM_TRACK_VIDEO], ==, 0);
  CamIngestCounters counters = cam_ingest_worker_get_counters (self->worker);
  g_assert_cmpuint (counters.bytes, ==, 1000);
  g_assert_cmpuint (counters.packets_lost, ==, 3);
  g_assert_cmpuint (counters.malformed, ==, 2);
  g_assert_cmpint (counters.drift_ppm, ==, -40);
  g_assert_true (counters.has_srt);
  g_assert_cmpfloat (counters.srt.rtt_ms, ==, 7);
}

static void
give_beyond_edge (gpointer data)
{
  Fixture *self = data;
  describe (self, 640, CAM_CODEC_NONE);
  self->last_ns[CAM_TRACK_VIDEO] = 0;
  g_assert_false (give (self, CAM_TRACK_VIDEO, 100, true, false));
  self->last_ns[CAM_TRACK_VIDEO] = 10 * FRAME_NS;
  g_assert_true (give (self, CAM_TRACK_VIDEO, 100, true, false));
}

/* The stream goes on where the worker before left it: nothing from before that edge. */
static void
test_edge (Fixture *self, gconstpointer data)
{
  g_autoptr (CamPayloadPool) pool = cam_payload_pool_new (1024 * 1024, NULL);
  CamAccessUnit unit = {.track = CAM_TRACK_VIDEO, .is_key = true, .pts_ns = 5 * FRAME_NS, .dts_ns = 5 * FRAME_NS};
  unit.payload = cam_payload_pool_take (pool, 10);
  cam_stream_hub_push (self->hub, &unit, 0);
  cam_access_unit_clear (&unit);
  start_worker (self, CAM_ON_LOSS_AUTO, &fake_kind);
  on_loop (self, give_beyond_edge);
}

static void
test_no_url (Fixture *self, gconstpointer data)
{
  g_clear_pointer (&self->camera->streams[CAM_STREAM_MAIN].url, g_free);
  start_worker (self, CAM_ON_LOSS_AUTO, NULL);
  on_loop (self, do_nothing);
  g_assert_cmpuint (self->ends, ==, 1);
  g_assert_cmpint (self->reason, ==, CAM_REASON_CONFIG);
  g_assert_false (cam_ingest_worker_is_gone (self->worker));
}

#define ADD(path, data, func) g_test_add ("/ingest-worker/" path, Fixture, data, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("hold", NULL, test_hold);
  ADD ("hold-bound", NULL, test_hold_bound);
  ADD ("hold-bound-by-sound", NULL, test_hold_bound_by_sound);
  ADD ("wait-for-key", GINT_TO_POINTER (CAM_ON_LOSS_WAIT_FOR_KEY), test_wait_for_key);
  ADD ("auto", GINT_TO_POINTER (CAM_ON_LOSS_AUTO), test_wait_for_key);
  ADD ("forward", NULL, test_forward);
  ADD ("nonsense", NULL, test_nonsense);
  ADD ("change", NULL, test_change);
  ADD ("change-after-the-end", NULL, test_change_after_the_end);
  ADD ("end-while-holding", NULL, test_end_while_holding);
  ADD ("edge", NULL, test_edge);
  ADD ("no-url", NULL, test_no_url);
  return g_test_run ();
}
