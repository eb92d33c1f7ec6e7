/* The kind behind the camera transports that our own client does not speak: RTP over UDP, multicast, HTTP and TLS, by GStreamer's rtspsrc. It brings
 * the packets; they are read, timed and judged as those of our own client are. We connect first and hang up again: so an absent
 * camera has its reason, and a start slot is waited for before anything is said. */
#include <unistd.h>

#include "ingest/pipeline-source.h"
#include "ingest/read-budget.h"
#include "ingest/rtsp-tracks.h"
#include "ingest/rtspsrc-element.h"
#include "ingest/tcp-dialer.h"

#define MAILBOX_BYTES ((size_t) 4 * 1024 * 1024)
#define SET_UP_US (30 * G_USEC_PER_SEC) /* from the first word to PLAY: four answers of 10 s at most, none of them slow by habit */

typedef enum {
  RTSPSRC_DIALLING,
  RTSPSRC_WAITING,    /* somebody is there; nothing is said before we are told to */
  RTSPSRC_SETTING_UP,
  RTSPSRC_PLAYING
} RtspsrcPhase;

typedef struct {
  CamPipelineSource base;
  CamPacketMailbox *mailbox;  /* owned */
  CamRtspsrcElement *element; /* owned; made on S; NULL before */
  GInetAddress *peer;         /* ref; constant once S makes the element */

  /* On the loop from here on. */
  RtspsrcPhase phase;
  bool may_talk;
  CamTcpDialer *dialer;  /* owned; while dialling */
  CamLoopTimer *timer;   /* owned */
  CamRtspTracks *tracks; /* owned; while playing */
  CamReadBudget budget;
  uint64_t bytes;
  uint64_t dropped; /* over MaxBitrate= */
  int64_t set_up_due_us;
} RtspsrcSource;

/* News of the element, from GStreamer's threads. */

static void on_playing (gpointer data);
static void on_packets (gpointer data);

static void
note_failed (gpointer data, CamReason reason, const char *detail)
{
  cam_pipeline_source_fail (data, reason, detail);
}

static void
note_playing (gpointer data)
{
  cam_pipeline_source_post (data, on_playing);
}

static void
note_packets (gpointer data)
{
  cam_pipeline_source_post (data, on_packets);
}

static const CamRtspsrcEvents element_events = {.failed = note_failed, .playing = note_playing, .packets = note_packets};

static bool
build_rtspsrc (CamPipelineSource *base, CamReason *ret_reason, char **ret_detail)
{
  RtspsrcSource *self = (RtspsrcSource *) base;
  *ret_reason = CAM_REASON_UNSUPPORTED;
  if (base->url->scheme == CAM_SCHEME_RTSPS && !g_tls_backend_supports_tls (g_tls_backend_get_default ())) {
    *ret_detail = g_strdup ("GLib has no TLS: install the package glib-networking");
    return false;
  }
  self->element = cam_rtspsrc_element_new (&(CamRtspsrcSetup){.url = base->url,
                                                              .config = base->config,
                                                              .transport = cam_ingest_setup_get_transport (base->setup, base->url),
                                                              .wants_audio = base->setup->camera->audio_mode != CAM_AUDIO_NONE,
                                                              .peer = self->peer,
                                                              .mailbox = self->mailbox,
                                                              .events = &element_events,
                                                              .data = self},
                                           ret_detail);
  if (self->element == NULL)
    return false;
  base->pipeline = gst_object_ref (cam_rtspsrc_element_get_pipeline (self->element));
  return true;
}

static CamReason
judge (CamPipelineSource *base, GstMessage *message, char **ret_detail)
{
  return cam_rtspsrc_element_judge (((RtspsrcSource *) base)->element, message, ret_detail);
}

/* The stream. */

static void
arm_timer (RtspsrcSource *self)
{
  switch (self->phase) {
  case RTSPSRC_DIALLING: /* the dialer has a timer of its own */
  case RTSPSRC_WAITING:
    break;
  case RTSPSRC_SETTING_UP:
    cam_loop_timer_arm (self->timer, self->set_up_due_us);
    break;
  case RTSPSRC_PLAYING:
    cam_loop_timer_arm (self->timer, cam_rtsp_tracks_get_due_us (self->tracks));
    break;
  }
}

static void
on_playing (gpointer data)
{
  RtspsrcSource *self = data;
  CamPipelineSource *base = &self->base;
  CAM_ASSERT_ON (base->loop);
  if (base->is_over || self->tracks != NULL)
    return;
  const CamSdp *sdp = cam_rtspsrc_element_get_sdp (self->element);
  int64_t now_us = cam_loop_thread_now_us (base->loop);
  self->phase = RTSPSRC_PLAYING;
  self->tracks = cam_rtsp_tracks_new (base->sink, cam_stream_hub_get_memory (base->setup->hub), 0);
  for (unsigned kind = 0; kind < CAM_N_TRACKS; kind++) {
    CamRtspGrant grant = {.media = sdp->media[kind], .channels = {(uint8_t) (2 * kind), (uint8_t) (2 * kind + 1)}};
    if (!cam_rtspsrc_element_has_media (self->element, (CamTrackKind) kind))
      continue;
    if (!cam_rtsp_tracks_add (self->tracks, (CamTrackKind) kind, &grant)) {
      cam_pipeline_source_fail (base, CAM_REASON_UNSUPPORTED, cam_codec_name (grant.media->track->codec));
      return;
    }
  }
  g_autoptr (CamStreamDescription) known = cam_stream_hub_ref_description (base->setup->hub);
  if (known == NULL)
    cam_rtsp_tracks_hasten (self->tracks);
  cam_read_budget_init (&self->budget, base->config->max_bitrate, now_us);
  cam_rtsp_tracks_begin (self->tracks, base->config->stall_timeout, base->config->frozen_timeout, now_us);
  arm_timer (self);
}

/* Nothing makes a camera that sends datagrams wait: what is over MaxBitrate= is lost, as on a link that is too thin. */
static void
take_packet (RtspsrcSource *self, uint8_t channel, const uint8_t *data, size_t size, int64_t now_us)
{
  self->bytes += size;
  if (cam_read_budget_get (&self->budget, size, now_us) < size) {
    self->dropped++;
    return;
  }
  cam_read_budget_spend (&self->budget, size);
  cam_rtsp_tracks_take (self->tracks, channel, data, size, now_us);
}

static void
on_packets (gpointer data)
{
  RtspsrcSource *self = data;
  CamPipelineSource *base = &self->base;
  CAM_ASSERT_ON (base->loop);
  cam_packet_mailbox_collect (self->mailbox);
  if (base->is_over || self->tracks == NULL)
    return;
  uint8_t channel = 0;
  const uint8_t *packet = NULL;
  size_t size = 0;
  int64_t now_us = cam_loop_thread_now_us (base->loop);
  while (!base->is_over && cam_packet_mailbox_take (self->mailbox, &channel, &packet, &size))
    take_packet (self, channel, packet, size, now_us);
  uint64_t useless = self->dropped + cam_rtspsrc_element_get_strange (self->element) + cam_rtspsrc_element_get_dropped (self->element);
  base->sink->count (base->sink, &(CamIngestTotals){
                                     .bytes = self->bytes,
                                     .packets_lost = cam_rtsp_tracks_get_lost (self->tracks),
                                     .malformed = cam_rtsp_tracks_get_malformed (self->tracks) + useless,
                                     .drift_ppm = cam_rtsp_tracks_get_drift_ppm (self->tracks),
                                 });
  arm_timer (self);
}

static void
on_timer (gpointer data)
{
  RtspsrcSource *self = data;
  CamPipelineSource *base = &self->base;
  CAM_ASSERT_ON (base->loop);
  int64_t now_us = cam_loop_thread_now_us (base->loop);
  if (base->is_over)
    return;
  if (self->phase == RTSPSRC_SETTING_UP && now_us >= self->set_up_due_us) {
    cam_pipeline_source_fail (base, CAM_REASON_TIMEOUT, "the stream was not set up within 30 s");
    return;
  }
  g_autofree char *detail = NULL;
  CamReason reason = self->tracks != NULL ? cam_rtsp_tracks_check (self->tracks, now_us, &detail) : CAM_REASON_NONE;
  if (reason != CAM_REASON_NONE)
    cam_pipeline_source_fail (base, reason, detail);
  else
    arm_timer (self);
}

/* The dial. */

static void
begin_talk (RtspsrcSource *self)
{
  self->phase = RTSPSRC_SETTING_UP;
  self->set_up_due_us = cam_loop_thread_now_us (self->base.loop) + SET_UP_US;
  arm_timer (self);
  cam_pipeline_source_play (&self->base);
}

static void
note_peer (RtspsrcSource *self, int fd)
{
  g_autoptr (GSocket) socket = g_socket_new_from_fd (fd, NULL); /* closes it, too */
  if (socket == NULL) {
    close (fd);
    return;
  }
  g_autoptr (GSocketAddress) address = g_socket_get_remote_address (socket, NULL);
  if (G_IS_INET_SOCKET_ADDRESS (address))
    self->peer = g_object_ref (g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (address)));
}

static void
on_dialled (int fd, CamReason reason, const char *detail, gpointer data)
{
  RtspsrcSource *self = data;
  CamIngestSink *sink = self->base.sink;
  g_clear_pointer (&self->dialer, cam_tcp_dialer_free);
  if (fd < 0) {
    cam_pipeline_source_fail (&self->base, reason, detail);
    return;
  }
  note_peer (self, fd);
  self->phase = RTSPSRC_WAITING;
  if (!self->may_talk)
    self->may_talk = sink->established (sink);
  if (self->may_talk)
    begin_talk (self);
}

static void
begin (gpointer data)
{
  RtspsrcSource *self = data;
  CamPipelineSource *base = &self->base;
  CAM_ASSERT_ON (base->loop);
  int fd = base->sink->take_socket (base->sink);
  self->timer = cam_loop_timer_new (base->loop, on_timer, self);
  if (fd >= 0)
    on_dialled (fd, CAM_REASON_NONE, NULL, self);
  else
    self->dialer = cam_tcp_dialer_new (base->loop, base->setup->resolver, base->url->host, base->url->port, on_dialled, self);
}

static void
obey_talk (gpointer data)
{
  RtspsrcSource *self = data;
  CAM_ASSERT_ON (self->base.loop);
  self->may_talk = true;
  if (!self->base.is_over && self->phase == RTSPSRC_WAITING)
    begin_talk (self);
}

static void
talk_rtspsrc (CamIngestSource *source)
{
  cam_pipeline_source_post ((CamPipelineSource *) source, obey_talk);
}

static void
on_closed (CamPipelineSource *base)
{
  RtspsrcSource *self = (RtspsrcSource *) base;
  g_clear_pointer (&self->dialer, cam_tcp_dialer_free);
  g_clear_pointer (&self->timer, cam_loop_timer_free);
  g_clear_pointer (&self->tracks, cam_rtsp_tracks_free);
  g_clear_pointer (&self->element, cam_rtspsrc_element_free);
  g_clear_pointer (&self->mailbox, cam_packet_mailbox_free);
  g_clear_object (&self->peer);
}

static const CamPipelineShape shape = {.build = build_rtspsrc, .is_told_to_play = true, .judge = judge, .closed = on_closed};

static CamIngestSource *
start_rtspsrc (const CamIngestSetup *setup, const CamStreamConfig *config, const CamCameraUrl *url, CamIngestSink *sink)
{
  RtspsrcSource *self =
      (RtspsrcSource *) cam_pipeline_source_start (&cam_rtspsrc_kind, &shape, sizeof (RtspsrcSource), setup, config, url, sink);
  self->mailbox = cam_packet_mailbox_new (MAILBOX_BYTES);
  cam_pipeline_source_post (&self->base, begin);
  return &self->base.base;
}

const CamIngestKind cam_rtspsrc_kind = {
    .name = "rtspsrc",
    .start = start_rtspsrc,
    .talk = talk_rtspsrc,
    .stop = cam_pipeline_source_stop,
    .free = cam_pipeline_source_free,
};
