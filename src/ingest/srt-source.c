/* The kind behind srt: URLs: calls the peer, or takes over a sender that has come by itself, and hands what comes to srt-media. No thread a
 * camera: the poller's serves all. */
#include "ingest/ingest-source.h"
#include "ingest/srt-link.h"
#include "ingest/srt-media.h"

typedef struct {
  CamIngestSource base;
  int refs;                      /* atomic: the worker's, and one for each post */
  CamIngestSink *sink;           /* borrowed */
  const CamIngestSetup *setup;   /* borrowed */
  const CamStreamConfig *config; /* borrowed */
  const CamCameraUrl *url;       /* borrowed */
  CamLoopThread *loop;           /* borrowed */

  /* On the loop from here on. */
  CamSrtLink *link;    /* owned; NULL: closed, or not begun */
  CamSrtMedia *media;  /* owned; NULL: not connected */
  CamLoopTimer *timer; /* owned; while connected */
  bool was_stopped;
  bool has_gone;
} SrtSource;

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

/* Whoever called us may still be using us: gone is posted, with a reference. */
static void
close_source (SrtSource *self)
{
  g_clear_pointer (&self->timer, cam_loop_timer_free);
  g_clear_pointer (&self->media, cam_srt_media_free);
  g_clear_pointer (&self->link, cam_srt_link_free);
  if (!self->was_stopped || self->has_gone)
    return;
  self->has_gone = true;
  cam_loop_thread_post (self->loop, say_gone, ref_source (self), unref_source);
}

static void
count (SrtSource *self)
{
  const CamSrtMediaCounters counters = cam_srt_media_get_counters (self->media);
  self->sink->count (self->sink, counters.bytes, counters.lost + cam_srt_link_get_lost (self->link), counters.malformed);
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
look (SrtSource *self)
{
  g_autofree char *detail = NULL;
  CamReason reason = cam_srt_media_check (self->media, cam_loop_thread_now_us (self->loop), &detail);
  if (reason != CAM_REASON_NONE)
    give_up (self, reason, detail);
  else
    cam_loop_timer_arm (self->timer, cam_srt_media_get_due_us (self->media));
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
on_connected (gpointer data)
{
  SrtSource *self = data;
  const int64_t now_us = cam_loop_thread_now_us (self->loop);
  self->media = cam_srt_media_new (self->setup, self->config, self->url->srt, self->sink, now_us);
  self->timer = cam_loop_timer_new (self->loop, on_timer, self);
  self->sink->established (self->sink);
  self->sink->playing (self->sink);
  look (self);
}

static void
take_all (SrtSource *self)
{
  const uint8_t *message = NULL;
  size_t size = 0;
  const int64_t now_us = cam_loop_thread_now_us (self->loop);
  while (cam_srt_link_take (self->link, &message, &size))
    cam_srt_media_take (self->media, message, size, now_us);
  count (self);
}

static void
on_readable (gpointer data)
{
  SrtSource *self = data;
  take_all (self);
  look (self);
}

static void
on_ended (CamReason reason, const char *detail, gpointer data)
{
  SrtSource *self = data;
  if (self->media != NULL)
    take_all (self);
  give_up (self, reason, detail);
}

static const CamSrtLinkEvents link_events = {.connected = on_connected, .readable = on_readable, .ended = on_ended};

static void
begin (gpointer data)
{
  SrtSource *self = data;
  CAM_ASSERT_ON (self->loop);
  if (self->was_stopped)
    return;
  const CamSrtLinkSetup setup = {.poller = self->setup->srt, .loop = self->loop, .events = &link_events, .data = self};
  const int sender = self->sink->take_srt_sender (self->sink);
  if (sender >= 0) {
    self->link = cam_srt_link_new_adopted (&setup, sender);
    on_connected (self);
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
  if (setup.poller != NULL)
    self->link = cam_srt_link_new_dial (&setup, self->setup->resolver, self->url->srt, self->url->host, self->url->port);
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
