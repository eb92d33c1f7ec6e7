/* What clients of a stream's multicast group get: what they are told, one copy for all, nothing for nobody. */
#include "rtsp-fixture.h"

#include "multicast-receiver.h"

#define MULTICAST "RTP/AVP;multicast"

static bool has_multicast;

static const char *
url_of (const RtspFixture *fixture, const char *path)
{
  g_autofree char *text = g_strdup_printf ("%s%s", fixture->base, path);
  return g_intern_string (text);
}

static void
start (RtspFixture *fixture, const char *interface, const char *listen)
{
  fixture_init (fixture);
  CamServerConfig *server = &fixture->config->server;
  server->multicast_range = (CamMulticastRange){.first = 0xefff0000 | (unsigned) g_test_rand_int_range (0, 0xffff), .count = 1};
  g_free (server->multicast_interface);
  server->multicast_interface = g_strdup (interface);
  g_strfreev (server->listen);
  server->listen = g_strsplit (listen, " ", 0);
  fixture->camera->streams[CAM_STREAM_MAIN].url = g_strdup ("test:");
  fixture_start (fixture);
  fixture_go_live (fixture, true);
}

static void
set_up (RtspFixture *fixture, gconstpointer data)
{
  start (fixture, RECEIVER_INTERFACE, "127.0.0.1:0");
}

static char *
group_of (const RtspFixture *fixture)
{
  const struct in_addr group = {htonl (fixture->config->server.multicast_range.first)};
  char text[INET_ADDRSTRLEN];
  return g_strdup (inet_ntop (AF_INET, &group, text, sizeof text));
}

static int
listen_to (const RtspFixture *fixture, uint16_t port)
{
  g_autofree char *group = group_of (fixture);
  const int fd = receiver_open (group, port);
  g_assert_cmpint (fd, >=, 0);
  return fd;
}

/* The Transport of the answer to SETUP of @track; NULL: refused with 461. */
static char *
ask_transport (RtspClient *client, const RtspFixture *fixture, const char *track, const char *transport)
{
  g_autofree char *header = g_strdup_printf ("Transport: %s\r\n", transport);
  g_autoptr (CamRtspMessage) answer = client_ask (client, "SETUP", url_of (fixture, track), header);
  if (answer->status == 461)
    return NULL;
  g_assert_cmpint (answer->status, ==, 200);
  const char *session = cam_rtsp_message_get (answer, "Session", 0);
  g_free (client->session);
  client->session = g_strndup (session, strcspn (session, ";"));
  return g_strdup (cam_rtsp_message_get (answer, "Transport", 0));
}

static bool
is_refused (RtspClient *client, const RtspFixture *fixture, const char *track, const char *transport)
{
  g_autofree char *granted = ask_transport (client, fixture, track, transport);
  return granted == NULL;
}

/* Connects, sets both tracks up and plays; the answer's RTP-Info. */
static char *
play (RtspClient *client, const RtspFixture *fixture)
{
  client_connect (client, fixture);
  client_set_up (client, url_of (fixture, "/cam/stream=0"), MULTICAST);
  client_set_up (client, url_of (fixture, "/cam/stream=1"), MULTICAST);
  g_autoptr (CamRtspMessage) answer = client_ask (client, "PLAY", url_of (fixture, "/cam/"), "");
  g_assert_cmpint (answer->status, ==, 200);
  return g_strdup (cam_rtsp_message_get (answer, "RTP-Info", 0));
}

static void
skip_or_not (RtspFixture *fixture)
{
  if (!has_multicast)
    g_test_skip ("no multicast over the loopback interface");
}

/* ---- what is granted ---- */

static void
test_grant (RtspFixture *fixture, gconstpointer data)
{
  g_autofree char *group = group_of (fixture);
  RtspClient client;
  client_connect (&client, fixture);
  g_autofree char *video = ask_transport (&client, fixture, "/cam/stream=0", "RTP/AVP;multicast;destination=224.0.0.1;port=1-2;ttl=9");
  g_autofree char *audio = ask_transport (&client, fixture, "/cam/stream=1", "RTP/AVP/UDP;multicast");
  if (video == NULL)
    g_error ("there is no way to multicast here");
  g_autofree char *video_begin = g_strdup_printf ("RTP/AVP;multicast;destination=%s;port=8192-8193;ttl=1;source=127.0.0.1;ssrc=", group);
  g_autofree char *audio_begin = g_strdup_printf ("RTP/AVP;multicast;destination=%s;port=8194-8195;ttl=1;source=127.0.0.1;ssrc=", group);
  g_assert_true (g_str_has_prefix (video, video_begin));
  g_assert_true (g_str_has_prefix (audio, audio_begin));
  client_close (&client);
}

/* All tracks of a session travel by the same. */
static void
test_no_mixture (RtspFixture *fixture, gconstpointer data)
{
  RtspClient client;
  client_connect (&client, fixture);
  client_set_up (&client, url_of (fixture, "/cam/stream=0"), MULTICAST);
  g_assert_true (is_refused (&client, fixture, "/cam/stream=1", "RTP/AVP/TCP;unicast;interleaved=2-3"));
  g_assert_true (is_refused (&client, fixture, "/cam/stream=1", "RTP/AVP;unicast;client_port=5000-5001"));
  client_close (&client);
  client_connect (&client, fixture);
  client_set_up (&client, url_of (fixture, "/cam/stream=0"), "RTP/AVP/TCP;unicast;interleaved=0-1");
  g_assert_true (is_refused (&client, fixture, "/cam/stream=1", MULTICAST));
  client_close (&client);
}

/* No such interface: said once, and what else the client offers is taken. */
static void
test_no_way (RtspFixture *fixture, gconstpointer data)
{
  start (fixture, "nosuch0", "127.0.0.1:0");
  RtspClient client;
  client_connect (&client, fixture);
  g_assert_true (is_refused (&client, fixture, "/cam/stream=0", MULTICAST));
  g_assert_true (is_refused (&client, fixture, "/cam/stream=0", MULTICAST));
  g_autofree char *other = ask_transport (&client, fixture, "/cam/stream=0", MULTICAST ",RTP/AVP/TCP;unicast;interleaved=0-1");
  g_assert_true (g_str_has_prefix (other, "RTP/AVP/TCP;unicast;interleaved=0-1;ssrc="));
  client_close (&client);
}

static void
test_ipv6 (RtspFixture *fixture, gconstpointer data)
{
  start (fixture, RECEIVER_INTERFACE, "[::1]:0");
  RtspClient client;
  client_connect (&client, fixture);
  g_assert_true (is_refused (&client, fixture, "/cam/stream=0", MULTICAST));
  client_close (&client);
}

/* ---- what is sent ---- */

static CamRtpPacket
take_packet (int fd, uint8_t *data)
{
  CamRtpPacket packet = {0};
  const size_t size = receiver_take (fd, data, 2048, true);
  g_assert_true (cam_rtp_read (data, size, &packet));
  return packet;
}

/* Up to the end of the picture that was pushed last; its packets follow each other from @sequence on. Returns the number behind. */
static uint16_t
see_picture (const RtspFixture *fixture, int fd, uint16_t sequence)
{
  const uint8_t number = (uint8_t) (fixture->numbers[CAM_TRACK_VIDEO] - 1);
  uint8_t data[2048];
  for (;;) {
    const CamRtpPacket packet = take_packet (fd, data);
    g_assert_cmpuint (packet.sequence, ==, sequence);
    sequence++;
    if (packet.marker && packet.payload[packet.size - 1] == number)
      return sequence;
  }
}

/* A sender report, or that and a BYE. */
static void
take_report (int fd, bool says_bye)
{
  uint8_t data[2048];
  CamRtcpReport report = {0};
  const size_t size = receiver_take (fd, data, sizeof data, true);
  g_assert_true (cam_rtcp_read (data, size, &report));
  g_assert_cmpint (report.has_bye, ==, says_bye);
}

static unsigned
sequence_of (const char *rtp_info)
{
  return (unsigned) atoi (strstr (rtp_info, ";seq=") + 5);
}

/* The first one begins with a head; the next finds the stream running, and each packet comes once. */
static void
test_one_copy (RtspFixture *fixture, gconstpointer data)
{
  skip_or_not (fixture);
  if (!has_multicast)
    return;
  const int video = listen_to (fixture, 8192);
  const int reports = listen_to (fixture, 8193);
  RtspClient clients[3];
  fixture_push_group (fixture, 3);
  g_autofree char *first = play (&clients[0], fixture);
  g_assert_nonnull (strstr (first, ";rtptime="));
  uint16_t next = see_picture (fixture, video, (uint16_t) sequence_of (first));
  take_report (reports, false);
  for (unsigned i = 1; i < G_N_ELEMENTS (clients); i++) {
    g_autofree char *info = play (&clients[i], fixture);
    g_assert_null (strstr (info, ";rtptime="));
    g_assert_cmpuint (sequence_of (info), ==, next);
    take_report (reports, false);
    fixture_push_picture (fixture, false, 3000);
    next = see_picture (fixture, video, next);
  }
  uint8_t data_after[2048];
  fixture_await_loop (fixture->loops[1]);
  g_assert_cmpuint (receiver_take (video, data_after, sizeof data_after, false), ==, 0);
  for (unsigned i = 0; i < G_N_ELEMENTS (clients); i++)
    client_close (&clients[i]);
  /* Sent once, counted once, however many listened. */
  CamMountView mount = {.units = 0};
  AWAIT (cam_rtsp_server_get_counters (fixture->server).connections == 0);
  g_assert_true (cam_rtsp_server_view_mount (fixture->server, "cam", CAM_STREAM_MAIN, &mount));
  g_assert_cmpuint (mount.units, ==, 3 + 1 + 2); /* the head and its sound, two pictures */
  g_assert_cmpuint (mount.bytes, >, 2 * 3000);
  close (video);
  close (reports);
}

static void
push_and_settle (RtspFixture *fixture)
{
  fixture_push_group (fixture, 2);
  fixture_await_loop (fixture->loops[1]);
}

/* It goes on while anybody listens, and rests with the last one; who comes back finds the numbers go on. */
static void
test_sent_while_somebody_listens (RtspFixture *fixture, gconstpointer data)
{
  skip_or_not (fixture);
  if (!has_multicast)
    return;
  const int video = listen_to (fixture, 8192);
  uint8_t bytes[2048];
  RtspClient one;
  RtspClient other;
  fixture_push_group (fixture, 2);
  client_connect (&one, fixture);
  client_set_up (&one, url_of (fixture, "/cam/stream=0"), MULTICAST);
  push_and_settle (fixture);
  g_assert_cmpuint (receiver_take (video, bytes, sizeof bytes, false), ==, 0);
  client_close (&one);

  g_autofree char *first = play (&one, fixture);
  g_autofree char *second = play (&other, fixture);
  uint16_t next = see_picture (fixture, video, (uint16_t) sequence_of (first));
  g_assert_cmpint (client_ask_status (&one, "PAUSE", url_of (fixture, "/cam/"), ""), ==, 200);
  push_and_settle (fixture);
  next = see_picture (fixture, video, next);
  g_assert_cmpint (client_ask_status (&other, "TEARDOWN", url_of (fixture, "/cam/"), ""), ==, 200);
  push_and_settle (fixture);
  g_assert_cmpuint (receiver_take (video, bytes, sizeof bytes, false), ==, 0);

  g_assert_cmpint (client_ask_status (&one, "PLAY", url_of (fixture, "/cam/"), ""), ==, 200);
  next = see_picture (fixture, video, next);
  g_assert_cmpint (client_ask_status (&one, "TEARDOWN", url_of (fixture, "/cam/"), ""), ==, 200);
  push_and_settle (fixture);
  g_assert_cmpuint (receiver_take (video, bytes, sizeof bytes, false), ==, 0);
  client_close (&one);
  client_close (&other);
  close (video);
}

/* The camera goes and comes back: the same stream goes on, whoever joined meanwhile. */
static void
test_readers_wait_for_the_camera (RtspFixture *fixture, gconstpointer data)
{
  skip_or_not (fixture);
  if (!has_multicast)
    return;
  const int video = listen_to (fixture, 8192);
  RtspClient one;
  RtspClient other;
  fixture_push_group (fixture, 2);
  g_autofree char *first = play (&one, fixture);
  uint16_t next = see_picture (fixture, video, (uint16_t) sequence_of (first));
  cam_stream_hub_set_feed (fixture->hub, CAM_FEED_NONE);
  g_autofree char *second = play (&other, fixture);
  g_assert_cmpuint (sequence_of (second), ==, next);
  client_close (&one);
  fixture->time_ns += 3 * INT64_C (1000000000);
  fixture_go_live (fixture, true);
  fixture_push_group (fixture, 2);
  see_picture (fixture, video, next);
  client_close (&other);
  close (video);
}

/* One good-bye a track for all, however many are told that the stream ends. */
static void
test_one_good_bye (RtspFixture *fixture, gconstpointer data)
{
  skip_or_not (fixture);
  if (!has_multicast)
    return;
  const int ears[] = {listen_to (fixture, 8193), listen_to (fixture, 8195)};
  uint8_t bytes[2048];
  RtspClient one;
  RtspClient other;
  fixture_push_group (fixture, 2);
  g_autofree char *first = play (&one, fixture);
  g_autofree char *second = play (&other, fixture);
  cam_rtsp_server_end_audience (fixture->server, "cam", CAM_STREAM_MAIN, true, G_USEC_PER_SEC, NULL, NULL);
  for (unsigned i = 0; i < G_N_ELEMENTS (ears); i++) {
    take_report (ears[i], false);
    take_report (ears[i], false);
    take_report (ears[i], true);
  }
  client_await_end (&one);
  client_await_end (&other);
  for (unsigned i = 0; i < G_N_ELEMENTS (ears); i++) {
    g_assert_cmpuint (receiver_take (ears[i], bytes, sizeof bytes, false), ==, 0);
    close (ears[i]);
  }
  client_close (&one);
  client_close (&other);
}

/* The server stops under those who listen, those who pause, and those who have only set up. */
static void
test_stop (RtspFixture *fixture, gconstpointer data)
{
  RtspClient clients[3];
  fixture_push_group (fixture, 2);
  for (unsigned i = 0; i < 2; i++)
    g_free (play (&clients[i], fixture));
  g_assert_cmpint (client_ask_status (&clients[1], "PAUSE", url_of (fixture, "/cam/"), ""), ==, 200);
  client_connect (&clients[2], fixture);
  client_set_up (&clients[2], url_of (fixture, "/cam/stream=0"), MULTICAST);
  cam_rtsp_server_close (fixture->server, G_USEC_PER_SEC);
  AWAIT (cam_rtsp_server_is_gone (fixture->server));
  for (unsigned i = 0; i < G_N_ELEMENTS (clients); i++) {
    client_await_end (&clients[i]);
    client_close (&clients[i]);
  }
}

#define ADD(path, func) g_test_add ("/rtsp-multicast/" path, RtspFixture, NULL, set_up, func, fixture_tear_down)
#define ADD_OWN(path, func) g_test_add ("/rtsp-multicast/" path, RtspFixture, NULL, no_set_up, func, fixture_tear_down)

static void
no_set_up (RtspFixture *fixture, gconstpointer data)
{
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  has_multicast = receiver_can_multicast ();
  ADD ("grant", test_grant);
  ADD ("no-mixture", test_no_mixture);
  ADD_OWN ("no-way", test_no_way);
  ADD_OWN ("ipv6", test_ipv6);
  ADD ("one-copy", test_one_copy);
  ADD ("sent-while-somebody-listens", test_sent_while_somebody_listens);
  ADD ("readers-wait-for-the-camera", test_readers_wait_for_the_camera);
  ADD ("one-good-bye", test_one_good_bye);
  ADD ("stop", test_stop);
  return g_test_run ();
}
