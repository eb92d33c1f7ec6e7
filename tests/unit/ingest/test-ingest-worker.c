#include "ingest/ingest-worker.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "config/config-store.h"
#include "ingest/ingest-source.h"

#define DEADLINE_US ((int64_t) (20 * G_USEC_PER_SEC))
#define FRAME_NS ((int64_t) 40000000)

typedef struct {
  CamIngestSource base;
  CamIngestSink *sink; /* borrowed */
} FakeSource;

typedef struct {
  CamLoopThread *loop;
  CamStreamHub *hub;
  CamCameraConfig *camera;
  CamIngestWorker *worker; /* owned */
  FakeSource source;
  int64_t last_ns[CAM_N_TRACKS]; /* dts of the newest unit given */
  unsigned lives;
  unsigned ends;
  CamReason reason;
  bool was_accepted;
  int64_t retry_after_us;
  unsigned establishments;
  unsigned leases;
  unsigned plays;
  unsigned talks; /* of the source */
  bool is_done;
  GMutex lock;
  GCond changed;
} Fixture;

static CamIngestSource *
start_fake (const CamIngestSetup *setup, const CamStreamConfig *config, const CamCameraUrl *url, CamIngestSink *sink)
{
  Fixture *fixture = setup->data;
  fixture->source.sink = sink;
  return &fixture->source.base;
}

static void
stop_fake (CamIngestSource *source, int64_t grace_us)
{
  FakeSource *self = (FakeSource *) source;
  self->sink->gone (self->sink);
}

static void
talk_fake (CamIngestSource *source)
{
  Fixture *fixture = (Fixture *) ((char *) source - G_STRUCT_OFFSET (Fixture, source));
  fixture->talks++;
}

static void
free_fake (CamIngestSource *source)
{
  ((FakeSource *) source)->sink = NULL;
}

static const CamIngestKind fake_kind = {
    .scheme = CAM_SCHEME_TEST, .name = "fake", .start = start_fake, .talk = talk_fake, .stop = stop_fake, .free = free_fake};

static void
on_live (uint64_t generation, CamStreamDescription *description, gpointer data)
{
  Fixture *self = data;
  g_assert_cmpuint (generation, ==, 7);
  g_assert_nonnull (description);
  g_assert_cmpuint (self->ends, ==, 0);
  self->lives++;
}

static void
on_ended (uint64_t generation, const CamIngestEnd *end, gpointer data)
{
  Fixture *self = data;
  g_assert_cmpuint (generation, ==, 7);
  g_assert_nonnull (end->detail);
  self->ends++;
  self->reason = end->reason;
  self->was_accepted = end->was_accepted;
  self->retry_after_us = end->retry_after_us;
}

static const CamIngestEvents events = {.live = on_live, .ended = on_ended};

static void
on_established (uint64_t generation, gpointer data)
{
  ((Fixture *) data)->establishments++;
}

static void
on_leased (uint64_t generation, const CamIngestLease *lease, gpointer data)
{
  g_assert_cmpstr (lease->session, ==, "s1");
  ((Fixture *) data)->leases++;
}

static void
on_playing (uint64_t generation, gpointer data)
{
  Fixture *self = data;
  g_assert_cmpuint (self->lives, ==, 0);
  self->plays++;
}

static const CamIngestEvents all_events = {
    .established = on_established, .leased = on_leased, .playing = on_playing, .live = on_live, .ended = on_ended};

typedef struct {
  CamLoopFunc func;
  Fixture *fixture;
} Call;

static void
make_call (gpointer data)
{
  const Call *call = data;
  call->func (call->fixture);
  g_mutex_lock (&call->fixture->lock);
  call->fixture->is_done = true;
  g_cond_signal (&call->fixture->changed);
  g_mutex_unlock (&call->fixture->lock);
}

/* Runs @func (@self) on the loop, behind everything posted so far. */
static void
on_loop (Fixture *self, CamLoopFunc func)
{
  Call call = {func, self};
  int64_t deadline_us = g_get_monotonic_time () + DEADLINE_US;
  self->is_done = false;
  g_assert_true (cam_loop_thread_post (self->loop, make_call, &call, NULL));
  g_mutex_lock (&self->lock);
  while (!self->is_done && g_cond_wait_until (&self->changed, &self->lock, deadline_us))
    continue;
  g_assert_true (self->is_done);
  g_mutex_unlock (&self->lock);
}

static void
do_nothing (gpointer data)
{
  CAM_ASSERT_ON (((Fixture *) data)->loop);
}

static CamIngestSetup
get_setup (Fixture *self, const CamIngestEvents *wanted)
{
  return (CamIngestSetup){.camera = self->camera,
                          .stream = CAM_STREAM_MAIN,
                          .generation = 7,
                          .loop = self->loop,
                          .hub = self->hub,
                          .events = wanted,
                          .data = self};
}

static void
start_worker (Fixture *self, CamOnLoss on_loss, const CamIngestKind *kind)
{
  CamIngestSetup setup = get_setup (self, &events);
  self->camera->streams[CAM_STREAM_MAIN].on_loss = on_loss;
  self->worker = cam_ingest_worker_new_for_kind (&setup, kind);
}

static void
set_up (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_mutex_init (&self->lock);
  g_cond_init (&self->changed);
  self->loop = cam_loop_thread_new ("test-loop", &error);
  g_assert_no_error (error);
  self->hub = cam_stream_hub_new ("cam", "main");
  self->camera = cam_camera_config_new ("cam");
  self->camera->streams[CAM_STREAM_MAIN].url = g_strdup ("test:");
  self->source.base.kind = &fake_kind;
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  if (self->worker != NULL) {
    cam_ingest_worker_stop (self->worker, 0);
    g_assert_true (cam_ingest_worker_is_gone (self->worker));
    cam_ingest_worker_free (self->worker);
  }
  on_loop (self, do_nothing);
  cam_loop_thread_quit (self->loop);
  g_assert_true (cam_loop_thread_join (self->loop, DEADLINE_US));
  cam_stream_hub_unref (self->hub);
  cam_camera_config_unref (self->camera);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->changed);
}

static void
describe (Fixture *self, uint16_t width, CamCodec audio)
{
  g_autoptr (CamTrack) video = cam_track_new (CAM_CODEC_H264);
  video->width = width;
  g_autoptr (CamTrack) sound = audio != CAM_CODEC_NONE ? cam_track_new (audio) : NULL;
  g_autoptr (CamStreamDescription) description = cam_stream_description_new (video, sound);
  self->source.sink->describe (self->source.sink, description);
}

/* The next unit of @track, a frame later than the last; whether the worker took it. */
static bool
give (Fixture *self, CamTrackKind track, size_t size, bool is_key, bool is_damaged)
{
  g_autofree uint8_t *data = g_malloc0 (size + 1);
  int64_t dts_ns = self->last_ns[track] += FRAME_NS;
  return self->source.sink->unit (self->source.sink, track, data, size, is_key, is_damaged, dts_ns, dts_ns, 1);
}

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

static void
test_hold (Fixture *self, gconstpointer data)
{
  start_worker (self, CAM_ON_LOSS_AUTO, &fake_kind);
  on_loop (self, hold_some);
  CamStreamCounters counters = cam_stream_hub_get_counters (self->hub);
  g_assert_cmpuint (counters.units[CAM_TRACK_VIDEO] + counters.units[CAM_TRACK_AUDIO], ==, 0);
  g_assert_null (cam_stream_hub_ref_description (self->hub));
  cam_ingest_worker_go_on (self->worker);
  cam_ingest_worker_go_on (self->worker);
  on_loop (self, do_nothing);
  counters = cam_stream_hub_get_counters (self->hub);
  g_assert_cmpuint (counters.units[CAM_TRACK_VIDEO], ==, 2);
  g_assert_cmpuint (counters.units[CAM_TRACK_AUDIO], ==, 1);
  g_assert_cmpuint (counters.keys, ==, 1);
  g_autoptr (CamStreamDescription) description = cam_stream_hub_ref_description (self->hub);
  g_assert_nonnull (description);
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
begin_flow (gpointer data)
{
  Fixture *self = data;
  describe (self, 640, CAM_CODEC_PCMA);
  g_assert_true (give (self, CAM_TRACK_VIDEO, 100, true, false));
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
  g_assert_cmpuint (cam_ingest_worker_get_counters (self->worker).units_dropped, ==, 3);
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
  g_assert_cmpuint (cam_ingest_worker_get_counters (self->worker).units_dropped, ==, 1);
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
  cam_ingest_worker_go_on (self->worker);
  on_loop (self, change_size);
  g_autoptr (CamStreamDescription) description = cam_stream_hub_ref_description (self->hub);
  g_assert_cmpuint (description->tracks[CAM_TRACK_VIDEO]->width, ==, 1280);
  g_assert_cmpuint (self->ends, ==, 0);
  on_loop (self, change_sound);
  g_assert_cmpuint (self->ends, ==, 1);
  g_assert_cmpint (self->reason, ==, CAM_REASON_END);
  g_assert_cmpuint (self->lives, ==, 1);
}

static void
end_early (gpointer data)
{
  Fixture *self = data;
  begin_flow (self);
  self->source.sink->count (self->source.sink, 1000, 3, 2);
  self->source.sink->ended (self->source.sink, CAM_REASON_RESET, "gone", 7);
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
  g_autoptr (CamPayloadPool) pool = cam_payload_pool_new (1024 * 1024);
  CamAccessUnit unit = {.track = CAM_TRACK_VIDEO, .is_key = true, .pts_ns = 5 * FRAME_NS, .dts_ns = 5 * FRAME_NS};
  unit.payload = cam_payload_pool_take (pool, 10);
  cam_stream_hub_push (self->hub, &unit, 0);
  cam_access_unit_clear (&unit);
  start_worker (self, CAM_ON_LOSS_AUTO, &fake_kind);
  on_loop (self, give_beyond_edge);
}

static void
play_early (gpointer data)
{
  Fixture *self = data;
  CamIngestSink *sink = self->source.sink;
  CamIngestLease lease = {.url = "rtsp://cam/", .session = "s1"};
  g_assert_cmpint (sink->take_socket (sink), ==, -1);
  g_assert_false (sink->established (sink));
  sink->leased (sink, &lease);
  describe (self, 640, CAM_CODEC_NONE); /* packets come before the answer to PLAY */
  g_assert_cmpuint (self->plays, ==, 1);
  sink->playing (sink);
  sink->ended (sink, CAM_REASON_LIMIT, "full", 60);
  sink->leased (sink, &lease);
  g_assert_true (sink->established (sink));
}

/* Each event once, in order, nothing behind ended; who wants none of them is not waited for. */
static void
test_events (Fixture *self, gconstpointer data)
{
  CamIngestSetup setup = get_setup (self, &all_events);
  self->worker = cam_ingest_worker_new_for_kind (&setup, &fake_kind);
  cam_ingest_worker_talk (self->worker);
  g_assert_cmpuint (self->talks, ==, 1);
  on_loop (self, play_early);
  g_assert_cmpuint (self->establishments, ==, 1);
  g_assert_cmpuint (self->leases, ==, 1);
  g_assert_cmpuint (self->plays, ==, 1);
  g_assert_cmpuint (self->lives, ==, 1);
  g_assert_cmpuint (self->ends, ==, 1);
  g_assert_true (self->was_accepted);
  g_assert_cmpint (self->retry_after_us, ==, 60);
}

static void
play_unheard (gpointer data)
{
  CamIngestSink *sink = ((Fixture *) data)->source.sink;
  g_assert_true (sink->established (sink));
  sink->leased (sink, &(CamIngestLease){.url = "rtsp://cam/", .session = "s1"});
  sink->playing (sink);
}

static void
test_few_events (Fixture *self, gconstpointer data)
{
  start_worker (self, CAM_ON_LOSS_AUTO, &fake_kind);
  on_loop (self, play_unheard);
  on_loop (self, begin_flow);
  g_assert_cmpuint (self->lives, ==, 1);
}

/* The hub is the worker's from live to ended, or to its stop. */
static void
test_claim (Fixture *self, gconstpointer data)
{
  bool is_stopped = data != NULL;
  start_worker (self, CAM_ON_LOSS_AUTO, &fake_kind);
  on_loop (self, do_nothing);
  g_assert_false (cam_stream_hub_is_claimed (self->hub));
  on_loop (self, is_stopped ? begin_flow : end_early);
  g_assert_cmpint (cam_stream_hub_is_claimed (self->hub), ==, is_stopped);
  if (is_stopped)
    cam_ingest_worker_stop (self->worker, 0);
  on_loop (self, do_nothing);
  g_assert_false (cam_stream_hub_is_claimed (self->hub));
  cam_stream_hub_claim (self->hub); /* the next worker's: not taken away by this one's end */
  cam_ingest_worker_stop (self->worker, 0);
  on_loop (self, do_nothing);
  g_assert_true (cam_stream_hub_is_claimed (self->hub));
}

static void
take_socket (gpointer data)
{
  Fixture *self = data;
  CamIngestSink *sink = self->source.sink;
  int fd = sink->take_socket (sink);
  g_assert_cmpint (fd, >=, 0);
  g_assert_cmpint (sink->take_socket (sink), ==, -1);
  close (fd);
}

static bool
is_peer_closed (int fd)
{
  char byte = 0;
  return recv (fd, &byte, 1, MSG_DONTWAIT) == 0;
}

/* A socket that came with the setup goes to the source, once, or is closed. */
static void
test_socket (Fixture *self, gconstpointer data)
{
  bool is_taken = data != NULL;
  int pair[2];
  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), ==, 0);
  CamIngestSetup setup = get_setup (self, &events);
  setup.has_socket = true;
  setup.socket = pair[1];
  self->worker = cam_ingest_worker_new_for_kind (&setup, &fake_kind);
  g_assert_false (is_peer_closed (pair[0]));
  if (is_taken)
    on_loop (self, take_socket);
  g_assert_cmpint (is_peer_closed (pair[0]), ==, is_taken);
  cam_ingest_worker_stop (self->worker, 0);
  cam_ingest_worker_free (g_steal_pointer (&self->worker));
  on_loop (self, do_nothing);
  g_assert_true (is_peer_closed (pair[0]));
  close (pair[0]);
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
  ADD ("wait-for-key", GINT_TO_POINTER (CAM_ON_LOSS_WAIT_FOR_KEY), test_wait_for_key);
  ADD ("auto", GINT_TO_POINTER (CAM_ON_LOSS_AUTO), test_wait_for_key);
  ADD ("forward", NULL, test_forward);
  ADD ("nonsense", NULL, test_nonsense);
  ADD ("change", NULL, test_change);
  ADD ("end-while-holding", NULL, test_end_while_holding);
  ADD ("edge", NULL, test_edge);
  ADD ("events", NULL, test_events);
  ADD ("few-events", NULL, test_few_events);
  ADD ("claim/ended", NULL, test_claim);
  ADD ("claim/stopped", GINT_TO_POINTER (1), test_claim);
  ADD ("socket/unused", NULL, test_socket);
  ADD ("socket/taken", GINT_TO_POINTER (1), test_socket);
  ADD ("no-url", NULL, test_no_url);
  return g_test_run ();
}
