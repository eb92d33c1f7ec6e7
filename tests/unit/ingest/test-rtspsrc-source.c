#include <gst/gst.h>
#include <string.h>

#include "scripted-camera.h"
#include "source-fixture.h"

/* Over TCP, which our own client would take: the script speaks nothing else. */
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
start (Fixture *self)
{
  g_autofree char *url = g_strdup_printf ("rtsp://127.0.0.1:%u/live", self->camera.port);
  start_source (&self->source, &cam_rtspsrc_kind, url);
}

static void
dial (Fixture *self, CameraScript script)
{
  start_camera (&self->camera, script);
  start (self);
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
play_pictures (ScriptedCamera *camera, int fd)
{
  if (!serve_until_play (camera, fd))
    return;
  g_assert_nonnull (strstr (camera->request, "User-Agent: camrelay\r\n"));
  g_assert_null (strstr (camera->request, "RealMedia"));
  for (int i = 0; i < 30; i++)
    send_picture (camera, fd, i % 10 == 0, 100);
  serve_until_close (camera, fd);
}

static void
test_play (Fixture *self, gconstpointer data)
{
  SourceFixture *source = &self->source;
  dial (self, play_pictures);
  AWAIT (source, source->units_of[CAM_TRACK_VIDEO] >= 25);
  stop_source (source);
  assert_times_rise (source);
  const CamStreamDescription *description = g_ptr_array_index (source->descriptions, 0);
  g_assert_cmpint (description->tracks[CAM_TRACK_VIDEO]->codec, ==, CAM_CODEC_H264);
  g_assert_null (description->tracks[CAM_TRACK_AUDIO]);
  g_assert_false (source->has_ended);
  stop_camera (&self->camera);
  g_assert_cmpint (self->camera.teardowns, ==, 1);
  g_assert_cmpint (self->camera.connections, ==, 2); /* one to see whether somebody is there */
}

/* Nothing is said before it is told to talk. */
static void
test_talk (Fixture *self, gconstpointer data)
{
  SourceFixture *source = &self->source;
  source->waits_to_talk = true;
  dial (self, play_pictures);
  AWAIT (source, source->is_established);
  g_assert_cmpint (g_atomic_int_get (&self->camera.connections), <=, 1);
  source->source->kind->talk (source->source);
  source->source->kind->talk (source->source);
  AWAIT (source, source->units_of[CAM_TRACK_VIDEO] >= 10);
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
  stop_camera (&self->camera);
  g_assert_cmpstr (self->camera.request, ==, "");
}

/* A probe's socket says that somebody is there, which is all that is asked. */
static void
test_given_socket (Fixture *self, gconstpointer data)
{
  SourceFixture *source = &self->source;
  start_camera (&self->camera, play_pictures);
  struct sockaddr_in address = {
      .sin_family = AF_INET, .sin_port = htons ((uint16_t) self->camera.port), .sin_addr.s_addr = htonl (INADDR_LOOPBACK)};
  source->has_socket = true;
  source->socket = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  g_assert_cmpint (connect (source->socket, (struct sockaddr *) &address, sizeof address), ==, 0);
  start (self);
  AWAIT (source, source->units_of[CAM_TRACK_VIDEO] >= 10);
  stop_source (source);
  g_assert_cmpint (g_atomic_int_get (&self->camera.connections), ==, 2);
}

static void
say_nothing (ScriptedCamera *camera, int fd)
{
  while (read_request (camera, fd))
    continue;
}

/* A camera that answers nothing keeps nobody: not the source that is stopped, whatever rtspsrc is waiting for. */
static void
test_stop_mute (Fixture *self, gconstpointer data)
{
  dial (self, say_nothing);
  while (g_atomic_int_get (&self->camera.connections) < 2)
    g_thread_yield ();
  int64_t before_us = g_get_monotonic_time ();
  stop_source (&self->source);
  g_assert_cmpint (g_get_monotonic_time () - before_us, <, 3 * G_USEC_PER_SEC);
}

static void
test_refused (Fixture *self, gconstpointer data)
{
  start_camera (&self->camera, say_nothing);
  stop_camera (&self->camera);
  start (self);
  await_end (self, CAM_REASON_REFUSED, "Connection refused");
}

static void
test_no_name (Fixture *self, gconstpointer data)
{
  start_source (&self->source, &cam_rtspsrc_kind, "rtsp://no-such-camera.invalid/live");
  await_end (self, CAM_REASON_DNS, "no-such-camera.invalid");
}

static void
answer_404 (ScriptedCamera *camera, int fd)
{
  while (read_request (camera, fd))
    reply (camera, fd, g_str_has_prefix (camera->request, "OPTIONS ") ? "200 OK" : "404 Not Found", NULL, NULL);
}

static void
test_not_found (Fixture *self, gconstpointer data)
{
  dial (self, answer_404);
  await_end (self, CAM_REASON_NOT_FOUND, "404 Not Found to DESCRIBE");
}

static void
refuse_setup (ScriptedCamera *camera, int fd)
{
  while (read_request (camera, fd)) {
    bool is_setup = g_str_has_prefix (camera->request, "SETUP ");
    reply (camera, fd, is_setup ? "461 Unsupported Transport" : "200 OK", NULL, g_str_has_prefix (camera->request, "DESCRIBE ") ? CAMERA_SDP : NULL);
  }
}

static void
test_transport_refused (Fixture *self, gconstpointer data)
{
  dial (self, refuse_setup);
  await_end (self, CAM_REASON_UNSUPPORTED, "transport");
}

static void
redirect_to_itself (ScriptedCamera *camera, int fd)
{
  g_autofree char *location = g_strdup_printf ("Location: rtsp://127.0.0.1:%u/live\r\n", camera->port);
  while (read_request (camera, fd)) {
    bool is_describe = g_str_has_prefix (camera->request, "DESCRIBE ");
    reply (camera, fd, is_describe ? "302 Found" : "200 OK", is_describe ? location : NULL, NULL);
  }
}

static void
test_redirects (Fixture *self, gconstpointer data)
{
  dial (self, redirect_to_itself);
  await_end (self, CAM_REASON_PROTOCOL, "more than 5 redirects");
}

/* What keeps rtspsrc busy for ever is refused before it looks. */
static void
test_encrypted (Fixture *self, gconstpointer data)
{
  self->camera.sdp = CAMERA_SDP "a=key-mgmt:mikey AAAAAAAAAAAAAA==\r\n";
  dial (self, play_pictures);
  await_end (self, CAM_REASON_UNSUPPORTED, "encrypted");
}

static void
close_in_play (ScriptedCamera *camera, int fd)
{
  if (!serve_until_play (camera, fd))
    return;
  for (int i = 0; i < 5; i++)
    send_picture (camera, fd, i == 0, 100);
}

static void
test_closed (Fixture *self, gconstpointer data)
{
  dial (self, close_in_play);
  await_end (self, CAM_REASON_CLOSED, "");
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

#define ADD(path, func) g_test_add ("/rtspsrc-source/" path, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  gst_init (NULL, NULL);
  ADD ("play", test_play);
  ADD ("talk", test_talk);
  ADD ("stop-untalked", test_stop_untalked);
  ADD ("given-socket", test_given_socket);
  ADD ("stop-mute", test_stop_mute);
  ADD ("refused", test_refused);
  ADD ("no-name", test_no_name);
  ADD ("not-found", test_not_found);
  ADD ("transport-refused", test_transport_refused);
  ADD ("redirects", test_redirects);
  ADD ("encrypted", test_encrypted);
  ADD ("closed", test_closed);
  ADD ("stall", test_stall);
  return g_test_run ();
}
