#include "rtsp-fixture.h"

#include <stdio.h>

#include "camrelay/limits.h"

/* Kept by GLib for the life of the test. */
static const char *
url_of (const RtspFixture *fixture, const char *path)
{
  g_autofree char *text = g_strdup_printf ("%s%s", fixture->base, path);
  return g_intern_string (text);
}

static void
set_up_both (RtspClient *client, const RtspFixture *fixture)
{
  client_set_up (client, url_of (fixture, "/cam/stream=0"), "RTP/AVP/TCP;unicast;interleaved=0-1");
  client_set_up (client, url_of (fixture, "/cam/stream=1"), "RTP/AVP/TCP;unicast;interleaved=2-3");
}

static void
test_options (RtspFixture *fixture, gconstpointer data)
{
  RtspClient client;
  client_connect (&client, fixture);
  g_autoptr (CamRtspMessage) answer = client_ask (&client, "OPTIONS", "*", "");
  g_assert_cmpint (answer->status, ==, 200);
  g_assert_nonnull (strstr (cam_rtsp_message_get (answer, "Public", 0), "DESCRIBE"));
  g_assert_true (g_str_has_prefix (cam_rtsp_message_get (answer, "Server", 0), "camrelay/"));
  g_assert_cmpint (client_ask_status (&client, "OPTIONS", url_of (fixture, "/nobody"), ""), ==, 200);
  client_close (&client);
}

static void
test_describe (RtspFixture *fixture, gconstpointer data)
{
  RtspClient client;
  client_connect (&client, fixture);
  g_autoptr (CamRtspMessage) answer = client_ask (&client, "DESCRIBE", url_of (fixture, "/cam"), "Accept: application/sdp\r\n");
  g_assert_cmpint (answer->status, ==, 200);
  g_assert_cmpstr (cam_rtsp_message_get (answer, "Content-Type", 0), ==, "application/sdp");
  g_assert_cmpstr (cam_rtsp_message_get (answer, "Content-Base", 0), ==, url_of (fixture, "/cam/"));
  const char *sdp = (const char *) answer->body->data;
  const char *lines[] = {"v=0\r\n",
                         " 1 IN IP4 127.0.0.1\r\n",
                         "s=cam\r\n",
                         "c=IN IP4 0.0.0.0\r\n",
                         "a=range:npt=now-\r\n",
                         "m=video 0 RTP/AVP 96\r\n",
                         "a=rtpmap:96 H264/90000\r\n",
                         "sprop-parameter-sets=",
                         "a=control:stream=0\r\n",
                         "m=audio 0 RTP/AVP 8\r\n",
                         "a=rtpmap:8 PCMA/8000",
                         "a=control:stream=1\r\n",
                         " cname:camrelay-"};
  for (unsigned i = 0; i < G_N_ELEMENTS (lines); i++)
    if (strstr (sdp, lines[i]) == NULL)
      g_error ("'%s' is missing in\n%s", lines[i], sdp);
  g_assert_cmpint (client_ask_status (&client, "DESCRIBE", url_of (fixture, "/cam/main/"), ""), ==, 200);
  g_assert_cmpint (client_ask_status (&client, "DESCRIBE", url_of (fixture, "/cam?x=1"), ""), ==, 200);
  g_assert_cmpint (client_ask_status (&client, "DESCRIBE", url_of (fixture, "/cam"), "Accept: text/html\r\n"), ==, 406);
  g_assert_cmpint (client_ask_status (&client, "DESCRIBE", url_of (fixture, "/cam/sub"), ""), ==, 404);
  g_assert_cmpint (client_ask_status (&client, "DESCRIBE", url_of (fixture, "/other"), ""), ==, 404);
  g_assert_cmpint (client_ask_status (&client, "DESCRIBE", url_of (fixture, "/cam"), "Require: onvif-replay\r\n"), ==, 551);
  client_close (&client);
}

typedef struct {
  unsigned packets[CAM_N_TRACKS];
  uint16_t next[CAM_N_TRACKS];
  bool has_report[CAM_N_TRACKS];
  unsigned pictures;
  unsigned key_slices;
} Received;

/* Takes frames until @pictures ended, checking order, numbering, and that a report came first. */
static void
receive_pictures (RtspClient *client, Received *received, unsigned pictures, const uint8_t channels[CAM_N_TRACKS])
{
  while (received->pictures < pictures) {
    uint8_t channel = 0;
    g_autoptr (GBytes) frame = client_await_frame (client, &channel);
    g_assert_nonnull (frame);
    gsize size = 0;
    const uint8_t *bytes = g_bytes_get_data (frame, &size);
    CamTrackKind kind = (channel & ~1) == channels[CAM_TRACK_VIDEO] ? CAM_TRACK_VIDEO : CAM_TRACK_AUDIO;
    if (channel == channels[kind] + 1) {
      CamRtcpReport report;
      g_assert_true (cam_rtcp_read (bytes, size, &report));
      g_assert_true (report.has_sender_report);
      received->has_report[kind] = true;
      continue;
    }
    g_assert_cmpuint (channel, ==, channels[kind]);
    g_assert_true (received->has_report[kind]);
    CamRtpPacket packet;
    g_assert_true (cam_rtp_read (bytes, size, &packet));
    g_assert_cmpuint (size, <=, CAM_LIMIT_RTP_PACKET_BYTES);
    if (received->packets[kind] > 0)
      g_assert_cmpuint (packet.sequence, ==, received->next[kind]);
    received->next[kind] = (uint16_t) (packet.sequence + 1);
    received->packets[kind]++;
    if (kind == CAM_TRACK_AUDIO)
      continue;
    received->key_slices += (packet.payload[0] & 0x1f) == 28 && packet.payload[1] == 0x85;
    received->pictures += packet.marker;
  }
}

static const uint8_t usual_channels[CAM_N_TRACKS] = {0, 2};

/* PLAY gives the head at once, then live pictures, numbered without a gap, and RTP-Info tells the truth. */
static void
test_instant_join (RtspFixture *fixture, gconstpointer data)
{
  fixture_push_group (fixture, 10);
  RtspClient client;
  client_connect (&client, fixture);
  set_up_both (&client, fixture);
  g_autoptr (CamRtspMessage) answer = client_ask (&client, "PLAY", url_of (fixture, "/cam/"), "");
  g_assert_cmpint (answer->status, ==, 200);
  g_assert_cmpstr (cam_rtsp_message_get (answer, "Range", 0), ==, "npt=now-");
  const char *info = cam_rtsp_message_get (answer, "RTP-Info", 0);
  g_autofree char *first_url = g_strdup_printf ("url=%s/cam/stream=0;", fixture->base);
  g_assert_true (g_str_has_prefix (info, first_url));
  unsigned sequence = 0;
  g_assert_cmpint (sscanf (strstr (info, ";seq="), ";seq=%u", &sequence), ==, 1);

  Received received = {0};
  receive_pictures (&client, &received, 10, usual_channels);
  g_assert_cmpuint (received.key_slices, ==, 1);
  g_assert_cmpuint ((uint16_t) (received.next[CAM_TRACK_VIDEO] - received.packets[CAM_TRACK_VIDEO]), ==, sequence);
  fixture_push_picture (fixture, false, 5000);
  receive_pictures (&client, &received, 11, usual_channels);
  fixture_push_group (fixture, 5);
  receive_pictures (&client, &received, 16, usual_channels);
  g_assert_cmpuint (received.key_slices, ==, 2);
  g_assert_cmpuint (received.packets[CAM_TRACK_AUDIO], >=, 5);
  g_assert_cmpuint (cam_rtsp_server_count_readers (fixture->server, "cam", CAM_STREAM_MAIN), ==, 1);
  client_close (&client);
  AWAIT (cam_rtsp_server_count_readers (fixture->server, "cam", CAM_STREAM_MAIN) == 0);
}

static void
test_odd_channels_and_one_track (RtspFixture *fixture, gconstpointer data)
{
  fixture_push_group (fixture, 3);
  RtspClient client;
  client_connect (&client, fixture);
  client_set_up (&client, url_of (fixture, "/cam/stream=0"), "RTP/AVP/TCP;unicast;interleaved=10-11");
  g_assert_cmpint (client_ask_status (&client, "PLAY", url_of (fixture, "/cam/stream=0"), ""), ==, 200);
  const uint8_t channels[CAM_N_TRACKS] = {10, 200};
  Received received = {0};
  receive_pictures (&client, &received, 3, channels);
  fixture_push_group (fixture, 2);
  receive_pictures (&client, &received, 5, channels);
  g_assert_cmpuint (received.packets[CAM_TRACK_AUDIO], ==, 0);
  client_close (&client);
}

static void
test_pause_and_play_again (RtspFixture *fixture, gconstpointer data)
{
  fixture_push_group (fixture, 2);
  RtspClient client;
  client_connect (&client, fixture);
  set_up_both (&client, fixture);
  g_assert_cmpint (client_ask_status (&client, "PLAY", url_of (fixture, "/cam"), ""), ==, 200);
  Received received = {0};
  receive_pictures (&client, &received, 2, usual_channels);
  g_assert_cmpint (client_ask_status (&client, "PLAY", url_of (fixture, "/cam"), ""), ==, 200);
  g_assert_cmpint (client_ask_status (&client, "PAUSE", url_of (fixture, "/cam"), ""), ==, 200);
  fixture_push_group (fixture, 30);
  g_assert_cmpint (client_ask_status (&client, "GET_PARAMETER", url_of (fixture, "/cam"), ""), ==, 200);
  unsigned before = client.frames->len;
  g_assert_cmpint (client_ask_status (&client, "OPTIONS", url_of (fixture, "/cam"), ""), ==, 200);
  g_assert_cmpuint (client.frames->len, ==, before);

  g_ptr_array_set_size (client.frames, 0);
  g_assert_cmpint (client_ask_status (&client, "PLAY", url_of (fixture, "/cam"), ""), ==, 200);
  receive_pictures (&client, &received, 2 + 30, usual_channels);
  g_assert_cmpint (client_ask_status (&client, "TEARDOWN", url_of (fixture, "/cam"), ""), ==, 200);
  AWAIT (cam_rtsp_server_count_readers (fixture->server, "cam", CAM_STREAM_MAIN) == 0);
  g_assert_cmpint (client_ask_status (&client, "PLAY", url_of (fixture, "/cam"), ""), ==, 454);
  g_clear_pointer (&client.session, g_free);
  set_up_both (&client, fixture);
  g_assert_cmpint (client_ask_status (&client, "PLAY", url_of (fixture, "/cam"), ""), ==, 200);
  client_close (&client);
}

static void
test_wrong_requests (RtspFixture *fixture, gconstpointer data)
{
  RtspClient client;
  client_connect (&client, fixture);
  const char *tcp = "Transport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n";
  g_assert_cmpint (client_ask_status (&client, "SETUP", url_of (fixture, "/cam"), tcp), ==, 459);
  g_assert_cmpint (client_ask_status (&client, "SETUP", url_of (fixture, "/cam/stream=2"), tcp), ==, 404);
  g_assert_cmpint (client_ask_status (&client, "SETUP", url_of (fixture, "/nobody/stream=0"), tcp), ==, 404);
  g_assert_cmpint (client_ask_status (&client, "SETUP", url_of (fixture, "/cam/stream=0"), ""), ==, 400);
  g_assert_cmpint (
      client_ask_status (&client, "SETUP", url_of (fixture, "/cam/stream=0"), "Transport: RTP/SAVP;unicast;client_port=5000-5001\r\n"), ==,
      461);
  g_assert_cmpint (client_ask_status (&client, "SETUP", url_of (fixture, "/cam/stream=0"), "Transport: RTP/AVP;multicast\r\n"), ==, 461);
  g_assert_cmpuint (cam_rtsp_server_count_readers (fixture->server, "cam", CAM_STREAM_MAIN), ==, 0);
  g_assert_cmpint (client_ask_status (&client, "PLAY", url_of (fixture, "/cam"), ""), ==, 454);
  g_assert_cmpint (client_ask_status (&client, "PLAY", url_of (fixture, "/cam"), "Session: 0123456789abcdef0123456789abcdef\r\n"), ==, 454);
  g_assert_cmpint (client_ask_status (&client, "ANNOUNCE", url_of (fixture, "/cam"), ""), ==, 405);
  g_assert_cmpint (client_ask_status (&client, "GET_PARAMETER", url_of (fixture, "/cam"), "Content-Length: 4\r\n\r\nping"), ==, 451);

  set_up_both (&client, fixture);
  g_assert_cmpint (
      client_ask_status (&client, "SETUP", url_of (fixture, "/cam/stream=1"), "Transport: RTP/AVP;unicast;client_port=5000-5001\r\n"), ==,
      461);
  client_set_up (&client, url_of (fixture, "/cam/stream=1"), "RTP/AVP/TCP;unicast;interleaved=4-5");
  g_assert_cmpint (client_ask_status (&client, "PLAY", url_of (fixture, "/cam/stream=0"), ""), ==, 460);
  g_assert_cmpint (client_ask_status (&client, "PLAY", url_of (fixture, "/cam"), ""), ==, 200);
  g_assert_cmpint (client_ask_status (&client, "SETUP", url_of (fixture, "/cam/stream=1"), tcp), ==, 455);

  /* Another connection cannot use the session. */
  RtspClient thief;
  client_connect (&thief, fixture);
  thief.session = g_strdup (client.session);
  g_assert_cmpint (client_ask_status (&thief, "TEARDOWN", url_of (fixture, "/cam"), ""), ==, 454);
  g_assert_cmpint (client_ask_status (&thief, "SETUP", url_of (fixture, "/cam/stream=0"), tcp), ==, 454);
  g_assert_cmpint (client_ask_status (&client, "TEARDOWN", url_of (fixture, "/cam"), ""), ==, 200);
  client_close (&thief);
  client_close (&client);
}

/* Requests sent at once are answered in order, also when the first moves the connection to another loop. */
static void
test_pipelined (RtspFixture *fixture, gconstpointer data)
{
  RtspClient client;
  client_connect (&client, fixture);
  g_autofree char *text = g_strdup_printf ("OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n"
                                           "DESCRIBE %s/cam RTSP/1.0\r\nCSeq: 2\r\n\r\n"
                                           "SETUP %s/cam/stream=0 RTSP/1.0\r\nCSeq: 3\r\nTransport: RTP/AVP/TCP;interleaved=0-1\r\n\r\n"
                                           "DESCRIBE %s/none RTSP/1.0\r\nCSeq: 4\r\n\r\n",
                                           fixture->base, fixture->base, fixture->base);
  client_send_text (&client, text);
  const int expected[] = {200, 200, 200, 404};
  for (unsigned i = 0; i < G_N_ELEMENTS (expected); i++) {
    g_autoptr (CamRtspMessage) answer = client_await_answer (&client);
    g_assert_cmpint (answer->status, ==, expected[i]);
    g_assert_cmpint (atoi (cam_rtsp_message_get (answer, "CSeq", 0)), ==, (int) i + 1);
  }
  client_close (&client);
}

static void
test_nonsense_is_answered_and_closed (RtspFixture *fixture, gconstpointer data)
{
  RtspClient client;
  client_connect (&client, fixture);
  client_send_text (&client, "GET / HTTP/1.1\nHost: x\n\n");
  g_autoptr (CamRtspMessage) answer = client_await_answer (&client);
  g_assert_cmpint (answer->status, >=, 400);
  client_await_end (&client);
  client_close (&client);

  client_connect (&client, fixture);
  g_autofree char *long_uri = g_strnfill (CAM_LIMIT_HEADER_BYTES + 10, 'a');
  client_send_text (&client, "DESCRIBE rtsp://h/");
  client_send_text (&client, long_uri);
  g_autoptr (CamRtspMessage) refusal = client_await_answer (&client);
  g_assert_cmpint (refusal->status, >=, 400);
  client_await_end (&client);
  client_close (&client);
}

/* An unknown stream is waited for while its first dial is young. */
static void
test_a_young_stream_is_waited_for (RtspFixture *fixture, gconstpointer data)
{
  fixture_init (fixture);
  fixture_start (fixture);
  RtspClient client;
  client_connect (&client, fixture);
  client_send_request (&client, "DESCRIBE", url_of (fixture, "/cam"), "");
  AWAIT (cam_rtsp_server_get_counters (fixture->server).accepted == 1);
  fixture_go_live (fixture, true);
  g_autoptr (CamRtspMessage) answer = client_await_answer (&client);
  g_assert_cmpint (answer->status, ==, 200);
  client_close (&client);
}

static void
test_an_unknown_stream_is_unavailable (RtspFixture *fixture, gconstpointer data)
{
  fixture_init (fixture);
  fixture->camera->enabled = false;
  fixture_start (fixture);
  RtspClient client;
  client_connect (&client, fixture);
  g_autoptr (CamRtspMessage) answer = client_ask (&client, "DESCRIBE", url_of (fixture, "/cam"), "");
  g_assert_cmpint (answer->status, ==, 503);
  g_assert_cmpstr (cam_rtsp_message_get (answer, "Retry-After", 0), ==, "2");
  client_close (&client);
}

/* The audience hears BYE on each track and is closed; the mount stays, or not. */
static void
test_the_audience_is_ended (RtspFixture *fixture, gconstpointer data)
{
  fixture_push_group (fixture, 2);
  RtspClient client;
  client_connect (&client, fixture);
  set_up_both (&client, fixture);
  g_assert_cmpint (client_ask_status (&client, "PLAY", url_of (fixture, "/cam"), ""), ==, 200);
  Received received = {0};
  receive_pictures (&client, &received, 2, usual_channels);
  gint done = 0;
  cam_rtsp_server_end_audience (fixture->server, "cam", CAM_STREAM_MAIN, true, G_USEC_PER_SEC, fixture_note, &done);
  unsigned byes = 0;
  for (;;) {
    uint8_t channel = 0;
    CamRtcpReport report;
    g_autoptr (GBytes) frame = client_await_frame (&client, &channel);
    if (frame == NULL)
      break;
    if (channel % 2 == 1 && cam_rtcp_read (g_bytes_get_data (frame, NULL), g_bytes_get_size (frame), &report))
      byes += report.has_bye;
  }
  g_assert_cmpuint (byes, ==, 2);
  client_close (&client);
  AWAIT (g_atomic_int_get (&done) == 1);

  client_connect (&client, fixture);
  g_assert_cmpint (client_ask_status (&client, "DESCRIBE", url_of (fixture, "/cam"), ""), ==, 200);
  done = 0;
  cam_rtsp_server_end_audience (fixture->server, "cam", CAM_STREAM_MAIN, false, G_USEC_PER_SEC, fixture_note, &done);
  AWAIT (g_atomic_int_get (&done) == 1);
  g_assert_cmpint (client_ask_status (&client, "DESCRIBE", url_of (fixture, "/cam"), ""), ==, 404);
  client_close (&client);
  done = 0;
  cam_rtsp_server_end_audience (fixture->server, "cam", CAM_STREAM_MAIN, false, G_USEC_PER_SEC, fixture_note, &done);
  g_assert_cmpint (done, ==, 1);
}

static void
test_readers_are_limited (RtspFixture *fixture, gconstpointer data)
{
  fixture_init (fixture);
  fixture->camera->max_readers = 2;
  fixture_start (fixture);
  fixture_go_live (fixture, true);
  RtspClient clients[3];
  const char *tcp = "Transport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n";
  for (unsigned i = 0; i < 3; i++)
    client_connect (&clients[i], fixture);
  g_assert_cmpint (client_ask_status (&clients[0], "SETUP", url_of (fixture, "/cam/stream=0"), tcp), ==, 200);
  g_assert_cmpint (client_ask_status (&clients[1], "SETUP", url_of (fixture, "/cam/stream=0"), tcp), ==, 200);
  g_assert_cmpint (client_ask_status (&clients[2], "SETUP", url_of (fixture, "/cam/stream=0"), tcp), ==, 453);
  client_close (&clients[0]);
  AWAIT (cam_rtsp_server_count_readers (fixture->server, "cam", CAM_STREAM_MAIN) == 1);
  g_assert_cmpint (client_ask_status (&clients[2], "SETUP", url_of (fixture, "/cam/stream=0"), tcp), ==, 200);
  client_close (&clients[1]);
  client_close (&clients[2]);
}

static void
test_connections_are_limited (RtspFixture *fixture, gconstpointer data)
{
  fixture_init (fixture);
  fixture->config->server.max_connections = 2;
  fixture_start (fixture);
  RtspClient clients[3];
  for (unsigned i = 0; i < 2; i++) {
    client_connect (&clients[i], fixture);
    g_assert_cmpint (client_ask_status (&clients[i], "OPTIONS", "*", ""), ==, 200);
  }
  client_connect (&clients[2], fixture);
  g_autoptr (CamRtspMessage) answer = client_await_answer (&clients[2]);
  g_assert_cmpint (answer->status, ==, 503);
  client_await_end (&clients[2]);
  client_close (&clients[2]);
  g_assert_cmpuint (cam_rtsp_server_get_counters (fixture->server).refused, ==, 1);
  client_close (&clients[0]);
  AWAIT (cam_rtsp_server_get_counters (fixture->server).connections == 1);
  client_connect (&clients[0], fixture);
  g_assert_cmpint (client_ask_status (&clients[0], "OPTIONS", "*", ""), ==, 200);
  client_close (&clients[0]);
  client_close (&clients[1]);
}

static void
test_the_listener_answers_from_inside (RtspFixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_assert_true (cam_rtsp_server_check (fixture->server, &error));
  g_assert_no_error (error);
}

static void
no_set_up (RtspFixture *fixture, gconstpointer data)
{
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func) g_test_add ("/rtsp-connection/" name, RtspFixture, NULL, fixture_set_up, func, fixture_tear_down)
#define ADD_OWN(name, func) g_test_add ("/rtsp-connection/" name, RtspFixture, NULL, no_set_up, func, fixture_tear_down)
  ADD ("options", test_options);
  ADD ("describe", test_describe);
  ADD ("instant-join", test_instant_join);
  ADD ("odd-channels-and-one-track", test_odd_channels_and_one_track);
  ADD ("pause-and-play-again", test_pause_and_play_again);
  ADD ("wrong-requests", test_wrong_requests);
  ADD ("pipelined", test_pipelined);
  ADD ("nonsense-is-answered-and-closed", test_nonsense_is_answered_and_closed);
  ADD_OWN ("a-young-stream-is-waited-for", test_a_young_stream_is_waited_for);
  ADD_OWN ("an-unknown-stream-is-unavailable", test_an_unknown_stream_is_unavailable);
  ADD ("the-audience-is-ended", test_the_audience_is_ended);
  ADD_OWN ("readers-are-limited", test_readers_are_limited);
  ADD_OWN ("connections-are-limited", test_connections_are_limited);
  ADD ("the-listener-answers-from-inside", test_the_listener_answers_from_inside);
  return g_test_run ();
}
