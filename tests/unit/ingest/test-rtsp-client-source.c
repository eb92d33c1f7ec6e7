#include <string.h>

#include "scripted-camera.h"
#include "source-fixture.h"

typedef struct {
  SourceFixture source; /* first */
  ScriptedCamera camera;
} Fixture;

static void
set_up (Fixture *self, gconstpointer data)
{
  set_up_source (&self->source, data);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  if (self->source.source != NULL)
    stop_source (&self->source);
  stop_camera (&self->camera);
  tear_down_source (&self->source, data);
}

static void
dial (Fixture *self, CameraScript script)
{
  start_camera (&self->camera, script);
  g_autofree char *url = g_strdup_printf ("rtsp://127.0.0.1:%u/live", self->camera.port);
  start_source (&self->source, &cam_rtsp_client_kind, url);
}

static void
await_end (Fixture *self, CamReason reason, const char *part)
{
  SourceFixture *source = &self->source;
  AWAIT (source, source->has_ended);
  g_test_message ("%s", source->detail);
  g_assert_cmpstr (cam_reason_word (source->reason), ==, cam_reason_word (reason));
  g_assert_nonnull (strstr (source->detail, part));
}

static void
redirect_to_itself (ScriptedCamera *camera, int fd)
{
  g_autofree char *location = g_strdup_printf ("Location: rtsp://127.0.0.1:%u/live\r\n", camera->port);
  if (read_request (camera, fd))
    reply (camera, fd, "302 Found", location, NULL);
}

static void
play_pictures (ScriptedCamera *camera, int fd)
{
  if (!serve_until_play (camera, fd))
    return;
  for (int i = 0; i < 30; i++)
    send_picture (camera, fd, i % 10 == 0, 100);
  serve_until_close (camera, fd);
}

static void
test_play (Fixture *self, gconstpointer data)
{
  dial (self, play_pictures);
  AWAIT (&self->source, self->source.units_of[CAM_TRACK_VIDEO] >= 28);
  stop_source (&self->source);
  assert_times_rise (&self->source);
  const CamStreamDescription *description = g_ptr_array_index (self->source.descriptions, 0);
  g_assert_cmpint (description->tracks[CAM_TRACK_VIDEO]->codec, ==, CAM_CODEC_H264);
  g_assert_null (description->tracks[CAM_TRACK_AUDIO]);
  g_assert_true (g_array_index (self->source.units, TakenUnit, 0).is_key);
  g_assert_false (self->source.has_ended);
  stop_camera (&self->camera);
  g_assert_cmpint (self->camera.teardowns, ==, 1);
  g_assert_cmpint (self->camera.connections, ==, 1);
}

/* The dialogue begins when the source is told to talk, and the session is leased before the camera plays. */
static void
test_talk (Fixture *self, gconstpointer data)
{
  SourceFixture *source = &self->source;
  source->waits_to_talk = true;
  dial (self, play_pictures);
  AWAIT (source, source->is_established);
  g_assert_cmpstr (self->camera.request, ==, "");
  source->source->kind->talk (source->source);
  source->source->kind->talk (source->source);
  AWAIT (source, source->is_playing && source->units_of[CAM_TRACK_VIDEO] >= 10);
  g_autofree char *lease = g_strdup_printf ("rtsp://127.0.0.1:%u/live s1", self->camera.port);
  g_assert_cmpstr (source->lease, ==, lease);
}

static void
play_with_sound (ScriptedCamera *camera, int fd)
{
  if (!serve_until_play (camera, fd))
    return;
  for (int i = 0; i < 3; i++)
    send_picture (camera, fd, i == 0, 100);
  serve_until_close (camera, fd);
}

/* The bar is a second from the camera's accept to pictures at readers: the dialogue and what is behind it need a fraction. Sound whose
 * configuration the description says is not waited for. */
static void
test_first_picture (Fixture *self, gconstpointer data)
{
  SourceFixture *source = &self->source;
  self->camera.sdp = CAMERA_SDP "m=audio 0 RTP/AVP 8\r\na=control:trackID=2\r\n";
  int64_t before_us = g_get_monotonic_time ();
  dial (self, play_with_sound);
  AWAIT (source, source->units_of[CAM_TRACK_VIDEO] >= 1);
  int64_t took_us = g_get_monotonic_time () - before_us;
  g_test_message ("dial to first picture: %.1f ms", (double) took_us / 1000);
  g_assert_cmpint (took_us, <, G_USEC_PER_SEC / 2);
  const CamStreamDescription *description = g_ptr_array_index (source->descriptions, 0);
  g_assert_nonnull (description->tracks[CAM_TRACK_AUDIO]);
  g_assert_true (g_array_index (source->units, TakenUnit, 0).is_key);
}

static void
test_stop_untalked (Fixture *self, gconstpointer data)
{
  SourceFixture *source = &self->source;
  source->waits_to_talk = true;
  dial (self, play_pictures);
  AWAIT (source, source->is_established);
  stop_source (source);
  g_assert_false (source->has_ended);
  g_assert_cmpstr (self->camera.request, ==, "");
}

/* A probe's socket saves the first dial; what comes after a redirect is dialled. */
static void
test_given_socket (Fixture *self, gconstpointer data)
{
  SourceFixture *source = &self->source;
  start_camera (&self->camera, data != NULL ? redirect_to_itself : play_pictures);
  struct sockaddr_in address = {
      .sin_family = AF_INET, .sin_port = htons ((uint16_t) self->camera.port), .sin_addr.s_addr = htonl (INADDR_LOOPBACK)};
  source->has_socket = true;
  source->socket = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  g_assert_cmpint (connect (source->socket, (struct sockaddr *) &address, sizeof address), ==, 0);
  g_autofree char *url = g_strdup_printf ("rtsp://127.0.0.1:%u/live", self->camera.port);
  start_source (source, &cam_rtsp_client_kind, url);
  if (data != NULL)
    await_end (self, CAM_REASON_PROTOCOL, "more than 5 redirects");
  else
    AWAIT (source, source->units_of[CAM_TRACK_VIDEO] >= 10);
  stop_source (source);
  g_assert_cmpint (g_atomic_int_get (&self->camera.connections), ==, data != NULL ? 6 : 1);
}

static void
say_nothing (ScriptedCamera *camera, int fd)
{
  serve_until_play (camera, fd);
  while (read_request (camera, fd))
    continue;
}

/* A camera that does not answer TEARDOWN is waited for no longer than the grace. */
static void
test_no_farewell (Fixture *self, gconstpointer data)
{
  self->source.camera->streams[CAM_STREAM_MAIN].stall_timeout = 1;
  dial (self, say_nothing);
  while (g_atomic_int_get (&self->camera.connections) == 0)
    g_thread_yield ();
  int64_t before_us = g_get_monotonic_time ();
  stop_source (&self->source);
  g_assert_cmpint (g_get_monotonic_time () - before_us, <, 5 * G_USEC_PER_SEC);
}

static void
test_refused (Fixture *self, gconstpointer data)
{
  start_camera (&self->camera, say_nothing);
  stop_camera (&self->camera);
  g_autofree char *url = g_strdup_printf ("rtsp://127.0.0.1:%u/live", self->camera.port);
  start_source (&self->source, &cam_rtsp_client_kind, url);
  g_autofree char *part = g_strdup_printf ("127.0.0.1:%u: Connection refused", self->camera.port);
  await_end (self, CAM_REASON_REFUSED, part);
}

static void
test_no_name (Fixture *self, gconstpointer data)
{
  start_source (&self->source, &cam_rtsp_client_kind, "rtsp://no-such-camera.invalid/live");
  await_end (self, CAM_REASON_DNS, "no-such-camera.invalid");
}

static void
answer_404 (ScriptedCamera *camera, int fd)
{
  while (read_request (camera, fd))
    reply (camera, fd, "404 Not Found", NULL, NULL);
}

static void
test_not_found (Fixture *self, gconstpointer data)
{
  dial (self, answer_404);
  await_end (self, CAM_REASON_NOT_FOUND, "404 Not Found to DESCRIBE");
}

static void
close_at_describe (ScriptedCamera *camera, int fd)
{
  read_request (camera, fd);
  reply (camera, fd, "200 OK", NULL, NULL);
  read_request (camera, fd);
}

static void
test_closed_early (Fixture *self, gconstpointer data)
{
  dial (self, close_at_describe);
  await_end (self, CAM_REASON_CLOSED, "closed the connection before the answer to DESCRIBE");
}

static void
close_in_play (ScriptedCamera *camera, int fd)
{
  if (!serve_until_play (camera, fd))
    return;
  send_picture (camera, fd, true, 100);
  send_picture (camera, fd, false, 100);
}

static void
test_closed (Fixture *self, gconstpointer data)
{
  dial (self, close_in_play);
  await_end (self, CAM_REASON_CLOSED, "the camera closed the connection");
  g_assert_cmpuint (self->source.units_of[CAM_TRACK_VIDEO], >=, 1); /* what came before is not lost */
}

static void
reset_in_play (ScriptedCamera *camera, int fd)
{
  if (!serve_until_play (camera, fd))
    return;
  send_picture (camera, fd, true, 100);
  send_all (fd, "$\0\5", 3); /* in the middle of a frame */
  struct linger at_once = {.l_onoff = 1};
  setsockopt (fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

static void
test_reset (Fixture *self, gconstpointer data)
{
  dial (self, reset_in_play);
  await_end (self, CAM_REASON_RESET, "reset");
}

static void
test_redirects (Fixture *self, gconstpointer data)
{
  dial (self, redirect_to_itself);
  await_end (self, CAM_REASON_PROTOCOL, "more than 5 redirects");
  stop_source (&self->source);
  g_assert_cmpint (g_atomic_int_get (&self->camera.connections), ==, 6);
}

static void
ask_and_close (ScriptedCamera *camera, int fd)
{
  if (!read_request (camera, fd))
    return;
  if (strstr (camera->request, "Authorization: Digest username=\"viewer\"") == NULL) {
    reply (camera, fd, "401 Unauthorized", "WWW-Authenticate: Digest realm=\"cam\", nonce=\"1\"\r\n", NULL);
    return;
  }
  reply (camera, fd, "200 OK", NULL, NULL);
  play_pictures (camera, fd);
}

/* A camera that closes the connection after its 401. */
static void
test_login_by_redial (Fixture *self, gconstpointer data)
{
  self->source.camera->streams[CAM_STREAM_MAIN].username = g_strdup ("viewer");
  self->source.camera->streams[CAM_STREAM_MAIN].password = cam_secret_new ("secret", -1);
  dial (self, ask_and_close);
  AWAIT (&self->source, self->source.units_of[CAM_TRACK_VIDEO] >= 10);
  stop_source (&self->source);
  g_assert_cmpint (g_atomic_int_get (&self->camera.connections), ==, 2);
}

static void
test_stall (Fixture *self, gconstpointer data)
{
  self->source.camera->streams[CAM_STREAM_MAIN].stall_timeout = G_USEC_PER_SEC;
  dial (self, play_pictures);
  await_end (self, CAM_REASON_STALL, "no complete picture for");
  stop_source (&self->source);
  stop_camera (&self->camera);
  g_assert_cmpint (self->camera.teardowns, ==, 1); /* the camera is told, so that it keeps no session for us */
}

static void
talk_http (ScriptedCamera *camera, int fd)
{
  read_request (camera, fd);
  g_autofree char *junk = g_strnfill (100 * 1024, 'x');
  send_all (fd, junk, strlen (junk));
  serve_until_close (camera, fd);
}

static void
test_no_rtsp (Fixture *self, gconstpointer data)
{
  dial (self, talk_http);
  await_end (self, CAM_REASON_PROTOCOL, "");
}

static void
talk_tls (ScriptedCamera *camera, int fd)
{
  read_request (camera, fd);
  send_all (fd, "\x15\x03\x01\x00\x02\x02\x46", 7); /* alert: protocol version */
}

static void
test_tls (Fixture *self, gconstpointer data)
{
  dial (self, talk_tls);
  await_end (self, CAM_REASON_TLS, "the camera speaks TLS on this port");
}

static void
flood (ScriptedCamera *camera, int fd)
{
  if (!serve_until_play (camera, fd))
    return;
  for (int i = 0; i < 64 && send_picture (camera, fd, true, 40000); i++)
    continue;
  serve_until_close (camera, fd);
}

/* 2.5 MB at 8 Mbit/s: a million bytes at once, the rest in its time. */
static void
test_pace (Fixture *self, gconstpointer data)
{
  self->source.camera->streams[CAM_STREAM_MAIN].max_bitrate = 8000000;
  int64_t before_us = g_get_monotonic_time ();
  dial (self, flood);
  AWAIT (&self->source, self->source.units_of[CAM_TRACK_VIDEO] >= 62);
  g_assert_cmpint (g_get_monotonic_time () - before_us, >, G_USEC_PER_SEC * 14 / 10);
}

static void
test_stop_at_once (Fixture *self, gconstpointer data)
{
  start_source (&self->source, &cam_rtsp_client_kind, "rtsp://192.0.2.1/live"); /* nobody lives there (RFC 5737) */
  stop_source (&self->source);
  g_assert_false (self->source.has_ended);
}

static void
ask_the_client (ScriptedCamera *camera, int fd)
{
  if (!serve_until_play (camera, fd))
    return;
  send_picture (camera, fd, true, 100);
  static const char request[] =
      "OPTIONS rtsp://127.0.0.1/live RTSP/1.0\r\nCSeq: 9\r\n\r\nTEARDOWN rtsp://127.0.0.1/live RTSP/1.0\r\nCSeq: 10\r\n\r\n";
  send_all (fd, request, sizeof request - 1);
  serve_until_close (camera, fd);
}

static void
test_camera_leaves (Fixture *self, gconstpointer data)
{
  dial (self, ask_the_client);
  await_end (self, CAM_REASON_CLOSED, "the camera sent TEARDOWN");
}

#define ADD(path, func) g_test_add ("/rtsp-client-source/" path, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("play", test_play);
  ADD ("talk", test_talk);
  ADD ("first-picture", test_first_picture);
  ADD ("stop-untalked", test_stop_untalked);
  ADD ("given-socket", test_given_socket);
  g_test_add ("/rtsp-client-source/given-socket-redirected", Fixture, GINT_TO_POINTER (1), set_up, test_given_socket, tear_down);
  ADD ("no-farewell", test_no_farewell);
  ADD ("refused", test_refused);
  ADD ("no-name", test_no_name);
  ADD ("not-found", test_not_found);
  ADD ("closed-early", test_closed_early);
  ADD ("closed", test_closed);
  ADD ("reset", test_reset);
  ADD ("redirects", test_redirects);
  ADD ("login-by-redial", test_login_by_redial);
  ADD ("stall", test_stall);
  ADD ("no-rtsp", test_no_rtsp);
  ADD ("tls", test_tls);
  ADD ("pace", test_pace);
  ADD ("stop-at-once", test_stop_at_once);
  ADD ("camera-leaves", test_camera_leaves);
  return g_test_run ();
}
