/* A loop, a camera and a sink that remembers what a source kind says to it; every wait has a deadline.
 * Thread: the test's, but for the sink's functions. Owner: the test. */
#pragma once

#include <stdbool.h>

#include "config/config-store.h"
#include "ingest/ingest-source.h"

#define DEADLINE_US (20 * G_USEC_PER_SEC)

typedef struct {
  CamTrackKind track;
  bool is_key;
  bool is_damaged;
  int64_t pts_ns;
  int64_t dts_ns;
  int64_t arrived_us;
  GBytes *data; /* owned */
} TakenUnit;

typedef struct {
  CamIngestSink sink; /* first */
  GMutex lock;
  GCond changed;
  GPtrArray *descriptions; /* of CamStreamDescription, ref */
  GArray *units;           /* of TakenUnit, owned */
  unsigned units_of[CAM_N_TRACKS];
  bool has_socket; /* for the source to take */
  int socket;
  bool has_sender; /* likewise, of SRT */
  int sender;
  unsigned quiets;
  unsigned sounds;
  uint64_t bytes; /* as counted last */
  uint64_t lost;
  bool waits_to_talk; /* what established answers */
  bool is_established;
  bool is_playing;
  char *lease; /* owned; "url session" */
  bool is_transport_refused;
  bool has_ended;
  CamReason reason;
  char *detail; /* owned */
  int64_t retry_after_us;
  bool is_gone;
  CamLoopThread *loop;     /* owned */
  CamResolver *resolver;   /* owned */
  CamStreamHub *hub;       /* ref */
  CamCameraConfig *camera; /* ref */
  CamCameraUrl *url;       /* owned */
  CamIngestSetup setup;
  CamIngestSource *source; /* owned */
} SourceFixture;

/* Waits under @fixture's lock until @condition holds; fails at the deadline. */
#define AWAIT(fixture, condition)                                                                                                          \
  G_STMT_START                                                                                                                             \
  {                                                                                                                                        \
    int64_t await_deadline_us = g_get_monotonic_time () + DEADLINE_US;                                                                     \
    g_mutex_lock (&(fixture)->lock);                                                                                                       \
    bool await_in_time = true;                                                                                                             \
    while (!(condition) && await_in_time)                                                                                                  \
      await_in_time = g_cond_wait_until (&(fixture)->changed, &(fixture)->lock, await_deadline_us);                                        \
    g_assert_true (condition);                                                                                                             \
    g_mutex_unlock (&(fixture)->lock);                                                                                                     \
  }                                                                                                                                        \
  G_STMT_END

static inline void
clear_taken (gpointer unit)
{
  g_bytes_unref (((TakenUnit *) unit)->data);
}

static inline int
take_socket (CamIngestSink *sink)
{
  SourceFixture *self = (SourceFixture *) sink;
  CAM_ASSERT_ON (self->loop);
  int fd = self->has_socket ? self->socket : -1;
  self->has_socket = false;
  return fd;
}

static inline int
take_sender (CamIngestSink *sink)
{
  SourceFixture *self = (SourceFixture *) sink;
  CAM_ASSERT_ON (self->loop);
  int sender = self->has_sender ? self->sender : -1;
  self->has_sender = false;
  return sender;
}

static inline void
take_quiet (CamIngestSink *sink)
{
  SourceFixture *self = (SourceFixture *) sink;
  CAM_ASSERT_ON (self->loop);
  g_mutex_lock (&self->lock);
  g_assert_cmpuint (self->descriptions->len, >, 0);
  g_assert_cmpuint (self->quiets++, ==, self->sounds);
  g_cond_signal (&self->changed);
  g_mutex_unlock (&self->lock);
}

static inline int64_t
take_sounds (CamIngestSink *sink)
{
  SourceFixture *self = (SourceFixture *) sink;
  CAM_ASSERT_ON (self->loop);
  g_mutex_lock (&self->lock);
  g_assert_cmpuint (++self->sounds, ==, self->quiets);
  g_cond_signal (&self->changed);
  g_mutex_unlock (&self->lock);
  return 0;
}

static inline bool
take_connection (CamIngestSink *sink)
{
  SourceFixture *self = (SourceFixture *) sink;
  CAM_ASSERT_ON (self->loop);
  g_mutex_lock (&self->lock);
  g_assert_false (self->is_established);
  self->is_established = true;
  g_cond_signal (&self->changed);
  g_mutex_unlock (&self->lock);
  return !self->waits_to_talk;
}

static inline void
take_lease (CamIngestSink *sink, const CamIngestLease *lease)
{
  SourceFixture *self = (SourceFixture *) sink;
  CAM_ASSERT_ON (self->loop);
  g_mutex_lock (&self->lock);
  g_assert_true (self->is_established);
  g_assert_null (self->lease);
  self->lease = g_strdup_printf ("%s %s", lease->url, lease->session);
  g_cond_signal (&self->changed);
  g_mutex_unlock (&self->lock);
}

static inline void
take_playing (CamIngestSink *sink)
{
  SourceFixture *self = (SourceFixture *) sink;
  CAM_ASSERT_ON (self->loop);
  g_mutex_lock (&self->lock);
  g_assert_true (self->lease != NULL || self->url->srt != NULL);
  self->is_playing = true;
  g_cond_signal (&self->changed);
  g_mutex_unlock (&self->lock);
}

static inline int64_t
take_description (CamIngestSink *sink, CamStreamDescription *description)
{
  SourceFixture *self = (SourceFixture *) sink;
  CAM_ASSERT_ON (self->loop);
  g_mutex_lock (&self->lock);
  g_ptr_array_add (self->descriptions, cam_stream_description_ref (description));
  g_cond_signal (&self->changed);
  g_mutex_unlock (&self->lock);
  return 0;
}

static inline bool
take_unit (CamIngestSink *sink,
           CamTrackKind track,
           const uint8_t *data,
           size_t size,
           bool is_key,
           bool is_damaged,
           int64_t pts_ns,
           int64_t dts_ns,
           int64_t arrived_us)
{
  SourceFixture *self = (SourceFixture *) sink;
  CAM_ASSERT_ON (self->loop);
  g_mutex_lock (&self->lock);
  TakenUnit unit = {track, is_key, is_damaged, pts_ns, dts_ns, arrived_us, g_bytes_new (data, size)};
  g_assert_cmpuint (self->descriptions->len, >, 0);
  g_assert_false (self->has_ended);
  g_assert_cmpuint (self->quiets, ==, self->sounds);
  g_array_append_val (self->units, unit);
  self->units_of[track]++;
  g_cond_signal (&self->changed);
  g_mutex_unlock (&self->lock);
  return true;
}

static inline void
take_count (CamIngestSink *sink, const CamIngestTotals *totals)
{
  SourceFixture *self = (SourceFixture *) sink;
  CAM_ASSERT_ON (self->loop);
  g_mutex_lock (&self->lock);
  self->bytes = totals->bytes;
  self->lost = totals->packets_lost;
  g_cond_signal (&self->changed);
  g_mutex_unlock (&self->lock);
}

static inline void
take_refusal (CamIngestSink *sink)
{
  SourceFixture *self = (SourceFixture *) sink;
  CAM_ASSERT_ON (self->loop);
  g_assert_false (self->has_ended);
  self->is_transport_refused = true; /* read after the end, which is told under the lock */
}

static inline void
take_end (CamIngestSink *sink, CamReason reason, const char *detail, int64_t retry_after_us)
{
  SourceFixture *self = (SourceFixture *) sink;
  CAM_ASSERT_ON (self->loop);
  g_mutex_lock (&self->lock);
  g_assert_false (self->has_ended);
  self->has_ended = true;
  self->reason = reason;
  self->detail = g_strdup (detail);
  self->retry_after_us = retry_after_us;
  g_cond_signal (&self->changed);
  g_mutex_unlock (&self->lock);
}

static inline void
take_gone (CamIngestSink *sink)
{
  SourceFixture *self = (SourceFixture *) sink;
  g_mutex_lock (&self->lock);
  g_assert_false (self->is_gone);
  self->is_gone = true;
  g_cond_signal (&self->changed);
  g_mutex_unlock (&self->lock);
}

static inline void
set_up_source (SourceFixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  self->sink = (CamIngestSink){.take_socket = take_socket,
                               .take_srt_sender = take_sender,
                               .quiet = take_quiet,
                               .sounds = take_sounds,
                               .established = take_connection,
                               .leased = take_lease,
                               .playing = take_playing,
                               .describe = take_description,
                               .count = take_count,
                               .unit = take_unit,
                               .refused_transport = take_refusal,
                               .ended = take_end,
                               .gone = take_gone};
  g_mutex_init (&self->lock);
  g_cond_init (&self->changed);
  self->descriptions = g_ptr_array_new_with_free_func ((GDestroyNotify) cam_stream_description_unref);
  self->units = g_array_new (FALSE, FALSE, sizeof (TakenUnit));
  g_array_set_clear_func (self->units, clear_taken);
  self->loop = cam_loop_thread_new ("test-loop", &error);
  g_assert_no_error (error);
  self->resolver = cam_resolver_new ();
  self->hub = cam_stream_hub_new ("cam", "main");
  self->camera = cam_camera_config_new ("cam");
  self->setup = (CamIngestSetup){.camera = self->camera, .generation = 1, .loop = self->loop, .resolver = self->resolver, .hub = self->hub};
}

/* Starts @kind; changes to the camera's configuration come before. */
static inline void
start_source (SourceFixture *self, const CamIngestKind *kind, const char *url)
{
  g_autoptr (GError) error = NULL;
  self->url = cam_camera_url_parse (url, &error);
  g_assert_no_error (error);
  self->source = kind->start (&self->setup, &self->camera->streams[CAM_STREAM_MAIN], self->url, &self->sink);
}

/* Twice is allowed, so it is done. */
static inline void
stop_source (SourceFixture *self)
{
  self->source->kind->stop (self->source, G_USEC_PER_SEC);
  self->source->kind->stop (self->source, G_USEC_PER_SEC);
  AWAIT (self, self->is_gone);
  self->source->kind->free (self->source);
  self->source = NULL;
}

static inline void
tear_down_source (SourceFixture *self, gconstpointer data)
{
  if (self->source != NULL)
    stop_source (self);
  cam_loop_thread_quit (self->loop);
  g_assert_true (cam_loop_thread_join (self->loop, DEADLINE_US));
  cam_resolver_free (self->resolver);
  cam_stream_hub_unref (self->hub);
  cam_camera_config_unref (self->camera);
  cam_camera_url_free (self->url);
  g_ptr_array_unref (self->descriptions);
  g_array_unref (self->units);
  g_free (self->detail);
  g_free (self->lease);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->changed);
}

/* Times rise strictly in decoding order, and no picture is shown before it is decoded; call it once the source is stopped. */
static inline void
assert_times_rise (const SourceFixture *self)
{
  int64_t last_ns[CAM_N_TRACKS] = {0, 0};
  for (guint i = 0; i < self->units->len; i++) {
    const TakenUnit *unit = &g_array_index (self->units, TakenUnit, i);
    g_assert_cmpint (unit->dts_ns, >, last_ns[unit->track]);
    g_assert_cmpint (unit->pts_ns, >=, unit->dts_ns);
    last_ns[unit->track] = unit->dts_ns;
  }
}
