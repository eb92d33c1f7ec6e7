/* The kind behind srt: URLs: calls the peer, or takes over a sender that has come by itself, and hands what comes to srt-media. No thread a
 * camera: the poller's serves all. A sender that was killed says nothing, and libsrt waits 5 s for it, while its successor may be there
 * after one. So as long as a peer that we called is silent it is called a second time; whichever connection speaks first is the one. */
#include "ingest/ingest-source.h"
#include "ingest/srt-link.h"
#include "ingest/srt-media.h"

#define RECALL_US (G_USEC_PER_SEC / 4)      /* from a second call that failed to the next */
#define PRECEDENCE_US (G_USEC_PER_SEC / 10) /* of the first connection, when the second speaks: both may be the same sender's */

typedef struct SrtSource SrtSource;

typedef struct {
  SrtSource *source; /* borrowed */
  CamSrtLink *link;  /* owned; NULL: closed, or not begun */
  bool is_open;
} Line;

struct SrtSource {
  CamIngestSource base;
  int refs;                      /* atomic: the worker's, and one for each post */
  CamIngestSink *sink;           /* borrowed */
  const CamIngestSetup *setup;   /* borrowed */
  const CamStreamConfig *config; /* borrowed */
  const CamCameraUrl *url;       /* borrowed */
  CamLoopThread *loop;           /* borrowed */

  /* On the loop from here on. */
  Line lines[2];
  Line *line;           /* of lines; what media comes from */
  Line *rival;          /* of lines; the other */
  int64_t rival_due_us; /* when it is called, or, if it is open, when it takes over; INT64_MAX: neither */
  CamSrtMedia *media;   /* owned; NULL: not connected */
  CamLoopTimer *timer;  /* owned; while connected */
  uint64_t lost_before; /* on lines that are closed */
  bool is_ours;         /* we called */
  bool was_stopped;
  bool has_gone;
};

static const CamSrtLinkEvents link_events;

static void
unref_source (gpointer data)
{
  SrtSource *self = data;
  if (g_atomic_int_dec_and_test (&self->refs))
    g_free (self);
}

static SrtSource *
ref_source (SrtSource *self)
{
  g_atomic_int_inc (&self->refs);
  return self;
}

static void
say_gone (gpointer data)
{
  SrtSource *self = data;
  self->sink->gone (self->sink);
}

static void
hang_up (Line *line)
{
  const CamIngestSetup *setup = line->source->setup;
  if (line->link != NULL)
    cam_srt_link_log (line->link, &(CamLogFields){.camera = setup->camera->name, .stream = cam_stream_name (setup->stream)});
  g_clear_pointer (&line->link, cam_srt_link_free);
  line->is_open = false;
}

/* Whoever called us may still be using us: gone is posted, with a reference. */
static void
close_source (SrtSource *self)
{
  g_clear_pointer (&self->timer, cam_loop_timer_free);
  g_clear_pointer (&self->media, cam_srt_media_free);
  hang_up (self->line);
  hang_up (self->rival);
  if (!self->was_stopped || self->has_gone)
    return;
  self->has_gone = true;
  cam_loop_thread_post (self->loop, say_gone, ref_source (self), unref_source);
}

static void
count (SrtSource *self)
{
  const CamSrtMediaCounters counters = cam_srt_media_get_counters (self->media);
  const uint64_t lost = self->lost_before + cam_srt_link_get_lost (self->line->link);
  CamSrtStatistics statistics;
  const bool has_srt = cam_srt_link_get_statistics (self->line->link, &statistics);
  self->sink->count (self->sink, &(CamIngestTotals){
                                     .bytes = counters.bytes,
                                     .packets_lost = counters.lost + lost,
                                     .malformed = counters.malformed,
                                     .drift_ppm = counters.drift_ppm,
                                     .srt = has_srt ? &statistics : NULL,
                                 });
}

static void
give_up (SrtSource *self, CamReason reason, const char *detail)
{
  if (self->media != NULL)
    count (self);
  close_source (self);
  self->sink->ended (self->sink, reason, detail, 0);
}

static void
take_all (SrtSource *self)
{
  const uint8_t *message = NULL;
  size_t size = 0;
  const int64_t now_us = cam_loop_thread_now_us (self->loop);
  while (cam_srt_link_take (self->line->link, &message, &size))
    cam_srt_media_take (self->media, message, size, now_us);
  count (self);
}

static void
call (Line *line)
{
  const SrtSource *self = line->source;
  const CamSrtLinkSetup setup = {.poller = self->setup->srt, .loop = self->loop, .events = &link_events, .data = line};
  line->link = cam_srt_link_new_dial (&setup, self->setup->resolver, self->url->srt, self->url->host, self->url->port);
}

/* The sender goes on on its newer connection. */
static void
let_rival_take_over (SrtSource *self)
{
  Line *old = self->line;
  self->lost_before += cam_srt_link_get_lost (old->link);
  hang_up (old);
  self->line = self->rival;
  self->rival = old;
  self->rival_due_us = INT64_MAX;
  cam_srt_media_renew (self->media, cam_loop_thread_now_us (self->loop));
  take_all (self);
}

/* Who calls by himself comes again by himself. */
static void
mind_rival (SrtSource *self, int64_t now_us)
{
  if (!cam_srt_media_is_quiet (self->media)) {
    hang_up (self->rival);
    self->rival_due_us = INT64_MAX;
  } else if (self->is_ours && self->rival->link == NULL && self->rival_due_us == INT64_MAX) {
    self->rival_due_us = now_us;
  }
  if (now_us < self->rival_due_us)
    return;
  self->rival_due_us = INT64_MAX;
  if (self->rival->is_open)
    let_rival_take_over (self);
  else
    call (self->rival);
}

/* After whatever has happened. */
static void
look (SrtSource *self)
{
  g_autofree char *detail = NULL;
  const int64_t now_us = cam_loop_thread_now_us (self->loop);
  CamReason reason = cam_srt_media_check (self->media, now_us, &detail);
  if (reason != CAM_REASON_NONE) {
    give_up (self, reason, detail);
    return;
  }
  mind_rival (self, now_us);
  cam_loop_timer_arm (self->timer, MIN (cam_srt_media_get_due_us (self->media), self->rival_due_us));
}

static void
on_timer (gpointer data)
{
  SrtSource *self = data;
  CAM_ASSERT_ON (self->loop);
  look (self);
}

/* An SRT handshake is a few packets: there is no dialogue that would have to wait for leave. */
static void
begin_media (SrtSource *self)
{
  const int64_t now_us = cam_loop_thread_now_us (self->loop);
  self->media = cam_srt_media_new (self->setup, self->config, self->url->srt, self->sink, now_us);
  self->timer = cam_loop_timer_new (self->loop, on_timer, self);
  self->sink->established (self->sink);
  self->sink->playing (self->sink);
  look (self);
}

static void
on_connected (gpointer data)
{
  Line *line = data;
  line->is_open = true;
  if (line == line->source->line)
    begin_media (line->source);
}

static void
on_readable (gpointer data)
{
  const Line *line = data;
  SrtSource *self = line->source;
  if (line == self->line)
    take_all (self);
  else if (self->rival_due_us == INT64_MAX)
    self->rival_due_us = cam_loop_thread_now_us (self->loop) + PRECEDENCE_US;
  look (self);
}

static void
on_ended (CamReason reason, const char *detail, gpointer data)
{
  Line *line = data;
  SrtSource *self = line->source;
  if (line == self->rival) {
    hang_up (line);
    self->rival_due_us = cam_loop_thread_now_us (self->loop) + RECALL_US;
    look (self);
    return;
  }
  if (self->media != NULL)
    take_all (self);
  if (!self->rival->is_open || !cam_srt_media_is_quiet (self->media)) {
    give_up (self, reason, detail);
    return;
  }
  let_rival_take_over (self);
  look (self);
}

static const CamSrtLinkEvents link_events = {.connected = on_connected, .readable = on_readable, .ended = on_ended};

static void
begin (gpointer data)
{
  SrtSource *self = data;
  CAM_ASSERT_ON (self->loop);
  if (self->was_stopped)
    return;
  const int sender = self->sink->take_srt_sender (self->sink);
  if (sender >= 0) {
    const CamSrtLinkSetup setup = {.poller = self->setup->srt, .loop = self->loop, .events = &link_events, .data = self->line};
    self->line->link = cam_srt_link_new_adopted (&setup, sender);
    on_connected (self->line);
    return;
  }
  switch (self->url->srt->mode) {
  case CAM_SRT_CALLER:
  case CAM_SRT_RENDEZVOUS:
    break;
  case CAM_SRT_LISTENER:
  case CAM_SRT_PUBLISHED:
    give_up (self, CAM_REASON_CONFIG, "its sender comes by itself, and none has come");
    return;
  }
  self->is_ours = self->setup->srt != NULL;
  if (self->is_ours)
    call (self->line);
  else
    give_up (self, CAM_REASON_INTERNAL, "there is no SRT here");
}

static CamIngestSource *
start_source (const CamIngestSetup *setup, const CamStreamConfig *config, const CamCameraUrl *url, CamIngestSink *sink)
{
  SrtSource *self = g_new0 (SrtSource, 1);
  self->base.kind = &cam_srt_kind;
  self->refs = 1;
  self->sink = sink;
  self->setup = setup;
  self->config = config;
  self->url = url;
  self->loop = setup->loop;
  self->lines[0].source = self->lines[1].source = self;
  self->line = &self->lines[0];
  self->rival = &self->lines[1];
  self->rival_due_us = INT64_MAX;
  cam_loop_thread_post (self->loop, begin, ref_source (self), unref_source);
  return &self->base;
}

static void
obey_stop (gpointer data)
{
  SrtSource *self = data;
  CAM_ASSERT_ON (self->loop);
  self->was_stopped = true;
  close_source (self);
}

/* The peer sees the connection end: there is no leave to take, so no grace. */
static void
stop_source (CamIngestSource *source, int64_t grace_us G_GNUC_UNUSED)
{
  SrtSource *self = (SrtSource *) source;
  cam_loop_thread_post (self->loop, obey_stop, ref_source (self), unref_source);
}

static void
free_source (CamIngestSource *source)
{
  unref_source (source);
}

const CamIngestKind cam_srt_kind = {
    .name = "srt",
    .start = start_source,
    .stop = stop_source,
    .free = free_source,
};
