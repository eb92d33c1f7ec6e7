#include "ingest/ingest-worker.h"

#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#include "camrelay/limits.h"
#include "ingest/held-units.h"
#include "ingest/ingest-source.h"
#include "media/key-gate.h"

#define POOL_LEAST_BYTES ((uint64_t) 16 * 1024 * 1024)
#define POOL_MOST_BYTES ((uint64_t) 64 * 1024 * 1024)
#define POOL_SECONDS 8 /* of the camera at its MaxBitrate: heads, held units, readers' queues */

typedef enum {
  WORKER_DIALLING, /* nothing is known of the tracks yet */
  WORKER_HOLDING,  /* live was said; units wait for go_on */
  WORKER_FLOWING,
  WORKER_QUIET, /* nothing comes; the hub is another producer's for now */
  WORKER_ENDED
} WorkerPhase;

struct CamIngestWorker {
  CamIngestSink sink;            /* first: the source's calls come in by it */
  int refs;                      /* atomic: the owner's, and one for each post */
  CamIngestSetup setup;          /* camera and hub: ref */
  const CamStreamConfig *config; /* borrowed from the camera */
  CamCameraUrl *url;             /* owned; NULL when it could not be read */
  CamIngestSource *source;       /* owned; NULL when there is no URL */
  atomic_bool is_gone;
  CamIngestTally tally;

  /* On the loop from here on. */
  WorkerPhase phase;
  bool was_accepted;                 /* a connection was up */
  bool was_transport_refused;        /* as the end says */
  bool has_played;                   /* playing was said */
  bool has_claimed;                  /* the hub is ours */
  CamStreamDescription *description; /* ref; the newest */
  CamPayloadPool *pool;              /* ref */
  CamKeyGate gate;
  bool waits_for_key;
  CamHeldUnits *held; /* owned */
  uint64_t numbers[CAM_N_TRACKS];
  int64_t last_dts_ns[CAM_N_TRACKS];
};

static CamIngestWorker *
ref_worker (CamIngestWorker *self)
{
  g_atomic_int_inc (&self->refs);
  return self;
}

static void
unref_worker (gpointer data)
{
  CamIngestWorker *self = data;
  if (!g_atomic_int_dec_and_test (&self->refs))
    return;
  if (self->setup.has_socket)
    close (self->setup.socket);
  if (self->setup.has_srt_sender)
    cam_srt_poller_discard (self->setup.srt, self->setup.srt_sender);
  cam_held_units_free (self->held);
  cam_stream_description_unref (self->description);
  cam_payload_pool_unref (self->pool);
  cam_camera_url_free (self->url);
  cam_stream_hub_unref (self->setup.hub);
  cam_camera_config_unref (self->setup.camera);
  cam_ingest_tally_clear (&self->tally);
  g_free (self);
}

static void
give_hub_back (CamIngestWorker *self)
{
  cam_held_units_drop (self->held);
  if (self->has_claimed)
    cam_stream_hub_release (self->setup.hub);
  self->has_claimed = false;
}

/* Nothing comes from it any more: the hub is another producer's. */
static void
retire (gpointer data)
{
  CamIngestWorker *self = data;
  CAM_ASSERT_ON (self->setup.loop);
  self->phase = WORKER_ENDED;
  give_hub_back (self);
}

static void
end (CamIngestWorker *self, CamReason reason, const char *detail, int64_t retry_after_us)
{
  if (self->phase == WORKER_ENDED)
    return;
  retire (self);
  CamIngestEnd news = {.reason = reason,
                       .detail = detail != NULL ? detail : "",
                       .was_transport_refused = self->was_transport_refused,
                       .was_accepted = self->was_accepted,
                       .retry_after_us = retry_after_us};
  self->setup.events->ended (self->setup.generation, &news, self->setup.data);
}

static void
on_refused_transport (CamIngestSink *sink)
{
  CamIngestWorker *self = (CamIngestWorker *) sink;
  CAM_ASSERT_ON (self->setup.loop);
  self->was_transport_refused = true;
}

static void
on_ended (CamIngestSink *sink, CamReason reason, const char *detail, int64_t retry_after_us)
{
  CamIngestWorker *self = (CamIngestWorker *) sink;
  CAM_ASSERT_ON (self->setup.loop);
  end (self, reason, detail, retry_after_us);
}

static int
on_take_socket (CamIngestSink *sink)
{
  CamIngestWorker *self = (CamIngestWorker *) sink;
  CAM_ASSERT_ON (self->setup.loop);
  int fd = self->setup.has_socket ? self->setup.socket : -1;
  self->setup.has_socket = false;
  return fd;
}

static int
on_take_srt_sender (CamIngestSink *sink)
{
  CamIngestWorker *self = (CamIngestWorker *) sink;
  CAM_ASSERT_ON (self->setup.loop);
  int socket = self->setup.has_srt_sender ? self->setup.srt_sender : -1;
  self->setup.has_srt_sender = false;
  return socket;
}

static bool
on_established (CamIngestSink *sink)
{
  CamIngestWorker *self = (CamIngestWorker *) sink;
  CAM_ASSERT_ON (self->setup.loop);
  self->was_accepted = true;
  if (self->phase == WORKER_ENDED || self->setup.events->established == NULL)
    return true;
  self->setup.events->established (self->setup.generation, self->setup.data);
  return false;
}

static void
on_leased (CamIngestSink *sink, const CamIngestLease *lease)
{
  CamIngestWorker *self = (CamIngestWorker *) sink;
  CAM_ASSERT_ON (self->setup.loop);
  if (self->phase != WORKER_ENDED && self->setup.events->leased != NULL)
    self->setup.events->leased (self->setup.generation, lease, self->setup.data);
}

static void
on_playing (CamIngestSink *sink)
{
  CamIngestWorker *self = (CamIngestWorker *) sink;
  CAM_ASSERT_ON (self->setup.loop);
  bool is_news = !self->has_played && self->phase != WORKER_ENDED;
  self->has_played = true;
  if (is_news && self->setup.events->playing != NULL)
    self->setup.events->playing (self->setup.generation, self->setup.data);
}

/* From now on nobody else pushes, and we push above what was there. */
static void
claim_hub (CamIngestWorker *self)
{
  cam_stream_hub_claim (self->setup.hub);
  self->has_claimed = true;
  int64_t edge_ns = cam_stream_hub_get_edge_ns (self->setup.hub);
  for (unsigned kind = 0; kind < CAM_N_TRACKS; kind++)
    self->last_dts_ns[kind] = edge_ns;
}

static int64_t
get_floor_ns (const CamIngestWorker *self)
{
  return MAX (self->last_dts_ns[CAM_TRACK_VIDEO], self->last_dts_ns[CAM_TRACK_AUDIO]);
}

static void
begin_holding (CamIngestWorker *self, CamStreamDescription *description)
{
  if (self->was_accepted)
    on_playing (&self->sink); /* packets may come before the answer to PLAY */
  claim_hub (self);
  cam_key_gate_init (&self->gate, description->tracks[CAM_TRACK_VIDEO] != NULL);
  self->description = cam_stream_description_ref (description);
  self->phase = WORKER_HOLDING;
  self->setup.events->live (self->setup.generation, description, self->setup.data);
}

static void
redescribe (CamIngestWorker *self, CamStreamDescription *description)
{
  if (!cam_stream_description_same_enough (self->description, description)) {
    end (self, CAM_REASON_END, "the camera changed what it sends", 0); /* the next worker brings it as another stream */
    return;
  }
  cam_stream_description_unref (self->description);
  self->description = cam_stream_description_ref (description);
  if (self->phase == WORKER_FLOWING)
    cam_stream_hub_refresh_description (self->setup.hub, description);
}

static int64_t
on_describe (CamIngestSink *sink, CamStreamDescription *description)
{
  CamIngestWorker *self = (CamIngestWorker *) sink;
  CAM_ASSERT_ON (self->setup.loop);
  switch (self->phase) {
  case WORKER_DIALLING:
    begin_holding (self, description);
    break;
  case WORKER_HOLDING:
  case WORKER_FLOWING:
  case WORKER_QUIET:
    redescribe (self, description);
    break;
  case WORKER_ENDED:
    break;
  }
  return get_floor_ns (self);
}

static void
on_quiet (CamIngestSink *sink)
{
  CamIngestWorker *self = (CamIngestWorker *) sink;
  CAM_ASSERT_ON (self->setup.loop);
  bool is_live = self->phase == WORKER_HOLDING || self->phase == WORKER_FLOWING;
  if (!is_live || self->setup.events->quiet == NULL)
    return;
  give_hub_back (self);
  cam_key_gate_shut (&self->gate);
  self->phase = WORKER_QUIET;
  self->setup.events->quiet (self->setup.generation, self->setup.data);
}

static int64_t
on_sounds (CamIngestSink *sink)
{
  CamIngestWorker *self = (CamIngestWorker *) sink;
  CAM_ASSERT_ON (self->setup.loop);
  if (self->phase != WORKER_QUIET)
    return 0;
  claim_hub (self);
  self->phase = WORKER_HOLDING;
  self->setup.events->sounds (self->setup.generation, self->setup.data);
  return get_floor_ns (self);
}

/* Takes over @unit. */
static void
hold (CamIngestWorker *self, CamAccessUnit unit)
{
  if (!cam_held_units_add (self->held, unit))
    cam_key_gate_shut (&self->gate); /* pictures refer to what is dropped */
}

static bool
refuse (CamIngestWorker *self, CamTrackKind track, CamDropCause cause, bool breaks_pictures)
{
  cam_ingest_tally_note_drop (&self->tally, cause);
  if (breaks_pictures && track == CAM_TRACK_VIDEO)
    cam_key_gate_shut (&self->gate);
  return false;
}

static bool
on_unit (CamIngestSink *sink,
         CamTrackKind track,
         const uint8_t *data,
         size_t size,
         bool is_key,
         bool is_damaged,
         int64_t pts_ns,
         int64_t dts_ns,
         int64_t arrived_us)
{
  CamIngestWorker *self = (CamIngestWorker *) sink;
  CAM_ASSERT_ON (self->setup.loop);
  if (self->phase != WORKER_HOLDING && self->phase != WORKER_FLOWING)
    return false;
  CamAccessUnit unit = {.track = track,
                        .is_key = is_key,
                        .is_damaged = is_damaged,
                        .pts_ns = pts_ns,
                        .dts_ns = dts_ns,
                        .arrived_us = arrived_us,
                        .number = self->numbers[track]++};
  if (is_damaged && track == CAM_TRACK_VIDEO)
    return refuse (self, track, CAM_DROP_DAMAGE, self->waits_for_key);
  /* Times must rise, whatever a source does: readers and the hub build on it. */
  if (size == 0 || size > CAM_LIMIT_UNIT_BYTES || dts_ns <= self->last_dts_ns[track] || pts_ns < dts_ns)
    return refuse (self, track, size > CAM_LIMIT_UNIT_BYTES ? CAM_DROP_SIZE : CAM_DROP_DAMAGE, true);
  if (!cam_key_gate_admit (&self->gate, &unit))
    return refuse (self, track, CAM_DROP_GATE, false);
  unit.payload = cam_payload_pool_take (self->pool, size);
  if (unit.payload == NULL)
    return refuse (self, track, CAM_DROP_MEMORY, true);
  memcpy (unit.payload->data, data, size);
  self->last_dts_ns[track] = dts_ns;
  if (self->phase == WORKER_HOLDING) {
    hold (self, unit);
    return true;
  }
  cam_stream_hub_push (self->setup.hub, &unit, 0);
  cam_access_unit_clear (&unit);
  return true;
}

static void
on_count (CamIngestSink *sink, const CamIngestTotals *totals)
{
  CamIngestWorker *self = (CamIngestWorker *) sink;
  cam_ingest_tally_note_totals (&self->tally, totals);
}

static void
on_metadata (CamIngestSink *sink, GBytes *json)
{
  CamIngestWorker *self = (CamIngestWorker *) sink;
  CAM_ASSERT_ON (self->setup.loop);
  if (self->phase != WORKER_ENDED)
    cam_stream_hub_set_metadata (self->setup.hub, json);
}

static void
on_gone (CamIngestSink *sink)
{
  CamIngestWorker *self = (CamIngestWorker *) sink;
  atomic_store (&self->is_gone, true);
}

static void
flow (gpointer data)
{
  CamIngestWorker *self = data;
  CAM_ASSERT_ON (self->setup.loop);
  if (self->phase != WORKER_HOLDING)
    return;
  self->phase = WORKER_FLOWING;
  /* What changed in band since live was said; no more than parameter sets. */
  cam_stream_hub_refresh_description (self->setup.hub, self->description);
  for (unsigned i = 0; i < cam_held_units_get_count (self->held); i++)
    cam_stream_hub_push (self->setup.hub, cam_held_units_get (self->held, i), 0);
  cam_held_units_drop (self->held);
}

void
cam_ingest_worker_go_on (CamIngestWorker *self)
{
  cam_loop_thread_post (self->setup.loop, flow, ref_worker (self), unref_worker);
}

static void
end_unstarted (gpointer data)
{
  CamIngestWorker *self = data;
  end (self, CAM_REASON_CONFIG, "the URL names nothing that can be dialled", 0);
}

static const CamIngestSink worker_sink = {
    .take_socket = on_take_socket,
    .take_srt_sender = on_take_srt_sender,
    .established = on_established,
    .leased = on_leased,
    .playing = on_playing,
    .describe = on_describe,
    .count = on_count,
    .unit = on_unit,
    .quiet = on_quiet,
    .sounds = on_sounds,
    .metadata = on_metadata,
    .refused_transport = on_refused_transport,
    .ended = on_ended,
    .gone = on_gone,
};

static void
start_source (CamIngestWorker *self, const CamIngestKind *kind)
{
  if (self->url->srt != NULL && self->url->srt->passphrase == NULL)
    self->url->srt->passphrase = cam_secret_ref (self->config->password);
  self->waits_for_key = cam_ingest_setup_waits_for_key (&self->setup, self->url);
  if (kind == NULL)
    kind = cam_ingest_setup_choose_kind (&self->setup, self->url);
  self->source = kind->start (&self->setup, self->config, self->url, &self->sink);
}

CamIngestWorker *
cam_ingest_worker_new_for_kind (const CamIngestSetup *setup, const CamIngestKind *kind)
{
  CamIngestWorker *self = g_new0 (CamIngestWorker, 1);
  self->sink = worker_sink;
  cam_ingest_tally_init (&self->tally);
  self->refs = 1;
  self->setup = *setup;
  self->setup.camera = cam_camera_config_ref (setup->camera);
  self->setup.hub = cam_stream_hub_ref (setup->hub);
  self->config = &setup->camera->streams[setup->stream];
  uint64_t wanted = self->config->max_bitrate / 8 * POOL_SECONDS;
  self->pool = cam_payload_pool_new (CLAMP (wanted, POOL_LEAST_BYTES, POOL_MOST_BYTES), cam_stream_hub_get_memory (setup->hub));
  self->held = cam_held_units_new ();
  self->url = self->config->url != NULL ? cam_camera_url_parse (self->config->url, NULL) : NULL;
  if (self->url != NULL)
    start_source (self, kind);
  else
    cam_loop_thread_post (self->setup.loop, end_unstarted, ref_worker (self), unref_worker);
  return self;
}

CamIngestWorker *
cam_ingest_worker_new (const CamIngestSetup *setup)
{
  return cam_ingest_worker_new_for_kind (setup, NULL);
}

void
cam_ingest_worker_talk (CamIngestWorker *self)
{
  if (self->source != NULL && self->source->kind->talk != NULL)
    self->source->kind->talk (self->source);
}

void
cam_ingest_worker_stop (CamIngestWorker *self, int64_t grace_us)
{
  cam_loop_thread_post (self->setup.loop, retire, ref_worker (self), unref_worker);
  if (self->source != NULL)
    self->source->kind->stop (self->source, grace_us);
  else
    on_gone (&self->sink);
}

bool
cam_ingest_worker_is_gone (CamIngestWorker *self)
{
  return atomic_load (&self->is_gone);
}

void
cam_ingest_worker_free (CamIngestWorker *self)
{
  if (self == NULL)
    return;
  g_assert (cam_ingest_worker_is_gone (self));
  if (self->source != NULL)
    self->source->kind->free (self->source);
  unref_worker (self);
}

CamIngestCounters
cam_ingest_worker_get_counters (const CamIngestWorker *self)
{
  return cam_ingest_tally_copy (&self->tally);
}
