/* Our own RTSP/TCP client: dials, and carries what the dialogue, the link and the tracks say to each other and to the worker. No thread a
 * camera. */
#include <unistd.h>

#include "core/log.h"
#include "ingest/camera-dialogue.h"
#include "ingest/client-nonce.h"
#include "ingest/ingest-source.h"
#include "ingest/rtsp-link.h"
#include "ingest/rtsp-tracks.h"
#include "ingest/tcp-dialer.h"
#include "wire/rtsp-transcript.h"

#define FAREWELL_US (3 * G_USEC_PER_SEC) /* how long a camera that we gave up may take to answer TEARDOWN */

typedef enum {
  CLIENT_DIALLING,
  CLIENT_WAITING, /* connected; nothing is said before we are told to */
  CLIENT_TALKING,
  CLIENT_LEAVING, /* TEARDOWN is on its way, media is thrown away */
  CLIENT_CLOSED
} ClientState;

typedef struct {
  CamIngestSource base;
  int refs;                      /* atomic: the worker's, and one for each post */
  CamIngestSink *sink;           /* borrowed */
  const CamIngestSetup *setup;   /* borrowed */
  const CamStreamConfig *config; /* borrowed */
  const CamCameraUrl *url;       /* borrowed */
  CamLoopThread *loop;           /* borrowed */

  /* On the loop from here on. */
  ClientState state;
  CamCameraDialogue *dialogue; /* owned */
  CamTcpDialer *dialer;        /* owned; while dialling */
  CamRtspLink *link;           /* owned; while waiting, talking or leaving */
  CamRtspTracks *tracks;       /* owned; NULL before PLAY */
  CamLoopTimer *timer;         /* owned */
  CamRtspTranscript transcript; /* of all connections of this dial */
  int64_t farewell_us;         /* while leaving: when to stop waiting for the answer */
  bool may_talk;
  bool has_lease;
  bool has_ended;
  bool was_stopped;
  bool has_gone;
} RtspClient;

static void dial (RtspClient *self);
static void apply (RtspClient *self, CamDialogueAct act, GBytes *output);

static void
unref_client (gpointer data)
{
  RtspClient *self = data;
  if (g_atomic_int_dec_and_test (&self->refs))
    g_free (self);
}

static RtspClient *
ref_client (RtspClient *self)
{
  g_atomic_int_inc (&self->refs);
  return self;
}

static void
say_gone (gpointer data)
{
  RtspClient *self = data;
  self->sink->gone (self->sink);
}

static void
drop_connection (RtspClient *self)
{
  g_clear_pointer (&self->dialer, cam_tcp_dialer_free);
  g_clear_pointer (&self->link, cam_rtsp_link_close);
}

/* Nothing is open any more. Whoever called us may still be using us: gone is posted, with a reference. */
static void
close_client (RtspClient *self)
{
  if (self->state != CLIENT_CLOSED) {
    drop_connection (self);
    g_clear_pointer (&self->timer, cam_loop_timer_free);
    g_clear_pointer (&self->tracks, cam_rtsp_tracks_free);
    g_clear_pointer (&self->dialogue, cam_camera_dialogue_free);
    self->state = CLIENT_CLOSED;
  }
  if (!self->was_stopped || self->has_gone)
    return;
  self->has_gone = true;
  cam_loop_thread_post (self->loop, say_gone, ref_client (self), unref_client);
}

static void
say_ended (RtspClient *self, CamReason reason, const char *detail)
{
  if (self->has_ended || self->was_stopped)
    return;
  self->has_ended = true;
  if (self->dialogue != NULL && cam_camera_dialogue_is_transport_refused (self->dialogue))
    self->sink->refused_transport (self->sink);
  int64_t retry_after_us = self->dialogue != NULL ? cam_camera_dialogue_get_retry_after_us (self->dialogue) : 0;
  self->sink->ended (self->sink, reason, detail, retry_after_us);
}

static void
arm_timer (RtspClient *self)
{
  int64_t due_us = INT64_MAX;
  switch (self->state) {
  case CLIENT_CLOSED:
    return;
  case CLIENT_DIALLING: /* the dialer has a timer of its own */
  case CLIENT_WAITING:
    break;
  case CLIENT_TALKING:
    due_us = cam_camera_dialogue_get_due_us (self->dialogue);
    if (self->tracks != NULL)
      due_us = MIN (due_us, cam_rtsp_tracks_get_due_us (self->tracks));
    break;
  case CLIENT_LEAVING:
    due_us = self->farewell_us;
    break;
  }
  cam_loop_timer_arm (self->timer, due_us);
}

/* Tells the camera that we go, and waits for its answer until @farewell_us. */
static void
leave (RtspClient *self, int64_t farewell_us)
{
  switch (self->state) {
  case CLIENT_DIALLING:
  case CLIENT_WAITING:
  case CLIENT_CLOSED:
    close_client (self);
    return;
  case CLIENT_LEAVING:
    self->farewell_us = MIN (self->farewell_us, farewell_us);
    return;
  case CLIENT_TALKING:
    break;
  }
  self->state = CLIENT_LEAVING;
  self->farewell_us = farewell_us;
  g_autoptr (GBytes) output = NULL;
  CamDialogueAct act = cam_camera_dialogue_leave (self->dialogue, cam_loop_thread_now_us (self->loop), &output);
  apply (self, act, output);
}

static void
give_up (RtspClient *self, CamReason reason, const char *detail)
{
  say_ended (self, reason, detail);
  leave (self, cam_loop_thread_now_us (self->loop) + FAREWELL_US);
}

static void
start_tracks (RtspClient *self)
{
  g_clear_pointer (&self->tracks, cam_rtsp_tracks_free);
  self->tracks = cam_rtsp_tracks_new (self->sink, cam_stream_hub_get_memory (self->setup->hub), g_random_int_range (1, G_MAXINT32));
  for (unsigned kind = 0; kind < CAM_N_TRACKS; kind++) {
    CamRtspGrant grant;
    if (!cam_camera_dialogue_get_grant (self->dialogue, (CamTrackKind) kind, &grant))
      continue;
    if (!cam_rtsp_tracks_add (self->tracks, (CamTrackKind) kind, &grant)) {
      give_up (self, CAM_REASON_UNSUPPORTED, cam_codec_name (grant.media->track->codec));
      return;
    }
  }
  g_autoptr (CamStreamDescription) known = cam_stream_hub_ref_description (self->setup->hub);
  if (known == NULL)
    cam_rtsp_tracks_hasten (self->tracks);
  cam_rtsp_tracks_begin (self->tracks, self->config->stall_timeout, self->config->frozen_timeout, cam_loop_thread_now_us (self->loop));
}

static void
log_line (const RtspClient *self, const char *who, const char *line)
{
  CamLogFields fields = {.camera = self->setup->camera->name, .stream = cam_stream_name (self->setup->stream)};
  if (line != NULL)
    cam_log (CAM_LOG_DEBUG, NULL, &fields, "%s: %s", who, line);
}

static void
log_output (RtspClient *self, const uint8_t *data, size_t size)
{
  while (size > 0) {
    g_autofree char *line = cam_rtsp_transcript_note_bytes (&self->transcript, &data, &size);
    log_line (self, "we ask it", line);
  }
}

/* Writes the dialogue's @output (nullable), then does what it says. */
static void
apply (RtspClient *self, CamDialogueAct act, GBytes *output)
{
  if (output != NULL && self->link != NULL) {
    gsize size = 0;
    const uint8_t *data = g_bytes_get_data (output, &size);
    log_output (self, data, size);
    cam_rtsp_link_send (self->link, data, size);
  }
  const char *detail = NULL;
  CamReason reason = CAM_REASON_NONE;
  switch (act) {
  case CAM_DIALOGUE_WAIT:
    break;
  case CAM_DIALOGUE_PLAYING:
    self->sink->playing (self->sink);
    break;
  case CAM_DIALOGUE_DIAL:
    dial (self);
    break;
  case CAM_DIALOGUE_READY:
    start_tracks (self);
    break;
  case CAM_DIALOGUE_FAILED:
    reason = cam_camera_dialogue_get_failure (self->dialogue, &detail);
    give_up (self, reason, detail);
    break;
  case CAM_DIALOGUE_LEFT:
    close_client (self);
    break;
  }
}

/* Says once that the camera keeps a session for us. */
static void
note_lease (RtspClient *self)
{
  if (self->has_lease || self->state != CLIENT_TALKING || cam_camera_dialogue_get_session (self->dialogue) == NULL)
    return;
  self->has_lease = true;
  g_autofree char *url = cam_camera_dialogue_dup_session_url (self->dialogue);
  self->sink->leased (self->sink, &(CamIngestLease){.url = url, .session = cam_camera_dialogue_get_session (self->dialogue)});
}

static void
on_frame (const CamFrame *frame, gpointer data)
{
  RtspClient *self = data;
  int64_t now_us = cam_loop_thread_now_us (self->loop);
  if (frame->kind == CAM_FRAME_DATA) {
    if (self->tracks != NULL && self->state == CLIENT_TALKING)
      cam_rtsp_tracks_take (self->tracks, frame->channel, frame->data, frame->size, now_us);
    return;
  }
  g_autofree char *line = cam_rtsp_transcript_note (&self->transcript, frame->message);
  log_line (self, "it says", line);
  g_autoptr (GBytes) output = NULL;
  CamDialogueAct act = cam_camera_dialogue_take (self->dialogue, frame->message, now_us, &output);
  note_lease (self);
  apply (self, act, output);
}

static void
on_turned (gpointer data)
{
  RtspClient *self = data;
  if (self->tracks != NULL && self->state == CLIENT_TALKING)
    self->sink->count (self->sink, &(CamIngestTotals){
                                       .bytes = cam_rtsp_link_get_bytes (self->link),
                                       .packets_lost = cam_rtsp_tracks_get_lost (self->tracks),
                                       .malformed = cam_rtsp_tracks_get_malformed (self->tracks) + cam_rtsp_link_get_junk (self->link),
                                       .drift_ppm = cam_rtsp_tracks_get_drift_ppm (self->tracks),
                                   });
  arm_timer (self);
}

static void
on_lost (CamReason reason, const char *what, gpointer data)
{
  RtspClient *self = data;
  if (self->state == CLIENT_TALKING && cam_camera_dialogue_wants_redial (self->dialogue)) {
    dial (self);
    return;
  }
  const char *awaited = reason != CAM_REASON_TLS ? cam_camera_dialogue_get_awaited (self->dialogue) : NULL;
  g_autofree char *detail = awaited != NULL ? g_strdup_printf ("%s before the answer to %s", what, awaited) : g_strdup (what);
  say_ended (self, reason, detail);
  close_client (self);
}

static const CamRtspLinkEvents link_events = {.frame = on_frame, .lost = on_lost, .turned = on_turned};

static void
begin_talk (RtspClient *self)
{
  self->state = CLIENT_TALKING;
  g_autoptr (GBytes) output = NULL;
  CamDialogueAct act = cam_camera_dialogue_connected (self->dialogue, cam_loop_thread_now_us (self->loop), &output);
  apply (self, act, output);
  arm_timer (self);
}

static void
on_dialled (int fd, CamReason reason, const char *detail, gpointer data)
{
  RtspClient *self = data;
  g_clear_pointer (&self->dialer, cam_tcp_dialer_free);
  if (fd >= 0)
    self->link = cam_rtsp_link_new (self->loop, fd, self->config->max_bitrate, &link_events, self);
  if (self->link == NULL) {
    say_ended (self, fd < 0 ? reason : CAM_REASON_INTERNAL, fd < 0 ? detail : "epoll takes no more descriptors");
    close_client (self);
    return;
  }
  self->state = CLIENT_WAITING;
  if (!self->may_talk)
    self->may_talk = self->sink->established (self->sink);
  if (self->may_talk)
    begin_talk (self);
}

static void
dial (RtspClient *self)
{
  drop_connection (self);
  g_clear_pointer (&self->tracks, cam_rtsp_tracks_free);
  self->state = CLIENT_DIALLING;
  const char *host = cam_camera_dialogue_get_host (self->dialogue);
  unsigned port = cam_camera_dialogue_get_port (self->dialogue);
  self->dialer = cam_tcp_dialer_new (self->loop, self->setup->resolver, host, port, on_dialled, self);
}

static void
check_tracks (RtspClient *self, int64_t now_us)
{
  g_autoptr (GByteArray) reports = g_byte_array_new ();
  cam_rtsp_tracks_report (self->tracks, now_us, reports);
  if (reports->len > 0)
    cam_rtsp_link_send (self->link, reports->data, reports->len);
  g_autofree char *detail = NULL;
  CamReason reason = cam_rtsp_tracks_check (self->tracks, now_us, &detail);
  if (reason != CAM_REASON_NONE)
    give_up (self, reason, detail);
}

static void
on_timer (gpointer data)
{
  RtspClient *self = data;
  CAM_ASSERT_ON (self->loop);
  int64_t now_us = cam_loop_thread_now_us (self->loop);
  if (self->state == CLIENT_LEAVING && now_us >= self->farewell_us) {
    close_client (self);
    return;
  }
  if (self->state == CLIENT_TALKING && now_us >= cam_camera_dialogue_get_due_us (self->dialogue)) {
    g_autoptr (GBytes) output = NULL;
    CamDialogueAct act = cam_camera_dialogue_tick (self->dialogue, now_us, &output);
    apply (self, act, output);
  }
  if (self->state == CLIENT_TALKING && self->tracks != NULL)
    check_tracks (self, now_us);
  arm_timer (self);
}

static void
begin (gpointer data)
{
  RtspClient *self = data;
  CAM_ASSERT_ON (self->loop);
  const CamStreamConfig *config = self->config;
  g_autofree char *cnonce = cam_client_nonce_make ();
  self->timer = cam_loop_timer_new (self->loop, on_timer, self);
  self->dialogue = cam_camera_dialogue_new (&(CamCameraDialogueSetup){
      .url = self->url->clean,
      .username = config->username != NULL ? config->username : self->url->username,
      .password = config->password != NULL ? config->password : self->url->password,
      .cnonce = cnonce,
      .wants_audio = self->setup->camera->audio_mode != CAM_AUDIO_NONE,
  });
  int fd = self->sink->take_socket (self->sink);
  if (self->dialogue != NULL && fd >= 0) {
    on_dialled (fd, CAM_REASON_NONE, NULL, self);
    return;
  }
  if (self->dialogue != NULL) {
    dial (self);
    return;
  }
  if (fd >= 0)
    close (fd);
  say_ended (self, CAM_REASON_CONFIG, "the URL cannot be read");
  close_client (self);
}

static CamIngestSource *
start_client (const CamIngestSetup *setup, const CamStreamConfig *config, const CamCameraUrl *url, CamIngestSink *sink)
{
  RtspClient *self = g_new0 (RtspClient, 1);
  self->base.kind = &cam_rtsp_client_kind;
  self->refs = 1;
  self->sink = sink;
  self->setup = setup;
  self->config = config;
  self->url = url;
  self->loop = setup->loop;
  cam_loop_thread_post (self->loop, begin, ref_client (self), unref_client);
  return &self->base;
}

static void
obey_talk (gpointer data)
{
  RtspClient *self = data;
  CAM_ASSERT_ON (self->loop);
  self->may_talk = true;
  if (self->state == CLIENT_WAITING)
    begin_talk (self);
}

static void
talk_client (CamIngestSource *source)
{
  RtspClient *self = (RtspClient *) source;
  cam_loop_thread_post (self->loop, obey_talk, ref_client (self), unref_client);
}

typedef struct {
  RtspClient *client; /* ref */
  int64_t grace_us;
} StopOrder;

static void
free_stop_order (gpointer data)
{
  StopOrder *order = data;
  unref_client (order->client);
  g_free (order);
}

static void
obey_stop (gpointer data)
{
  const StopOrder *order = data;
  RtspClient *self = order->client;
  CAM_ASSERT_ON (self->loop);
  self->was_stopped = true;
  leave (self, cam_loop_thread_now_us (self->loop) + order->grace_us);
  arm_timer (self);
}

static void
stop_client (CamIngestSource *source, int64_t grace_us)
{
  RtspClient *self = (RtspClient *) source;
  StopOrder *order = g_new (StopOrder, 1);
  *order = (StopOrder){.client = ref_client (self), .grace_us = grace_us};
  cam_loop_thread_post (self->loop, obey_stop, order, free_stop_order);
}

static void
free_client (CamIngestSource *source)
{
  unref_client (source);
}

const CamIngestKind cam_rtsp_client_kind = {
    .name = "rtsp",
    .start = start_client,
    .talk = talk_client,
    .stop = stop_client,
    .free = free_client,
};
