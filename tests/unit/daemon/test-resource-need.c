#include "daemon/resource-need.h"

#include <glib.h>

enum { LOOPS = 4 };

static CamResourceNeed
need_of (const char *url, CamTransport transport, CamAudioMode audio, bool is_enabled)
{
  g_autoptr (CamConfigSet) config = cam_config_set_new ();
  if (url != NULL) {
    CamCameraConfig *camera = cam_camera_config_new ("yard");
    camera->enabled = is_enabled;
    camera->audio_mode = audio;
    camera->streams[CAM_STREAM_MAIN].url = g_strdup (url);
    camera->streams[CAM_STREAM_MAIN].transport = transport;
    g_ptr_array_add (config->cameras, camera);
  }
  return cam_resource_need_of (config, LOOPS);
}

/* What one more stream of each kind needs. */
static void
test_streams (void)
{
  static const struct {
    const char *url;
    CamTransport transport;
    CamAudioMode audio;
    unsigned descriptors, threads;
  } rows[] = {
    { "rtsp://h/x", CAM_TRANSPORT_AUTO, CAM_AUDIO_COPY, 2, 0 },      { "rtsp://h/x", CAM_TRANSPORT_TCP, CAM_AUDIO_NONE, 2, 0 },
    { "rtsp://h/x", CAM_TRANSPORT_UDP, CAM_AUDIO_COPY, 26, 14 },     { "rtsp://h/x", CAM_TRANSPORT_MULTICAST, CAM_AUDIO_COPY, 26, 14 },
    { "rtsp://h/x", CAM_TRANSPORT_HTTP, CAM_AUDIO_COPY, 18, 8 },     { "rtsp+http://h/x", CAM_TRANSPORT_AUTO, CAM_AUDIO_COPY, 18, 8 },
    { "rtsps://h/x", CAM_TRANSPORT_AUTO, CAM_AUDIO_COPY, 18, 8 },    { "test:", CAM_TRANSPORT_AUTO, CAM_AUDIO_COPY, 4, 3 },
    { "file:/x.mp4", CAM_TRANSPORT_AUTO, CAM_AUDIO_COPY, 8, 6 },     { "rtsp://h/x", CAM_TRANSPORT_AUTO, CAM_AUDIO_OPUS, 2, 1 },
    { "rtsp://h/x", CAM_TRANSPORT_AUTO, CAM_AUDIO_AAC, 2, 1 },       { "rtsp://h/x", CAM_TRANSPORT_AUTO, CAM_AUDIO_AUTO, 2, 1 },
  };
  CamResourceNeed none = need_of (NULL, CAM_TRANSPORT_AUTO, CAM_AUDIO_COPY, true);
  g_assert_cmpuint (none.streams, ==, 0);
  g_assert_cmpuint (none.connections, ==, 2048);
  for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {
    CamResourceNeed need = need_of (rows[i].url, rows[i].transport, rows[i].audio, true);
    g_assert_cmpuint (need.streams, ==, 1);
    g_assert_cmpuint (need.descriptors - none.descriptors, ==, rows[i].descriptors);
    g_assert_cmpuint (need.threads - none.threads, ==, rows[i].threads);
    need = need_of (rows[i].url, rows[i].transport, rows[i].audio, false);
    g_assert_cmpuint (need.descriptors, ==, none.descriptors);
    g_assert_cmpuint (need.streams, ==, 0);
  }
}

static void
test_server (void)
{
  g_autoptr (CamConfigSet) config = cam_config_set_new ();
  CamResourceNeed before = cam_resource_need_of (config, LOOPS);
  CamResourceNeed more_loops = cam_resource_need_of (config, LOOPS + 1);
  g_assert_cmpuint (more_loops.threads - before.threads, ==, 1);
  g_assert_cmpuint (more_loops.descriptors - before.descriptors, ==, 4);
  config->server.max_connections = 7;
  g_strfreev (config->server.http_listen);
  config->server.http_listen = NULL;
  CamResourceNeed without_http = cam_resource_need_of (config, LOOPS);
  config->server.http_listen = g_strsplit ("127.0.0.1:1", " ", 0);
  before = cam_resource_need_of (config, LOOPS);
  g_assert_cmpuint (before.descriptors - without_http.descriptors, ==, 64 + 1);
  g_strfreev (config->server.srt_listen);
  config->server.srt_listen = g_strsplit ("127.0.0.1:1 127.0.0.1:2", " ", 0);
  CamResourceNeed after = cam_resource_need_of (config, LOOPS);
  g_assert_cmpuint (after.connections, ==, 7);
  g_assert_cmpuint (after.threads - before.threads, ==, 10 + 2 * 2);
  g_assert_cmpuint (after.descriptors - before.descriptors, ==, 12);
}

static void
test_multicast (void)
{
  g_autoptr (CamConfigSet) config = cam_config_set_new ();
  CamCameraConfig *camera = cam_camera_config_new ("yard");
  camera->streams[CAM_STREAM_MAIN].url = g_strdup ("test:");
  camera->streams[CAM_STREAM_SUB].url = g_strdup ("test:");
  g_ptr_array_add (config->cameras, camera);
  CamResourceNeed before = cam_resource_need_of (config, LOOPS);
  config->server.multicast_range.count = 256;
  CamResourceNeed after = cam_resource_need_of (config, LOOPS);
  g_assert_cmpuint (after.streams, ==, 2);
  g_assert_cmpuint (after.descriptors - before.descriptors, ==, 2 * 4);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/resource-need/streams", test_streams);
  g_test_add_func ("/resource-need/server", test_server);
  g_test_add_func ("/resource-need/multicast", test_multicast);
  return g_test_run ();
}
