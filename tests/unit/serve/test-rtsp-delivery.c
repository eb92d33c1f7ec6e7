/* What clients get when they are slow, silent, on UDP, or watch a camera that goes away. */
#include "rtsp-fixture.h"
#include "udp-pair.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>

static const char *
url_of (const RtspFixture *fixture, const char *path)
{
  g_autofree char *text = g_strdup_printf ("%s%s", fixture->base, path);
  return g_intern_string (text);
}

static void
play_tcp (RtspClient *client, const RtspFixture *fixture)
{
  client_connect (client, fixture);
  client_set_up (client, url_of (fixture, "/cam/stream=0"), "RTP/AVP/TCP;unicast;interleaved=0-1");
  g_assert_cmpint (client_ask_status (client, "PLAY", url_of (fixture, "/cam/"), ""), ==, 200);
}

/* The video that a client has seen. */
typedef struct {
  bool started;
  uint16_t next;
  uint32_t rtp_time;
  unsigned pictures;
  unsigned keys;
  uint8_t last_number; /* of the newest whole picture, as its bytes say */
} Seen;

/* Numbers without a gap, time that never goes back, fragments that begin where they should. */
static void
see_packet (Seen *seen, const uint8_t *bytes, size_t size)
{
  CamRtpPacket packet;
  g_assert_true (cam_rtp_read (bytes, size, &packet));
  if (seen->started) {
    g_assert_cmpuint (packet.sequence, ==, seen->next);
    g_assert_cmpint ((int32_t) (packet.time - seen->rtp_time), >=, 0);
  }
  seen->started = true;
  seen->next = (uint16_t) (packet.sequence + 1);
  seen->rtp_time = packet.time;
  seen->keys += (packet.payload[0] & 0x1f) == 5 || ((packet.payload[0] & 0x1f) == 28 && packet.payload[1] == 0x85);
  if (!packet.marker)
    return;
  seen->pictures++;
  seen->last_number = packet.payload[packet.size - 1];
}

static void
see_until (RtspClient *client, Seen *seen, uint8_t number)
{
  while (seen->pictures == 0 || seen->last_number != number) {
    uint8_t channel = 0;
    g_autoptr (GBytes) frame = client_await_frame (client, &channel);
    g_assert_nonnull (frame);
    if (channel == 0)
      see_packet (seen, g_bytes_get_data (frame, NULL), g_bytes_get_size (frame));
  }
}

/* All that has come so far, without waiting. */
static void
see_what_came (RtspClient *client, Seen *seen)
{
  size_t room = 0;
  uint8_t *into = cam_rtsp_framing_get_room (client->framing, 65536, &room);
  ssize_t got = recv (client->fd, into, room, MSG_DONTWAIT);
  while (got > 0) {
    cam_rtsp_framing_commit (client->framing, (size_t) got);
    CamFrame frame = {0};
    while (cam_rtsp_framing_next (client->framing, &frame) == CAM_FRAME_DATA)
      if (frame.channel == 0)
        see_packet (seen, frame.data, frame.size);
    into = cam_rtsp_framing_get_room (client->framing, 65536, &room);
    got = recv (client->fd, into, room, MSG_DONTWAIT);
  }
  g_assert_cmpint (errno, ==, EAGAIN);
}

static uint8_t
last_pushed (const RtspFixture *fixture)
{
  return (uint8_t) (fixture->numbers[CAM_TRACK_VIDEO] - 1);
}

static void
assert_reader (RtspFixture *fixture, unsigned nth, CamReaderState state, uint64_t skips)
{
  g_autoptr (GPtrArray) readers = cam_rtsp_server_list_readers (fixture->server, "cam");
  g_assert_cmpuint (readers->len, >, nth);
  const CamReaderView *reader = readers->pdata[nth];
  g_assert_cmpstr (cam_reader_state_name (reader->state), ==, cam_reader_state_name (state));
  g_assert_cmpuint (reader->skips[CAM_SKIP_LAG] + reader->skips[CAM_SKIP_BYTES], ==, skips);
}

static CamMountView
view_mount (const RtspFixture *fixture)
{
  CamMountView view = {.units = 0};
  g_assert_true (cam_rtsp_server_view_mount (fixture->server, "cam", CAM_STREAM_MAIN, &view));
  return view;
}

static uint64_t
count_first_pictures (const CamMountView *view)
{
  uint64_t sum = 0;
  for (unsigned i = 0; i <= CAM_FIRST_PICTURE_BOUNDS; i++)
    sum += view->first_pictures.counts[i];
  return sum;
}

/* A client that reads nothing is behind once, and stays out until it reads: nothing is queued for it, however often it reports that it lives. */
static void
test_a_stalled_client_stays_out (RtspFixture *fixture, gconstpointer data)
{
  fixture_init (fixture);
  fixture->config->server.reader_lag = 20 * 1000;
  fixture_start (fixture);
  fixture_go_live (fixture, true);
  fixture_push_group (fixture, 2);
  RtspClient stalled;
  RtspClient quick;
  play_tcp (&stalled, fixture);
  play_tcp (&quick, fixture);
  static const uint8_t report[] = {'$', 1, 0, 8, 0x80, 201, 0, 1, 0, 0, 0, 1};
  Seen seen = {0};
  for (unsigned i = 0; i < 600; i++) {
    fixture_push_picture (fixture, i % 25 == 0, 60000);
    see_until (&quick, &seen, last_pushed (fixture));
    if (i % 10 == 0)
      g_assert_cmpint (send (stalled.fd, report, sizeof report, MSG_NOSIGNAL), ==, sizeof report);
  }
  assert_reader (fixture, 0, CAM_READER_STATE_SKIPPING, 1);
  assert_reader (fixture, 1, CAM_READER_STATE_PLAYING, 0);
  CamMountView mount = view_mount (fixture);
  g_assert_cmpuint (mount.lagging, ==, 1);
  g_assert_cmpuint (mount.units, >=, 600);
  g_assert_cmpuint (mount.bytes, >=, 600 * 60000);
  g_assert_cmpuint (mount.units_left_out, ==, cam_rtsp_server_get_counters (fixture->server).units_skipped);
  g_assert_cmpuint (count_first_pictures (&mount), ==, 2);
  g_assert_cmpfloat (mount.first_pictures.sum_s, <, 2);
  client_close (&stalled);
  AWAIT (view_mount (fixture).lagging == 0);
  client_close (&quick);
  g_assert_false (cam_rtsp_server_view_mount (fixture->server, "nobody", CAM_STREAM_MAIN, &mount));
}

/* A client stops reading for longer than ReaderLag: the other loses nothing, and it comes back with a key picture and contiguous numbers.
 */
static void
test_a_slow_client_comes_back (RtspFixture *fixture, gconstpointer data)
{
  fixture_init (fixture);
  fixture->config->server.reader_lag = 20 * 1000;
  fixture_start (fixture);
  fixture_go_live (fixture, true);
  fixture_push_group (fixture, 2);
  RtspClient slow;
  RtspClient quick;
  play_tcp (&slow, fixture);
  play_tcp (&quick, fixture);
  Seen seen_quick = {0};
  see_until (&quick, &seen_quick, last_pushed (fixture));

  unsigned pushed = 2;
  for (unsigned i = 0; i < 400; i++, pushed++) {
    fixture_push_picture (fixture, i % 25 == 0, 60000);
    see_until (&quick, &seen_quick, last_pushed (fixture));
  }
  g_assert_cmpuint (seen_quick.pictures, ==, pushed);

  Seen seen_slow = {0};
  int64_t patience_us = g_get_monotonic_time () + WATCHDOG_S * G_USEC_PER_SEC;
  for (unsigned i = 0; i < 10 || seen_slow.last_number != last_pushed (fixture); i++) {
    g_assert_cmpint (g_get_monotonic_time (), <, patience_us);
    fixture_push_picture (fixture, i % 25 == 5, 2000);
    see_until (&quick, &seen_quick, last_pushed (fixture));
    see_what_came (&slow, &seen_slow);
  }
  g_assert_cmpuint (seen_slow.pictures, <, seen_quick.pictures);
  g_assert_cmpuint (seen_slow.keys, >=, 2);
  g_assert_cmpuint (cam_rtsp_server_get_counters (fixture->server).units_skipped, >, 0);
  client_close (&slow);
  client_close (&quick);
}

static void
test_a_stuck_client_is_reset (RtspFixture *fixture, gconstpointer data)
{
  fixture_init (fixture);
  fixture->config->server.reader_timeout = 200 * 1000;
  fixture_start (fixture);
  fixture_go_live (fixture, true);
  RtspClient client;
  play_tcp (&client, fixture);
  for (unsigned i = 0; i < 200; i++)
    fixture_push_picture (fixture, i % 25 == 0, 60000);
  AWAIT (cam_rtsp_server_get_counters (fixture->server).connections == 0);
  client_await_end (&client);
  client_close (&client);
}

static void
test_half_a_request_is_given_up (RtspFixture *fixture, gconstpointer data)
{
  fixture_init (fixture);
  fixture->config->server.request_timeout = 100 * 1000;
  fixture_start (fixture);
  RtspClient client;
  client_connect (&client, fixture);
  client_send_text (&client, "OPTIONS * RTSP/1.0\r\nCSeq: ");
  g_autoptr (CamRtspMessage) answer = client_await_answer (&client);
  g_assert_cmpint (answer->status, ==, 408);
  client_await_end (&client);
  client_close (&client);
}

/* Answers that nobody reads are not kept without end. */
static void
test_unread_answers_are_bounded (RtspFixture *fixture, gconstpointer data)
{
  RtspClient client;
  client_connect (&client, fixture);
  const int small = 4096;
  setsockopt (client.fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
  g_autoptr (GString) many = g_string_new (NULL);
  for (unsigned i = 0; i < 100; i++)
    g_string_append_printf (many, "OPTIONS * RTSP/1.0\r\nCSeq: %u\r\n\r\n", i + 1);
  while (send (client.fd, many->str, many->len, MSG_NOSIGNAL) > 0)
    continue;
  AWAIT (cam_rtsp_server_get_counters (fixture->server).connections == 0);
  client_close (&client);
}

/* ---- UDP ---- */

static void
watch_over_udp (RtspFixture *fixture, const char *host)
{
  fixture_push_group (fixture, 4);
  UdpPair pair;
  udp_pair_open (&pair, host);
  RtspClient client;
  client_connect (&client, fixture);
  g_autofree char *transport = g_strdup_printf ("Transport: RTP/AVP;unicast;client_port=%u-%u\r\n", pair.port, pair.port + 1);
  g_autoptr (CamRtspMessage) answer = client_ask (&client, "SETUP", url_of (fixture, "/cam/stream=0"), transport);
  g_assert_cmpint (answer->status, ==, 200);
  const char *granted = cam_rtsp_message_get (answer, "Transport", 0);
  unsigned rtp_port = 0;
  unsigned rtcp_port = 0;
  g_assert_cmpint (sscanf (strstr (granted, "server_port="), "server_port=%u-%u", &rtp_port, &rtcp_port), ==, 2);
  g_assert_nonnull (strstr (granted, "ssrc="));
  g_assert_cmpuint (rtcp_port, ==, rtp_port + 1);
  const char *session = cam_rtsp_message_get (answer, "Session", 0);
  client.session = g_strndup (session, strcspn (session, ";"));
  g_assert_cmpint (client_ask_status (&client, "PLAY", url_of (fixture, "/cam"), ""), ==, 200);

  uint8_t bytes[2048];
  CamRtcpReport report;
  size_t size = udp_pair_receive (pair.fds[1], bytes, sizeof bytes, rtcp_port);
  g_assert_true (cam_rtcp_read (bytes, size, &report));
  g_assert_true (report.has_sender_report);
  Seen seen = {0};
  while (seen.pictures < 4) {
    size = udp_pair_receive (pair.fds[0], bytes, sizeof bytes, rtp_port);
    see_packet (&seen, bytes, size);
  }
  g_assert_cmpuint (seen.keys, ==, 1);
  fixture_push_picture (fixture, false, 9000);
  while (seen.pictures < 5) {
    size = udp_pair_receive (pair.fds[0], bytes, sizeof bytes, rtp_port);
    see_packet (&seen, bytes, size);
  }
  g_assert_cmpint (client_ask_status (&client, "PAUSE", url_of (fixture, "/cam"), ""), ==, 200);
  fixture_push_group (fixture, 2);
  g_assert_cmpint (client_ask_status (&client, "OPTIONS", "*", ""), ==, 200);
  g_assert_cmpint (recv (pair.fds[0], bytes, sizeof bytes, MSG_DONTWAIT), <, 0);
  g_assert_cmpint (client_ask_status (&client, "TEARDOWN", url_of (fixture, "/cam"), ""), ==, 200);
  client_close (&client);
  udp_pair_close (&pair);
}

static void
test_udp (RtspFixture *fixture, gconstpointer data)
{
  watch_over_udp (fixture, "127.0.0.1");
}

static void
test_udp_ipv6 (RtspFixture *fixture, gconstpointer data)
{
  fixture_init (fixture);
  g_strfreev (fixture->config->server.listen);
  fixture->config->server.listen = g_strsplit ("[::1]:0", " ", 0);
  fixture_start (fixture);
  fixture_go_live (fixture, true);
  watch_over_udp (fixture, "::1");
}

/* ---- a camera that comes and goes ---- */

/* The session outlives the camera's absence: numbers and times go on. */
static void
test_readers_wait_for_the_camera (RtspFixture *fixture, gconstpointer data)
{
  fixture_push_group (fixture, 2);
  RtspClient client;
  play_tcp (&client, fixture);
  Seen seen = {0};
  see_until (&client, &seen, last_pushed (fixture));
  cam_stream_hub_set_feed (fixture->hub, CAM_FEED_NONE);

  /* Who comes now is let in and waits too: no stale picture. */
  RtspClient late;
  play_tcp (&late, fixture);
  g_assert_cmpint (client_ask_status (&late, "GET_PARAMETER", url_of (fixture, "/cam"), ""), ==, 200);
  for (unsigned i = 0; i < late.frames->len; i++)
    g_assert_cmpuint (*(const uint8_t *) g_bytes_get_data (late.frames->pdata[i], NULL), ==, 1); /* reports only */

  fixture->numbers[CAM_TRACK_VIDEO] = 100; /* another worker counts anew */
  fixture->time_ns += 3 * INT64_C (1000000000);
  fixture_go_live (fixture, true);
  fixture_push_picture (fixture, true, 5000);
  fixture_push_picture (fixture, false, 2000);
  see_until (&client, &seen, last_pushed (fixture));
  g_assert_cmpuint (seen.pictures, ==, 4);
  Seen seen_late = {0};
  see_until (&late, &seen_late, last_pushed (fixture));
  g_assert_cmpuint (seen_late.pictures, ==, 2);
  client_close (&client);
  client_close (&late);
}

/* After a lost unit nothing of the broken group is sent. */
static void
test_a_hole_waits_for_a_key (RtspFixture *fixture, gconstpointer data)
{
  fixture_push_group (fixture, 2);
  RtspClient client;
  play_tcp (&client, fixture);
  Seen seen = {0};
  see_until (&client, &seen, last_pushed (fixture));
  fixture->numbers[CAM_TRACK_VIDEO] += 3;
  fixture_push_picture (fixture, false, 2000);
  fixture_push_picture (fixture, false, 2000);
  fixture_push_picture (fixture, true, 2000);
  see_until (&client, &seen, last_pushed (fixture));
  g_assert_cmpuint (seen.pictures, ==, 3);
  g_assert_cmpuint (seen.keys, ==, 2);
  client_close (&client);
}

static void
await_sound (RtspClient *client, uint8_t wanted_channel)
{
  uint8_t channel = 0;
  while (channel != wanted_channel) {
    g_autoptr (GBytes) frame = client_await_frame (client, &channel);
    g_assert_nonnull (frame);
  }
}

/* Sound that waits for a picture to leave with goes alone when none comes; who only listens need not wait. */
static void
test_sound_does_not_wait_for_ever (RtspFixture *fixture, gconstpointer data)
{
  fixture_push_group (fixture, 3);
  RtspClient watcher;
  RtspClient listener;
  client_connect (&watcher, fixture);
  client_set_up (&watcher, url_of (fixture, "/cam/stream=0"), "RTP/AVP/TCP;unicast;interleaved=0-1");
  client_set_up (&watcher, url_of (fixture, "/cam/stream=1"), "RTP/AVP/TCP;unicast;interleaved=2-3");
  g_assert_cmpint (client_ask_status (&watcher, "PLAY", url_of (fixture, "/cam/"), ""), ==, 200);
  client_connect (&listener, fixture);
  client_set_up (&listener, url_of (fixture, "/cam/stream=1"), "RTP/AVP/TCP;unicast;interleaved=0-1");
  g_assert_cmpint (client_ask_status (&listener, "PLAY", url_of (fixture, "/cam/"), ""), ==, 200);
  Seen seen = { 0 };
  see_until (&watcher, &seen, last_pushed (fixture));
  for (unsigned i = 0; i < 3; i++) {
    fixture_push_picture (fixture, false, 3000);
    fixture_push_sound (fixture);
    await_sound (&listener, 0);
    await_sound (&watcher, 2);
  }
  client_close (&watcher);
  client_close (&listener);
}

static void
no_set_up (RtspFixture *fixture, gconstpointer data)
{
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func) g_test_add ("/rtsp-delivery/" name, RtspFixture, NULL, fixture_set_up, func, fixture_tear_down)
#define ADD_OWN(name, func) g_test_add ("/rtsp-delivery/" name, RtspFixture, NULL, no_set_up, func, fixture_tear_down)
  ADD_OWN ("a-stalled-client-stays-out", test_a_stalled_client_stays_out);
  ADD_OWN ("a-slow-client-comes-back", test_a_slow_client_comes_back);
  ADD_OWN ("a-stuck-client-is-reset", test_a_stuck_client_is_reset);
  ADD_OWN ("half-a-request-is-given-up", test_half_a_request_is_given_up);
  ADD ("unread-answers-are-bounded", test_unread_answers_are_bounded);
  ADD ("udp", test_udp);
  ADD_OWN ("udp-ipv6", test_udp_ipv6);
  ADD ("readers-wait-for-the-camera", test_readers_wait_for_the_camera);
  ADD ("a-hole-waits-for-a-key", test_a_hole_waits_for_a_key);
  ADD ("sound-does-not-wait-for-ever", test_sound_does_not_wait_for_ever);
  return g_test_run ();
}
