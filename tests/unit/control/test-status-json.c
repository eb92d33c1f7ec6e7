#include "control/status-json.h"

#include <math.h>
#include <string.h>
#include <time.h>

#include "status-fixture.h"

/* Sanitizers remember where each piece of memory was allocated. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define MAX_COST_US (5 * G_USEC_PER_SEC)
#else
#define MAX_COST_US (G_USEC_PER_SEC / 2)
#endif

#define CANARY "c4nary-Sw0rdfish"

/* Cameras as configured, with all that is secret, beside the streams that are made up. */
static void
configure (CamStatus *status, unsigned cameras)
{
  g_clear_pointer (&status->config, cam_config_set_unref);
  status->config = cam_config_set_new ();
  for (unsigned i = 0; i < cameras; i++) {
    g_autofree char *name = g_strdup_printf ("camera%u", i);
    CamCameraConfig *camera = cam_camera_config_new (name);
    camera->streams[CAM_STREAM_MAIN].url = g_strdup ("rtsp://192.0.2.1/" CANARY);
    camera->streams[CAM_STREAM_MAIN].username = g_strdup (CANARY);
    camera->streams[CAM_STREAM_MAIN].password = cam_secret_new (CANARY, -1);
    g_ptr_array_add (status->config->cameras, camera);
  }
  cam_config_set_sort (status->config);
}

/* As a door sends it; what was made is gone. @node: (transfer full). */
static char *
print (JsonNode *node)
{
  char *text = json_to_string (node, FALSE);
  json_node_unref (node);
  return text;
}

static void
assert_has (const char *text, const char *part)
{
  if (strstr (text, part) == NULL)
    g_error ("no '%s' in %s", part, text);
}

static void
test_relay (void)
{
  g_autoptr (CamStatus) status = make_up_status (2);
  g_ptr_array_add (status->listeners, g_strdup ("rtsp://127.0.0.1:8554"));
  g_autofree char *text = print (cam_status_json_relay (status, status->monotonic_us));
  static const char *const parts[] = {
      "\"start_unix_s\":1700000000.0", "\"threads\":7", "\"listeners\":[\"rtsp://127.0.0.1:8554\"]", "\"limit_bytes\":1073741824",
      "{\"name\":\"main\",\"worst_turn_s\":0.0,\"lag_s\":0.0015", "\"camera\":\"camera1\",\"stream\":\"sub\",\"state\":\"connected\",\"reason\":\"none\"",
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (parts); i++)
    assert_has (text, parts[i]);
}

static void
test_camera (void)
{
  g_autoptr (CamStatus) status = make_up_status (1);
  configure (status, 2);
  CamStreamStatus *stream = g_ptr_array_index (status->streams, 0);
  stream->ailments = CAM_AILMENT_SLOW | CAM_AILMENT_SHED;
  stream->has_srt = true;
  stream->metadata = g_bytes_new_static ("{\"title\": \"gate\"}", 17);
  g_autofree char *text = print (cam_status_json_camera (status, "camera0", status->monotonic_us));
  static const char *const parts[] = {
      "\"ailments\":[\"slow\",\"shed\"]", "\"peer\":\"192.0.2.1:554\"", "\"video\":null", "\"drift_ppm\":-17", "\"ends\":{\"timeout\":2}",
      "\"drops\":{\"gate\":7,", "\"slate_s\":1.5", "\"sum_s\":12.5", "\"srt\":{\"rtt_ms\":0.0", "\"metadata\":{\"title\":\"gate\"}", "\"stream\":\"sub\"",
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (parts); i++)
    assert_has (text, parts[i]);
  g_assert_null (strstr (text, CANARY));
  g_assert_null (cam_status_json_camera (status, "nobody", 0));
  g_autofree char *bare = print (cam_status_json_camera (status, "camera1", 0));
  assert_has (bare, "\"name\":\"camera1\"");
  assert_has (bare, "\"streams\":[]");
}

static void
test_cameras (void)
{
  g_autoptr (CamStatus) status = make_up_status (2);
  configure (status, 3);
  g_autofree char *text = print (cam_status_json_cameras (status, status->monotonic_us));
  g_assert_null (strstr (text, CANARY));
  assert_has (text, "{\"name\":\"camera2\",\"description\":\"\",\"enabled\":true,");
}

/* What others say can be anything. */
static void
test_foreign (void)
{
  static const char *const metadata[] = {"[1]", "{\"a\":", "not JSON", "{\"a\":\"\\ud800\"}", ""};
  g_autoptr (CamStatus) status = make_up_status (1);
  configure (status, 1);
  CamStreamStatus *stream = g_ptr_array_index (status->streams, 0);
  g_free (stream->detail);
  stream->detail = g_strdup ("\"\\\n\033\xff");
  stream->fps = (double) INFINITY;
  stream->bytes_out = UINT64_MAX;
  stream->last_unit_us = 0;
  for (unsigned i = 0; i < G_N_ELEMENTS (metadata); i++) {
    g_clear_pointer (&stream->metadata, g_bytes_unref);
    stream->metadata = g_bytes_new_static (metadata[i], strlen (metadata[i]));
    g_autofree char *text = print (cam_status_json_camera (status, "camera0", status->monotonic_us));
    g_assert_true (g_utf8_validate (text, -1, NULL));
    assert_has (text, "\"metadata\":null");
    assert_has (text, "\"fps\":null");
    assert_has (text, "\"last_unit_age_s\":null");
    assert_has (text, "\"bytes_out\":9223372036854775807");
    g_assert_null (strchr (text, '\n'));
    g_autoptr (JsonNode) again = json_from_string (text, NULL);
    g_assert_nonnull (again);
  }
}

static void
test_health (void)
{
  static const struct {
    CamHealth first, second;
    const char *worst;
  } rows[] = {
      {CAM_HEALTH_OK, CAM_HEALTH_OK, "ok"},           {CAM_HEALTH_OFF, CAM_HEALTH_OFF, "ok"},        {CAM_HEALTH_OK, CAM_HEALTH_DEGRADED, "degraded"},
      {CAM_HEALTH_FAILED, CAM_HEALTH_OK, "failed"},   {CAM_HEALTH_DEGRADED, CAM_HEALTH_FAILED, "failed"},
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (CamStatus) status = make_up_status (1);
    ((CamStreamStatus *) status->streams->pdata[0])->health = rows[i].first;
    ((CamStreamStatus *) status->streams->pdata[1])->health = rows[i].second;
    g_autofree char *text = print (cam_status_json_health (status));
    g_autofree char *end = g_strdup_printf ("],\"health\":\"%s\"}", rows[i].worst);
    g_assert_true (g_str_has_suffix (text, end));
  }
}

static int64_t
thread_cpu_us (void)
{
  struct timespec now;
  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &now);
  return (int64_t) now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* 200 cameras with both streams and 1,000 readers, as one answer each, text included. Processor time, the best of three. */
static void
test_cost (void)
{
  g_autoptr (CamStatus) status = make_up_status (200);
  configure (status, 200);
  g_autoptr (GPtrArray) readers = make_up_no_readers ();
  for (unsigned i = 0; i < 1000; i++)
    add_made_up_reader (readers, "TCP", CAM_READER_STATE_PLAYING, i * 1000, i);
  int64_t best_us[2] = {INT64_MAX, INT64_MAX};
  size_t size[2] = {0, 0};
  for (unsigned i = 0; i < 3; i++) {
    int64_t began_us = thread_cpu_us ();
    g_autofree char *relay = print (cam_status_json_relay (status, status->monotonic_us));
    int64_t between_us = thread_cpu_us ();
    g_autofree char *list = print (cam_status_json_readers (readers));
    best_us[0] = MIN (best_us[0], between_us - began_us);
    best_us[1] = MIN (best_us[1], thread_cpu_us () - between_us);
    size[0] = strlen (relay);
    size[1] = strlen (list);
  }
  g_test_message ("400 streams: %" G_GSIZE_FORMAT " bytes in %.1f ms; 1,000 readers: %" G_GSIZE_FORMAT " bytes in %.1f ms", size[0],
                  (double) best_us[0] / 1000, size[1], (double) best_us[1] / 1000);
  g_assert_cmpint (best_us[0] + best_us[1], <, MAX_COST_US);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/status-json/relay", test_relay);
  g_test_add_func ("/status-json/camera", test_camera);
  g_test_add_func ("/status-json/cameras", test_cameras);
  g_test_add_func ("/status-json/foreign", test_foreign);
  g_test_add_func ("/status-json/health", test_health);
  g_test_add_func ("/status-json/cost", test_cost);
  return g_test_run ();
}
