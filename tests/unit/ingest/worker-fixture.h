/* A worker on a loop with a source that says what the test says, and events that are counted.
 * Thread: the test's, but for what runs on the loop. Owner: the test. */
#pragma once

#include <string.h>

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
  unsigned quiets;
  unsigned sounds;
  bool is_done;
  GMutex lock;
  GCond changed;
} Fixture;

static inline CamIngestSource *
start_fake (const CamIngestSetup *setup, const CamStreamConfig *config, const CamCameraUrl *url, CamIngestSink *sink)
{
  Fixture *fixture = setup->data;
  fixture->source.sink = sink;
  return &fixture->source.base;
}

static inline void
stop_fake (CamIngestSource *source, int64_t grace_us)
{
  FakeSource *self = (FakeSource *) source;
  self->sink->gone (self->sink);
}

static inline void
talk_fake (CamIngestSource *source)
{
  Fixture *fixture = (Fixture *) ((char *) source - G_STRUCT_OFFSET (Fixture, source));
  fixture->talks++;
}

static inline void
free_fake (CamIngestSource *source)
{
  ((FakeSource *) source)->sink = NULL;
}

static const CamIngestKind fake_kind = {
    .name = "fake", .start = start_fake, .talk = talk_fake, .stop = stop_fake, .free = free_fake};

static inline void
on_live (uint64_t generation, CamStreamDescription *description, gpointer data)
{
  Fixture *self = data;
  g_assert_cmpuint (generation, ==, 7);
  g_assert_nonnull (description);
  g_assert_cmpuint (self->ends, ==, 0);
  self->lives++;
}

static inline void
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

static inline void
on_established (uint64_t generation, gpointer data)
{
  ((Fixture *) data)->establishments++;
}

static inline void
on_leased (uint64_t generation, const CamIngestLease *lease, gpointer data)
{
  g_assert_cmpstr (lease->session, ==, "s1");
  ((Fixture *) data)->leases++;
}

static inline void
on_playing (uint64_t generation, gpointer data)
{
  Fixture *self = data;
  g_assert_cmpuint (self->lives, ==, 0);
  self->plays++;
}

static inline void
on_quiet (uint64_t generation, gpointer data)
{
  Fixture *self = data;
  g_assert_cmpuint (generation, ==, 7);
  g_assert_cmpuint (self->quiets, ==, self->sounds);
  self->quiets++;
}

static inline void
on_sounds (uint64_t generation, gpointer data)
{
  Fixture *self = data;
  g_assert_cmpuint (generation, ==, 7);
  self->sounds++;
  g_assert_cmpuint (self->quiets, ==, self->sounds);
}

static const CamIngestEvents all_events = {.established = on_established,
                                           .leased = on_leased,
                                           .playing = on_playing,
                                           .live = on_live,
                                           .quiet = on_quiet,
                                           .sounds = on_sounds,
                                           .ended = on_ended};

typedef struct {
  CamLoopFunc func;
  Fixture *fixture;
} Call;

static inline void
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
static inline void
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

static inline void
do_nothing (gpointer data)
{
  CAM_ASSERT_ON (((Fixture *) data)->loop);
}

static inline CamIngestSetup
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

static inline void
start_worker (Fixture *self, CamOnLoss on_loss, const CamIngestKind *kind)
{
  CamIngestSetup setup = get_setup (self, &events);
  self->camera->streams[CAM_STREAM_MAIN].on_loss = on_loss;
  self->worker = cam_ingest_worker_new_for_kind (&setup, kind);
}

static inline void
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

static inline void
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

static inline void
describe (Fixture *self, uint16_t width, CamCodec audio)
{
  g_autoptr (CamTrack) video = cam_track_new (CAM_CODEC_H264);
  video->width = width;
  g_autoptr (CamTrack) sound = audio != CAM_CODEC_NONE ? cam_track_new (audio) : NULL;
  g_autoptr (CamStreamDescription) description = cam_stream_description_new (video, sound);
  self->source.sink->describe (self->source.sink, description);
}

/* The next unit of @track, a frame later than the last; whether the worker took it. */
static inline bool
give (Fixture *self, CamTrackKind track, size_t size, bool is_key, bool is_damaged)
{
  g_autofree uint8_t *data = g_malloc0 (size + 1);
  int64_t dts_ns = self->last_ns[track] += FRAME_NS;
  return self->source.sink->unit (self->source.sink, track, data, size, is_key, is_damaged, dts_ns, dts_ns, 1);
}

static inline void
begin_flow (gpointer data)
{
  Fixture *self = data;
  describe (self, 640, CAM_CODEC_PCMA);
  g_assert_true (give (self, CAM_TRACK_VIDEO, 100, true, false));
}

static inline void
end_early (gpointer data)
{
  Fixture *self = data;
  begin_flow (self);
  static const CamSrtStatistics srt = {.rtt_ms = 7};
  self->source.sink->count (self->source.sink, &(CamIngestTotals){.bytes = 1000, .packets_lost = 3, .malformed = 2, .drift_ppm = -40, .srt = &srt});
  self->source.sink->ended (self->source.sink, CAM_REASON_RESET, "gone", 7);
}
