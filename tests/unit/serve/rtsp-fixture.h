/* A server with one camera on two real loops, a producer of pictures and sound, and clients over real sockets that speak RTSP by hand.
 * Every wait has a deadline of 10 s, after which the test fails. */
#pragma once

#include <arpa/inet.h>
#include <glib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "serve/rtsp-server.h"
#include "wire/rtcp.h"
#include "wire/rtp.h"
#include "wire/rtsp-framing.h"

#define WATCHDOG_S 30 /* a sanitizer on a busy machine is slow */
#define PICTURE_NS INT64_C (40000000)

#define AWAIT(condition)                                                                                             \
  G_STMT_START                                                                                                       \
  {                                                                                                                  \
    for (int64_t await_until_us = g_get_monotonic_time () + WATCHDOG_S * G_USEC_PER_SEC; !(condition); g_thread_yield ())  \
      g_assert_cmpint (g_get_monotonic_time (), <, await_until_us);                                                        \
  }                                                                                                                  \
  G_STMT_END

typedef struct {
  CamConfigSet *config;
  CamCameraConfig *camera;
  CamLoopThread *loops[2];
  CamRtspServer *server;
  CamStreamHub *hub;
  CamPayloadPool *pool;
  struct sockaddr_storage address; /* of the first listener */
  socklen_t address_size;
  char *base; /* "rtsp://HOST:PORT" */
  int64_t time_ns;
  uint64_t numbers[CAM_N_TRACKS];
} RtspFixture;

static const uint8_t fixture_sps[] = { 0x67, 0x42, 0xc0, 0x1e, 0xd9, 0x00, 0xa0, 0x47, 0xfe, 0x88 };
static const uint8_t fixture_pps[] = { 0x68, 0xce, 0x3c, 0x80 };

static inline CamStreamDescription *
fixture_describe (bool has_audio)
{
  g_autoptr (CamTrack) video = cam_track_new (CAM_CODEC_H264);
  g_autoptr (CamTrack) audio = has_audio ? cam_track_new (CAM_CODEC_PCMA) : NULL;
  g_ptr_array_add (video->parameter_sets, g_bytes_new_static (fixture_sps, sizeof fixture_sps));
  g_ptr_array_add (video->parameter_sets, g_bytes_new_static (fixture_pps, sizeof fixture_pps));
  if (audio != NULL) {
    audio->sample_rate = 8000;
    audio->channels = 1;
  }
  return cam_stream_description_new (video, audio);
}

static inline void
fixture_go_live (RtspFixture *self, bool has_audio)
{
  g_autoptr (CamStreamDescription) description = fixture_describe (has_audio);
  cam_stream_hub_set_description (self->hub, description);
  cam_stream_hub_set_feed (self->hub, CAM_FEED_CAMERA);
}

static inline void
fixture_note (gpointer data)
{
  g_atomic_int_set ((gint *) data, 1);
}

/* All that was posted to @loop before has run. */
static inline void
fixture_await_loop (CamLoopThread *loop)
{
  gint has_run = 0;
  cam_loop_thread_post (loop, fixture_note, &has_run, NULL);
  AWAIT (g_atomic_int_get (&has_run) == 1);
}

/* Runs @func on @loop and returns when it has run. */
static inline void
fixture_call_on (CamLoopThread *loop, CamLoopFunc func, gpointer data)
{
  cam_loop_thread_post (loop, func, data, NULL);
  fixture_await_loop (loop);
}

/* Before fixture_start the test may change self->config and self->camera. */
static inline void
fixture_init (RtspFixture *self)
{
  *self = (RtspFixture){ 0 };
  self->config = cam_config_set_new ();
  g_strfreev (self->config->server.listen);
  self->config->server.listen = g_strsplit ("127.0.0.1:0", " ", 0);
  self->camera = cam_camera_config_new ("cam");
  self->hub = cam_stream_hub_new ("cam", "main");
  self->pool = cam_payload_pool_new (256 * 1024 * 1024, NULL);
}

static inline void
fixture_start (RtspFixture *self)
{
  g_autoptr (GError) error = NULL;
  g_ptr_array_add (self->config->cameras, cam_camera_config_ref (self->camera));
  for (unsigned i = 0; i < G_N_ELEMENTS (self->loops); i++) {
    g_autofree char *name = g_strdup_printf ("media-%u", i);
    self->loops[i] = cam_loop_thread_new (name, &error);
    g_assert_no_error (error);
  }
  self->server = cam_rtsp_server_new (self->config, self->loops, G_N_ELEMENTS (self->loops), NULL, &error);
  g_assert_no_error (error);
  cam_rtsp_server_publish (self->server, self->camera, CAM_STREAM_MAIN, self->hub, self->loops[1], NULL, NULL);
  cam_rtsp_server_start (self->server);
  fixture_await_loop (self->loops[1]); /* the stream-task has subscribed */

  self->base = g_strdup (cam_rtsp_server_get_addresses (self->server)[0]);
  const char *port = strrchr (self->base, ':') + 1;
  g_autofree char *host = g_strndup (self->base + 7, (size_t) (port - self->base - 8));
  bool is_ipv6 = host[0] == '[';
  if (is_ipv6)
    host[strlen (host) - 1] = '\0';
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new_from_string (host + is_ipv6, (guint) atoi (port));
  self->address_size = (socklen_t) g_socket_address_get_native_size (address);
  g_assert_true (g_socket_address_to_native (address, &self->address, sizeof self->address, NULL));
  self->time_ns = g_get_monotonic_time () * 1000;
}

static inline void
fixture_set_up (RtspFixture *self, gconstpointer data)
{
  fixture_init (self);
  fixture_start (self);
  fixture_go_live (self, true);
}

static inline void
fixture_tear_down (RtspFixture *self, gconstpointer data)
{
  cam_rtsp_server_close (self->server, G_USEC_PER_SEC);
  AWAIT (cam_rtsp_server_is_gone (self->server));
  cam_rtsp_server_free (self->server);
  for (unsigned i = 0; i < G_N_ELEMENTS (self->loops); i++) {
    cam_loop_thread_quit (self->loops[i]);
    g_assert_true (cam_loop_thread_join (self->loops[i], WATCHDOG_S * G_USEC_PER_SEC));
  }
  cam_stream_hub_close (self->hub);
  cam_stream_hub_unref (self->hub);
  cam_camera_config_unref (self->camera);
  cam_config_set_unref (self->config);
  cam_payload_pool_unref (self->pool);
  g_free (self->base);
}

/* Pushes a picture of one slice of @size bytes; its bytes say its number. */
static inline void
fixture_push_picture (RtspFixture *self, bool is_key, size_t size)
{
  CamPayload *payload = cam_payload_pool_take (self->pool, size + 4);
  uint64_t number = self->numbers[CAM_TRACK_VIDEO]++;
  g_assert_nonnull (payload);
  memset (payload->data, (int) number, size + 4);
  memcpy (payload->data, (uint8_t[]){ (uint8_t) (size >> 24), (uint8_t) (size >> 16), (uint8_t) (size >> 8), (uint8_t) size, is_key ? 0x65 : 0x41, 0x88 }, 6);
  self->time_ns += PICTURE_NS;
  CamAccessUnit unit = {
    .track = CAM_TRACK_VIDEO,
    .is_key = is_key,
    .pts_ns = self->time_ns,
    .dts_ns = self->time_ns,
    .arrived_us = g_get_monotonic_time (),
    .number = number,
    .payload = payload,
  };
  cam_stream_hub_push (self->hub, &unit, 0);
  cam_access_unit_clear (&unit);
}

static inline void
fixture_push_sound (RtspFixture *self)
{
  CamPayload *payload = cam_payload_pool_take (self->pool, 160);
  memset (payload->data, 0xd5, 160);
  CamAccessUnit unit = {
    .track = CAM_TRACK_AUDIO,
    .is_key = true,
    .pts_ns = self->time_ns + 20000000,
    .dts_ns = self->time_ns + 20000000,
    .arrived_us = g_get_monotonic_time (),
    .number = self->numbers[CAM_TRACK_AUDIO]++,
    .payload = payload,
  };
  cam_stream_hub_push (self->hub, &unit, 0);
  cam_access_unit_clear (&unit);
}

/* A group of pictures: a key unit and @n − 1 others, with sound. */
static inline void
fixture_push_group (RtspFixture *self, unsigned n)
{
  for (unsigned i = 0; i < n; i++) {
    fixture_push_picture (self, i == 0, i == 0 ? 40000 : 3000);
    fixture_push_sound (self);
  }
}

/* ---- a client ---- */

typedef struct {
  int fd;
  unsigned cseq;
  CamRtspFraming *framing;
  char *session;     /* once set up; goes into every request */
  GPtrArray *frames; /* of GBytes: interleaved frames that came while an answer was awaited, channel first */
} RtspClient;

static inline void
client_connect (RtspClient *self, const RtspFixture *fixture)
{
  const struct timeval patience = { .tv_sec = WATCHDOG_S };
  *self = (RtspClient){ .framing = cam_rtsp_framing_new (65536, true), .frames = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref) };
  self->fd = socket (fixture->address.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  setsockopt (self->fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  setsockopt (self->fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  g_assert_cmpint (connect (self->fd, (const struct sockaddr *) &fixture->address, fixture->address_size), ==, 0);
}

static inline void
client_close (RtspClient *self)
{
  close (self->fd);
  cam_rtsp_framing_free (self->framing);
  g_free (self->session);
  g_ptr_array_unref (self->frames);
}

static inline void
client_send_text (RtspClient *self, const char *text)
{
  g_assert_cmpint (send (self->fd, text, strlen (text), MSG_NOSIGNAL), ==, (ssize_t) strlen (text));
}

/* Waits for bytes; false at the connection's end. */
static inline bool
client_read (RtspClient *self)
{
  size_t room = 0;
  uint8_t *into = cam_rtsp_framing_get_room (self->framing, 65536, &room);
  ssize_t got = recv (self->fd, into, room, 0);
  if (got < 0 && errno != ECONNRESET)
    g_error ("nothing came for %u s", WATCHDOG_S);
  if (got <= 0)
    return false;
  cam_rtsp_framing_commit (self->framing, (size_t) got);
  return true;
}

/* The next answer, frames before it are kept; NULL at the connection's end. */
static inline CamRtspMessage *
client_await_answer (RtspClient *self)
{
  for (;;) {
    CamFrame frame = { 0 };
    switch (cam_rtsp_framing_next (self->framing, &frame)) {
    case CAM_FRAME_MESSAGE:
      return frame.message;
    case CAM_FRAME_DATA: {
      GByteArray *bytes = g_byte_array_new ();
      g_byte_array_append (bytes, &frame.channel, 1);
      g_byte_array_append (bytes, frame.data, (guint) frame.size);
      g_ptr_array_add (self->frames, g_byte_array_free_to_bytes (bytes));
      break;
    }
    case CAM_FRAME_NONE:
      if (!client_read (self))
        return NULL;
      break;
    case CAM_FRAME_ERROR:
      g_error ("the server sent what is not RTSP: %s", frame.error);
    }
  }
}

/* The next interleaved frame: its channel and bytes; NULL at the connection's end. Answers in between are an error. */
static inline GBytes *
client_await_frame (RtspClient *self, uint8_t *ret_channel)
{
  while (self->frames->len == 0) {
    CamFrame frame = { 0 };
    CamFrameKind kind = cam_rtsp_framing_next (self->framing, &frame);
    g_assert_true (kind == CAM_FRAME_NONE || kind == CAM_FRAME_DATA);
    if (kind == CAM_FRAME_DATA) {
      *ret_channel = frame.channel;
      return g_bytes_new (frame.data, frame.size);
    }
    if (!client_read (self))
      return NULL;
  }
  g_autoptr (GBytes) kept = g_ptr_array_steal_index (self->frames, 0);
  gsize size = 0;
  const uint8_t *data = g_bytes_get_data (kept, &size);
  *ret_channel = data[0];
  return g_bytes_new (data + 1, size - 1);
}

static inline void
client_send_request (RtspClient *self, const char *method, const char *uri, const char *headers)
{
  g_autofree char *session = self->session != NULL ? g_strdup_printf ("Session: %s\r\n", self->session) : g_strdup ("");
  g_autofree char *text = g_strdup_printf ("%s %s RTSP/1.0\r\nCSeq: %u\r\n%s%s\r\n", method, uri, ++self->cseq, session, headers);
  client_send_text (self, text);
}

/* The answer to one request, its CSeq checked. */
static inline CamRtspMessage *
client_ask (RtspClient *self, const char *method, const char *uri, const char *headers)
{
  client_send_request (self, method, uri, headers);
  CamRtspMessage *answer = client_await_answer (self);
  if (answer == NULL)
    return NULL;
  g_autofree char *cseq = g_strdup_printf ("%u", self->cseq);
  g_assert_cmpstr (cam_rtsp_message_get (answer, "CSeq", 0), ==, cseq);
  return answer;
}

static inline int
client_ask_status (RtspClient *self, const char *method, const char *uri, const char *headers)
{
  g_autoptr (CamRtspMessage) answer = client_ask (self, method, uri, headers);
  return answer != NULL ? answer->status : 0;
}

/* SETUP that must succeed; the session is kept. */
static inline void
client_set_up (RtspClient *self, const char *uri, const char *transport)
{
  g_autofree char *header = g_strdup_printf ("Transport: %s\r\n", transport);
  g_autoptr (CamRtspMessage) answer = client_ask (self, "SETUP", uri, header);
  g_assert_cmpint (answer->status, ==, 200);
  const char *session = cam_rtsp_message_get (answer, "Session", 0);
  g_assert_nonnull (session);
  g_free (self->session);
  self->session = g_strndup (session, strcspn (session, ";"));
}

/* The connection is closed or reset from the other side; data before it is passed over. */
static inline void
client_await_end (RtspClient *self)
{
  while (client_read (self)) {
    CamFrame frame = { 0 };
    while (cam_rtsp_framing_next (self->framing, &frame) != CAM_FRAME_NONE)
      g_clear_pointer (&frame.message, cam_rtsp_message_free);
  }
}
