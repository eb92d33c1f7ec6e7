#include "supervise/stream-chart.h"

#include <string.h>

#include "supervise/status-desk.h"
#include "supervise/stream-health.h"
#include "supervise/stream-vitals.h"

struct CamStreamChart {
  const CamStreamPlace *place; /* borrowed, as all here */
  CamCameraConfig *camera;
  unsigned stream;
  CamStreamHub *hub;
  const CamStreamFeed *feed;
  const CamStreamAbsence *absence;

  CamCameraUrl *url; /* owned; NULL when it could not be read */
  char *peer;        /* owned */
  char *detail;      /* owned */
  CamCameraState state;
  CamReason reason;
  int64_t since_unix_us;
  uint64_t live_generation; /* of the worker that was counted as connected last */
  uint64_t connects;
  uint64_t ends[CAM_N_REASONS];
  uint64_t bytes_out, units_out; /* the most that readers ever had been given */
  unsigned version; /* of the hub's description that the vitals are of */
  CamStreamVitals vitals;
  CamStreamHealth health;
};

/* Host and port, where the URL names them. (transfer full) */
static char *
peer_of (const CamCameraUrl *url)
{
  if (url == NULL || url->host == NULL)
    return g_strdup ("");
  return g_strdup_printf (strchr (url->host, ':') != NULL ? "[%s]:%u" : "%s:%u", url->host, url->port);
}

CamStreamChart *
cam_stream_chart_new (const CamStreamPlace *place,
                      CamCameraConfig *camera,
                      unsigned stream,
                      CamStreamHub *hub,
                      const CamStreamFeed *feed,
                      const CamStreamAbsence *absence)
{
  CamStreamChart *self = g_new0 (CamStreamChart, 1);
  self->place = place;
  self->stream = stream;
  self->hub = hub;
  self->feed = feed;
  self->absence = absence;
  cam_stream_chart_set_camera (self, camera);
  self->detail = g_strdup ("");
  self->state = CAM_CAMERA_OFF;
  self->since_unix_us = g_get_real_time ();
  return self;
}

void
cam_stream_chart_free (CamStreamChart *self)
{
  if (self == NULL)
    return;
  cam_camera_url_free (self->url);
  g_free (self->peer);
  g_free (self->detail);
  g_free (self);
}

void
cam_stream_chart_set_camera (CamStreamChart *self, CamCameraConfig *camera)
{
  const char *url = camera->streams[self->stream].url;
  bool is_elsewhere = self->camera == NULL || !g_str_equal (self->camera->streams[self->stream].url, url);
  self->camera = camera;
  if (!is_elsewhere)
    return;
  cam_camera_url_free (self->url);
  g_free (self->peer);
  self->url = cam_camera_url_parse (url, NULL);
  self->peer = peer_of (self->url);
}

static bool
is_expected (CamCameraState state)
{
  switch (state) {
  case CAM_CAMERA_OFF:
  case CAM_CAMERA_IDLE:
  case CAM_CAMERA_DISABLING:
  case CAM_CAMERA_LEAVING:
  case CAM_CAMERA_GONE:
  case CAM_N_CAMERA_STATES:
    return false;
  case CAM_CAMERA_LISTENING:
  case CAM_CAMERA_CONNECTING:
  case CAM_CAMERA_LIVE:
  case CAM_CAMERA_HELD:
  case CAM_CAMERA_CLEARING:
  case CAM_CAMERA_WAITING:
    break;
  }
  return true;
}

void
cam_stream_chart_note_state (CamStreamChart *self, const CamCameraLifecycle *lifecycle, CamReason reason)
{
  CamCameraState state = lifecycle->state;
  bool is_live = state == CAM_CAMERA_LIVE;
  CamReason why = is_live || !is_expected (state) ? CAM_REASON_NONE : reason;
  bool is_news = state != self->state;
  if (!is_news && why == self->reason)
    return;
  if (is_live && lifecycle->generation != self->live_generation) {
    self->live_generation = lifecycle->generation;
    if (self->connects++ > 0)
      cam_stream_health_note_reconnect (&self->health, cam_clock_now_us (self->place->clock));
  }
  if (is_news)
    cam_stream_vitals_pause (&self->vitals);
  if (is_news)
    self->since_unix_us = g_get_real_time ();
  self->state = state;
  self->reason = why;
  cam_status_desk_touch (self->place->status_desk);
}

void
cam_stream_chart_note_end (CamStreamChart *self, const CamIngestEnd *end)
{
  self->ends[end->reason]++;
  g_free (self->detail);
  self->detail = g_strdup (end->detail);
}

void
cam_stream_chart_note_sender (CamStreamChart *self, const char *address)
{
  g_free (self->peer);
  self->peer = g_strdup (address);
}

static const char *
rtp_transport_word (CamTransport transport)
{
  switch (transport) {
  case CAM_TRANSPORT_AUTO:
  case CAM_TRANSPORT_TCP:
    break;
  case CAM_TRANSPORT_UDP:
    return "udp";
  case CAM_TRANSPORT_MULTICAST:
    return "multicast";
  case CAM_TRANSPORT_HTTP:
    return "http";
  }
  return "tcp";
}

/* How the camera's media comes, "" while no connection was tried. */
static const char *
transport_word (const CamStreamChart *self)
{
  CamTransport transport;
  if (self->url == NULL || !cam_stream_feed_get_transport (self->feed, &transport))
    return "";
  switch (self->url->scheme) {
  case CAM_SCHEME_RTSP:
    return rtp_transport_word (transport);
  case CAM_SCHEME_RTSPS:
    return "tls";
  case CAM_SCHEME_RTSP_HTTP:
    return "http";
  case CAM_SCHEME_TEST:
    return "test";
  case CAM_SCHEME_FILE:
    return "file";
  case CAM_SCHEME_SRT:
    break;
  }
  return "srt";
}

/* One more second of a stream that is live. */
static void
feel (CamStreamChart *self, const CamStreamStatus *status, int64_t now_us)
{
  unsigned version = cam_stream_hub_get_version (self->hub);
  if (version != self->version)
    cam_stream_vitals_forget (&self->vitals);
  self->version = version;
  cam_stream_vitals_sample (&self->vitals, &(CamVitalsSample) {
                                               .now_us = now_us,
                                               .pictures = status->in.units[CAM_TRACK_VIDEO],
                                               .bytes = status->in.bytes[CAM_TRACK_VIDEO] + status->in.bytes[CAM_TRACK_AUDIO],
                                               .packets_lost = status->packets_lost,
                                           });
}

static void
examine (CamStreamChart *self, const CamStreamStatus *status, const CamStatus *whole)
{
  const CamMediaMemoryCounters *memory = &whole->memory;
  if (self->state == CAM_CAMERA_LIVE)
    feel (self, status, whole->monotonic_us);
  cam_stream_health_note (&self->health, &(CamHealthSigns) {
                                             .state = self->state,
                                             .is_fps_measured = self->vitals.is_measured,
                                             .fps = self->vitals.fps,
                                             .usual_fps = self->vitals.usual_fps,
                                             .drift_ppm = status->drift_ppm,
                                             .readers = status->readers,
                                             .lagging = status->lagging,
                                             .memory_share = memory->limit > 0 ? (double) memory->used / (double) memory->limit : 0,
                                             .losing = self->vitals.losing,
                                             .shed_level = status->shed_level,
                                         }, whole->monotonic_us);
}

static void
describe_vitals (const CamStreamChart *self, CamStreamStatus *status)
{
  status->ailments = self->state == CAM_CAMERA_LIVE ? self->health.ailments : 0;
  status->health = cam_stream_health_judge (self->state, status->ailments);
  status->fps = self->vitals.fps;
  status->usual_fps = self->vitals.usual_fps;
  status->bit_rate = self->vitals.bit_rate;
  status->key_interval_s = (double) status->in.key_interval_us / G_USEC_PER_SEC;
}

/* What its readers got. What waited and is taken back was counted as given: a total never falls, it stands until it is exceeded. */
static void
describe_readers (CamStreamChart *self, CamStreamStatus *status)
{
  CamMountView view = { .units = 0 };
  status->readers = cam_rtsp_server_count_readers (self->place->server, self->camera->name, self->stream);
  if (!cam_rtsp_server_view_mount (self->place->server, self->camera->name, self->stream, &view))
    return;
  self->units_out = MAX (self->units_out, view.units);
  self->bytes_out = MAX (self->bytes_out, view.bytes);
  status->units_out = self->units_out;
  status->bytes_out = self->bytes_out;
  status->units_left_out = view.units_left_out;
  status->lagging = view.lagging;
  status->shed_level = view.is_shed;
  status->first_pictures = view.first_pictures;
}

/* What the hub knows of it. */
static void
describe_hub (const CamStreamChart *self, CamStreamStatus *status)
{
  CamStreamHub *hub = self->hub;
  status->description = cam_stream_hub_ref_description (hub);
  status->metadata = cam_stream_hub_ref_metadata (hub);
  status->in = cam_stream_hub_get_counters (hub);
  status->last_unit_us = status->in.last_unit_us;
  CamMediaMemory *memory = cam_stream_hub_get_memory (hub);
  if (memory != NULL)
    status->memory_bytes = cam_media_memory_get_counters (memory).used;
}

CamStreamStatus *
cam_stream_chart_describe (CamStreamChart *self, const CamStatus *whole, bool is_beat)
{
  CamStreamStatus *status = g_new0 (CamStreamStatus, 1);
  CamIngestCounters counters = cam_stream_feed_get_counters (self->feed);
  *status = (CamStreamStatus) {
    .camera = cam_camera_config_ref (self->camera),
    .stream = self->stream,
    .state = self->state,
    .reason = self->reason,
    .detail = g_strdup (self->reason == CAM_REASON_NONE ? "" : self->detail),
    .since_unix_us = self->since_unix_us,
    .peer = g_strdup (self->peer),
    .transport = transport_word (self),
    .bytes_in = counters.bytes,
    .packets_lost = counters.packets_lost,
    .malformed = counters.malformed,
    .drift_ppm = counters.drift_ppm,
    .has_srt = counters.has_srt,
    .srt = counters.srt,
    .connects = self->connects,
    .slate_us = cam_stream_absence_get_shown_us (self->absence),
  };
  memcpy (status->ends, self->ends, sizeof self->ends);
  memcpy (status->drops, counters.drops, sizeof counters.drops);
  describe_hub (self, status);
  describe_readers (self, status);
  if (is_beat)
    examine (self, status, whole);
  describe_vitals (self, status);
  return status;
}
