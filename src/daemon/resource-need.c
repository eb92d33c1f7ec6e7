#include "daemon/resource-need.h"

#include "config/camera-url.h"

enum {
  BASE_DESCRIPTORS = 24, /* streams of the process, locks, the crash handler's, GLib's, M, H, the pair of UDP ports */
  PASSING_DESCRIPTORS = 64, /* pictures being drawn, names being looked up, files, connections being dialled anew */
  CONTROL_DESCRIPTORS = 32, /* its clients, as many as it takes */
  HTTP_DESCRIPTORS = 64,    /* its clients, of which it takes more if there is room */
  LOOP_DESCRIPTORS = 4,
  GROUP_DESCRIPTORS = 4,    /* a stream's multicast group: RTP and RTCP of both tracks */
  SRT_DESCRIPTORS = 12,
  BASE_THREADS = 24, /* M, W, H, the disk, a reload, names, TLS handshakes, GLib's own */
  SRT_THREADS = 10,  /* T, libsrt's own, two a port that calls leave from */
};

typedef struct {
  unsigned descriptors;
  unsigned threads;
} Cost;

/* While it flows, measured with GStreamer 1.22; by our own client two descriptors, since a new connection is made before the old one is gone. */
static Cost
cost_of_stream (CamScheme scheme, CamTransport transport)
{
  static const Cost own = { 2, 0 }, datagrams = { 26, 14 }, tunnel = { 18, 8 };
  switch (scheme) {
  case CAM_SCHEME_RTSPS:
  case CAM_SCHEME_RTSP_HTTP:
    return tunnel;
  case CAM_SCHEME_TEST:
    return (Cost){ 4, 3 };
  case CAM_SCHEME_FILE:
    return (Cost){ 8, 6 };
  case CAM_SCHEME_SRT:
    return (Cost){ 1, 3 };
  case CAM_SCHEME_RTSP:
    break;
  }
  switch (transport) {
  case CAM_TRANSPORT_UDP:
  case CAM_TRANSPORT_MULTICAST:
    return datagrams;
  case CAM_TRANSPORT_HTTP:
    return tunnel;
  case CAM_TRANSPORT_AUTO:
  case CAM_TRANSPORT_TCP:
    break;
  }
  return own;
}

static bool
is_encoded (CamAudioMode mode)
{
  return mode == CAM_AUDIO_OPUS || mode == CAM_AUDIO_AAC || mode == CAM_AUDIO_AUTO;
}

static void
add_stream (CamResourceNeed *need, const CamConfigSet *config, const CamCameraConfig *camera, const CamStreamConfig *stream)
{
  g_autoptr (CamCameraUrl) url = cam_camera_url_parse (stream->url, NULL);
  Cost cost = url != NULL ? cost_of_stream (url->scheme, stream->transport) : (Cost){ 0, 0 };
  need->streams++;
  need->descriptors += cost.descriptors + (config->server.multicast_range.count > 0 ? GROUP_DESCRIPTORS : 0);
  need->threads += cost.threads + (is_encoded (camera->audio_mode) ? 1 : 0);
}

static unsigned
count_words (char **words)
{
  return words != NULL ? g_strv_length (words) : 0;
}

CamResourceNeed
cam_resource_need_of (const CamConfigSet *config, unsigned n_loops)
{
  const CamServerConfig *server = &config->server;
  unsigned n_http = count_words (server->http_listen);
  unsigned listeners = count_words (server->listen) + count_words (server->listen_tls) + n_http + 1;
  bool needs_srt = cam_config_set_needs_srt (config);
  CamResourceNeed need = {
    .connections = server->max_connections,
    .descriptors = BASE_DESCRIPTORS + PASSING_DESCRIPTORS + CONTROL_DESCRIPTORS + (n_http > 0 ? HTTP_DESCRIPTORS : 0) +
                   n_loops * LOOP_DESCRIPTORS + listeners + (needs_srt ? SRT_DESCRIPTORS : 0),
    .threads = BASE_THREADS + n_loops + (needs_srt ? SRT_THREADS + 2 * count_words (server->srt_listen) : 0),
  };
  for (unsigned i = 0; i < config->cameras->len; i++) {
    const CamCameraConfig *camera = g_ptr_array_index (config->cameras, i);
    for (unsigned j = 0; camera->enabled && j < CAM_N_STREAMS; j++)
      if (camera->streams[j].url != NULL)
        add_stream (&need, config, camera, &camera->streams[j]);
  }
  return need;
}
