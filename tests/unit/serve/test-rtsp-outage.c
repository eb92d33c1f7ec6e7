/* What clients meet around a camera's outage: requests that wait for a stream, the camera that is dialled for them, and the end of an audience. */
#include "rtsp-fixture.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>

#define TCP_VIDEO "RTP/AVP/TCP;unicast;interleaved=0-1"
#define TCP_AUDIO "RTP/AVP/TCP;unicast;interleaved=2-3"
#define ON_DEMAND_US (8 * G_USEC_PER_SEC)

static const char *
url_of (const RtspFixture *fixture, const char *path)
{
  g_autofree char *text = g_strdup_printf ("%s%s", fixture->base, path);
  return g_intern_string (text);
}

static void
no_set_up (RtspFixture *fixture, gconstpointer data)
{
}

/* ---- a camera on demand ---- */

/* A second mount, "/demand", that counts who wants it. */
typedef struct {
  CamCameraConfig *camera;
  CamStreamHub *hub;
  gint wanted; /* atomic */
} Demand;

static void
on_wanted (gpointer data)
{
  g_atomic_int_inc ((gint *) data);
}

static void
demand_set_up (Demand *self, RtspFixture *fixture)
{
  *self = (Demand){.camera = cam_camera_config_new ("demand"), .hub = cam_stream_hub_new ("demand", "main")};
  self->camera->streams[CAM_STREAM_MAIN].start = CAM_START_ON_DEMAND;
  cam_rtsp_server_publish (fixture->server, self->camera, CAM_STREAM_MAIN, self->hub, fixture->loops[1], on_wanted, &self->wanted);
  fixture_await_loop (fixture->loops[1]);
}

static void
demand_clear (Demand *self)
{
  cam_stream_hub_unref (self->hub);
  cam_camera_config_unref (self->camera);
}

static void
go_live (CamStreamHub *hub)
{
  g_autoptr (CamStreamDescription) description = fixture_describe (true);
  cam_stream_hub_set_description (hub, description);
}

/* Both loops have run all that was posted to them, and what that posted. */
static void
settle (RtspFixture *fixture)
{
  for (unsigned round = 0; round < 3; round++)
    for (unsigned i = 0; i < G_N_ELEMENTS (fixture->loops); i++)
      fixture_await_loop (fixture->loops[i]);
}

static void
assert_wanted (RtspFixture *fixture, Demand *demand, gint times)
{
  settle (fixture);
  g_assert_cmpint (g_atomic_int_get (&demand->wanted), ==, times);
}

static void
test_who_wants_a_stream_says_so_once (RtspFixture *fixture, gconstpointer data)
{
  Demand demand;
  demand_set_up (&demand, fixture);
  RtspClient client;
  client_connect (&client, fixture);
  g_assert_cmpint (client_ask_status (&client, "OPTIONS", url_of (fixture, "/demand"), ""), ==, 200);
  g_assert_cmpint (client_ask_status (&client, "DESCRIBE", url_of (fixture, "/nobody"), ""), ==, 404);
  g_assert_cmpint (client_ask_status (&client, "DESCRIBE", url_of (fixture, "/cam"), ""), ==, 200);
  assert_wanted (fixture, &demand, 0);

  /* It waits for many looks, and moves to another loop on the way. */
  client_send_request (&client, "DESCRIBE", url_of (fixture, "/demand"), "");
  AWAIT (g_atomic_int_get (&demand.wanted) == 1);
  int64_t until_us = g_get_monotonic_time () + G_USEC_PER_SEC / 5;
  AWAIT (g_get_monotonic_time () >= until_us);
  assert_wanted (fixture, &demand, 1);
  go_live (demand.hub);
  int64_t known_us = g_get_monotonic_time ();
  g_autoptr (CamRtspMessage) answer = client_await_answer (&client);
  g_assert_cmpint (answer->status, ==, 200);
  g_assert_cmpint (g_get_monotonic_time () - known_us, <, G_USEC_PER_SEC);
  assert_wanted (fixture, &demand, 1);

  client_set_up (&client, url_of (fixture, "/demand/stream=0"), TCP_VIDEO);
  assert_wanted (fixture, &demand, 2);
  client_set_up (&client, url_of (fixture, "/demand/stream=1"), TCP_AUDIO);
  assert_wanted (fixture, &demand, 3);
  g_assert_cmpint (client_ask_status (&client, "PLAY", url_of (fixture, "/demand"), ""), ==, 200);
  assert_wanted (fixture, &demand, 3);
  client_close (&client);
  demand_clear (&demand);
}

static void
test_who_may_not_watch_wakes_nobody (RtspFixture *fixture, gconstpointer data)
{
  fixture_init (fixture);
  fixture_start (fixture);
  Demand demand;
  demand_set_up (&demand, fixture);
  demand.camera->read = g_ptr_array_new (); /* nobody may */
  RtspClient client;
  client_connect (&client, fixture);
  g_assert_cmpint (client_ask_status (&client, "DESCRIBE", url_of (fixture, "/demand"), ""), ==, 404);
  g_assert_cmpint (client_ask_status (&client, "SETUP", url_of (fixture, "/demand/stream=0"), "Transport: " TCP_VIDEO "\r\n"), ==, 404);
  assert_wanted (fixture, &demand, 0);
  client_close (&client);
  demand_clear (&demand);
}

/* The first dial is long over, and the patience is the request's own: it began with the request, not with the mount. */
static void
test_patience_is_the_requests_own (RtspFixture *fixture, gconstpointer data)
{
  fixture->config->server.request_timeout = 100 * 1000;
  Demand demand;
  demand_set_up (&demand, fixture);
  int64_t until_us = g_get_monotonic_time () + G_USEC_PER_SEC * 6 / 5;
  AWAIT (g_get_monotonic_time () >= until_us);
  RtspClient client;
  client_connect (&client, fixture);
  int64_t asked_us = g_get_monotonic_time ();
  g_autoptr (CamRtspMessage) answer = client_ask (&client, "DESCRIBE", url_of (fixture, "/demand"), "");
  int64_t took_us = g_get_monotonic_time () - asked_us;
  g_assert_cmpint (answer->status, ==, 503);
  g_assert_nonnull (cam_rtsp_message_get (answer, "Retry-After", 0));
  g_assert_cmpint (took_us, >=, ON_DEMAND_US - 100 * 1000);
  g_assert_cmpint (took_us, <, ON_DEMAND_US + G_USEC_PER_SEC);
  client_close (&client);
  demand_clear (&demand);
}

static void
test_who_leaves_while_waiting_is_not_kept (RtspFixture *fixture, gconstpointer data)
{
  Demand demand;
  demand_set_up (&demand, fixture);
  RtspClient client;
  client_connect (&client, fixture);
  client_send_request (&client, "DESCRIBE", url_of (fixture, "/demand"), "");
  AWAIT (g_atomic_int_get (&demand.wanted) == 1);
  client_close (&client);
  int64_t left_us = g_get_monotonic_time ();
  AWAIT (cam_rtsp_server_get_counters (fixture->server).connections == 0);
  g_assert_cmpint (g_get_monotonic_time () - left_us, <, ON_DEMAND_US / 2);
  demand_clear (&demand);
}

/* ---- another stream ---- */

static CamStreamDescription *
describe_another (void)
{
  g_autoptr (CamTrack) video = cam_track_new (CAM_CODEC_MJPEG);
  return cam_stream_description_new (video, NULL);
}

/* Nothing of a stream goes to a session that was told of another, whether it plays, waits or has yet to play. */
static void
test_a_session_is_for_one_stream (RtspFixture *fixture, gconstpointer data)
{
  fixture_push_group (fixture, 2);
  RtspClient playing;
  client_connect (&playing, fixture);
  client_set_up (&playing, url_of (fixture, "/cam/stream=0"), TCP_VIDEO);
  g_assert_cmpint (client_ask_status (&playing, "PLAY", url_of (fixture, "/cam"), ""), ==, 200);
  RtspClient ready;
  client_connect (&ready, fixture);
  client_set_up (&ready, url_of (fixture, "/cam/stream=0"), TCP_VIDEO);

  g_autoptr (CamStreamDescription) another = describe_another ();
  cam_stream_hub_set_description (fixture->hub, another);
  for (unsigned i = 0; i < 5; i++)
    fixture_push_picture (fixture, true, 1000);
  settle (fixture);
  g_assert_cmpint (client_ask_status (&ready, "PLAY", url_of (fixture, "/cam"), ""), ==, 454);
  g_assert_cmpint (client_ask_status (&ready, "SETUP", url_of (fixture, "/cam/stream=0"), "Transport: " TCP_VIDEO "\r\n"), ==, 454);
  g_assert_cmpint (client_ask_status (&playing, "OPTIONS", "*", ""), ==, 200);
  unsigned markers = 0;
  for (unsigned i = 0; i < playing.frames->len; i++) {
    gsize size = 0;
    const uint8_t *frame = g_bytes_get_data (playing.frames->pdata[i], &size);
    CamRtpPacket packet;
    if (frame[0] == 0 && cam_rtp_read (frame + 1, size - 1, &packet))
      markers += packet.marker;
  }
  g_assert_cmpuint (markers, ==, 2); /* what was there before */
  client_close (&playing);
  client_close (&ready);
}

/* ---- good-bye ---- */

static void
end_audience (RtspFixture *fixture, gint *done)
{
  cam_rtsp_server_end_audience (fixture->server, "cam", CAM_STREAM_MAIN, true, 5 * G_USEC_PER_SEC, fixture_note, done);
}

static bool
says_bye (const uint8_t *bytes, size_t size)
{
  CamRtcpReport report;
  return cam_rtcp_read (bytes, size, &report) && report.has_bye;
}

/* A client far behind, in the middle of a packet: that is finished, what waits is not sent, and BYE comes last on each track. */
static void
test_a_client_that_skips_hears_good_bye (RtspFixture *fixture, gconstpointer data)
{
  fixture_init (fixture);
  fixture->config->server.reader_lag = 20 * 1000;
  fixture_start (fixture);
  fixture_go_live (fixture, true);
  RtspClient client;
  client_connect (&client, fixture);
  client_set_up (&client, url_of (fixture, "/cam/stream=0"), TCP_VIDEO);
  client_set_up (&client, url_of (fixture, "/cam/stream=1"), TCP_AUDIO);
  g_assert_cmpint (client_ask_status (&client, "PLAY", url_of (fixture, "/cam"), ""), ==, 200);
  for (unsigned i = 0; cam_rtsp_server_get_counters (fixture->server).units_skipped == 0; i++) {
    g_assert_cmpuint (i, <, 2000);
    fixture_push_picture (fixture, i % 25 == 0, 60000);
    fixture_push_sound (fixture);
    fixture_await_loop (fixture->loops[1]);
  }
  gint done = 0;
  end_audience (fixture, &done);
  settle (fixture);

  bool has_left[CAM_N_TRACKS] = {false};
  for (;;) {
    uint8_t channel = 0;
    g_autoptr (GBytes) frame = client_await_frame (&client, &channel);
    if (frame == NULL)
      break;
    g_assert_false (has_left[channel / 2]);
    has_left[channel / 2] = channel % 2 == 1 && says_bye (g_bytes_get_data (frame, NULL), g_bytes_get_size (frame));
  }
  g_assert_true (has_left[CAM_TRACK_VIDEO]);
  g_assert_true (has_left[CAM_TRACK_AUDIO]);
  client_close (&client);
  AWAIT (g_atomic_int_get (&done) == 1);
}

/* Whoever takes BYE for the end says TEARDOWN, and is answered before the connection is closed; nothing can be begun anew. */
static void
test_leave_may_be_taken (RtspFixture *fixture, gconstpointer data)
{
  fixture_push_group (fixture, 2);
  RtspClient client;
  client_connect (&client, fixture);
  client_set_up (&client, url_of (fixture, "/cam/stream=0"), TCP_VIDEO);
  g_assert_cmpint (client_ask_status (&client, "PLAY", url_of (fixture, "/cam"), ""), ==, 200);
  gint done = 0;
  end_audience (fixture, &done);
  int64_t began_us = g_get_monotonic_time ();
  bool has_left = false;
  while (!has_left) {
    uint8_t channel = 0;
    g_autoptr (GBytes) frame = client_await_frame (&client, &channel);
    g_assert_nonnull (frame);
    has_left = channel == 1 && says_bye (g_bytes_get_data (frame, NULL), g_bytes_get_size (frame));
  }
  g_assert_cmpint (client_ask_status (&client, "PAUSE", url_of (fixture, "/cam"), ""), ==, 200);
  g_assert_cmpint (client_ask_status (&client, "PLAY", url_of (fixture, "/cam"), ""), ==, 454);
  g_assert_cmpint (client_ask_status (&client, "SETUP", url_of (fixture, "/cam/stream=0"), "Transport: " TCP_VIDEO "\r\n"), ==, 454);
  g_assert_cmpint (client_ask_status (&client, "TEARDOWN", url_of (fixture, "/cam"), ""), ==, 200);
  client_await_end (&client);
  client_close (&client);
  AWAIT (g_atomic_int_get (&done) == 1);
  g_assert_cmpint (g_get_monotonic_time () - began_us, <, 5 * G_USEC_PER_SEC); /* before the reset */
}

/* The RTCP socket of a track whose client port is one below it. */
static int
open_report_socket (unsigned *ret_rtp_port)
{
  const struct timeval patience = {.tv_sec = WATCHDOG_S};
  for (unsigned port = 43001; port < 60000; port += 2) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl (INADDR_LOOPBACK)}, .sin_port = htons ((uint16_t) port)};
    int fd = socket (AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    setsockopt (fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    *ret_rtp_port = port - 1;
    if (bind (fd, (struct sockaddr *) &address, sizeof address) == 0)
      return fd;
    close (fd);
  }
  g_assert_not_reached ();
}

static void
test_good_bye_over_udp (RtspFixture *fixture, gconstpointer data)
{
  RtspClient client;
  client_connect (&client, fixture);
  int sockets[CAM_N_TRACKS];
  for (unsigned i = 0; i < CAM_N_TRACKS; i++) {
    unsigned port = 0;
    sockets[i] = open_report_socket (&port);
    g_autofree char *transport = g_strdup_printf ("RTP/AVP;unicast;client_port=%u-%u", port, port + 1);
    client_set_up (&client, url_of (fixture, i == 0 ? "/cam/stream=0" : "/cam/stream=1"), transport);
  }
  g_assert_cmpint (client_ask_status (&client, "PLAY", url_of (fixture, "/cam"), ""), ==, 200);
  for (unsigned i = 0; i < 50; i++) /* far more than the pace lets out at once */
    fixture_push_picture (fixture, i == 0, 60000);
  gint done = 0;
  end_audience (fixture, &done);
  for (unsigned i = 0; i < CAM_N_TRACKS; i++) {
    uint8_t bytes[2048];
    bool has_left = false;
    while (!has_left) {
      ssize_t size = recv (sockets[i], bytes, sizeof bytes, 0);
      g_assert_cmpint (size, >, 0);
      has_left = says_bye (bytes, (size_t) size);
    }
    close (sockets[i]);
  }
  client_await_end (&client);
  client_close (&client);
  AWAIT (g_atomic_int_get (&done) == 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func) g_test_add ("/rtsp-outage/" name, RtspFixture, NULL, fixture_set_up, func, fixture_tear_down)
#define ADD_OWN(name, func) g_test_add ("/rtsp-outage/" name, RtspFixture, NULL, no_set_up, func, fixture_tear_down)
  ADD ("who-wants-a-stream-says-so-once", test_who_wants_a_stream_says_so_once);
  ADD_OWN ("who-may-not-watch-wakes-nobody", test_who_may_not_watch_wakes_nobody);
  ADD ("patience-is-the-requests-own", test_patience_is_the_requests_own);
  ADD ("who-leaves-while-waiting-is-not-kept", test_who_leaves_while_waiting_is_not_kept);
  ADD ("a-session-is-for-one-stream", test_a_session_is_for_one_stream);
  ADD_OWN ("a-client-that-skips-hears-good-bye", test_a_client_that_skips_hears_good_bye);
  ADD ("leave-may-be-taken", test_leave_may_be_taken);
  ADD ("good-bye-over-udp", test_good_bye_over_udp);
  return g_test_run ();
}
