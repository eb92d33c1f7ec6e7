/* The dialogue of VLC without an RTSP library, request by request as Debian's sends them, and who else is not taken for it. */
#include "serve/satip.h"

#include <stdio.h>

#include "rtsp-fixture.h"
#include "ts-reading.h"
#include "udp-pair.h"

static const char *
url_of (const RtspFixture *fixture, const char *path)
{
  g_autofree char *text = g_strdup_printf ("%s%s", fixture->base, path);
  return g_intern_string (text);
}

/* CSeq 0 comes next. */
static void
connect_first (RtspClient *client, const RtspFixture *fixture)
{
  client_connect (client, fixture);
  client->cseq = UINT32_MAX;
}

static char *
make_transport (const UdpPair *pair)
{
  return g_strdup_printf ("Transport: RTP/AVP;unicast;client_port=%u-%u\r\n", pair->port, pair->port + 1);
}

static void
take_session (RtspClient *client, const CamRtspMessage *answer)
{
  const char *session = cam_rtsp_message_get (answer, "Session", 0);
  g_assert_nonnull (session);
  client->session = g_strndup (session, strcspn (session, ";"));
}

static void
read_packets (TsReading *reading, const UdpPair *pair, unsigned port, unsigned n)
{
  for (unsigned i = 0; i < n; i++) {
    uint8_t bytes[2048];
    size_t size = udp_pair_receive (pair->fds[0], bytes, sizeof bytes, port);
    ts_reading_take_rtp (reading, bytes, size);
  }
}

static void
test_watch (RtspFixture *fixture, gconstpointer data)
{
  fixture_push_group (fixture, 4);
  UdpPair pair;
  udp_pair_open (&pair, "127.0.0.1");
  RtspClient client;
  connect_first (&client, fixture);
  g_autofree char *transport = make_transport (&pair);
  g_autoptr (CamRtspMessage) answer = client_ask (&client, "SETUP", url_of (fixture, "/cam"), transport);
  g_assert_cmpint (answer->status, ==, 200);
  g_assert_cmpstr (cam_rtsp_message_get (answer, "com.ses.streamID", 0), ==, "1");
  g_assert_nonnull (strstr (cam_rtsp_message_get (answer, "Session", 0), ";timeout="));
  unsigned port = 0;
  g_assert_cmpint (sscanf (strstr (cam_rtsp_message_get (answer, "Transport", 0), "server_port="), "server_port=%u", &port), ==, 1);
  take_session (&client, answer);
  g_autoptr (CamRtspMessage) played = client_ask (&client, "PLAY", url_of (fixture, "/stream=1"), "");
  g_assert_cmpint (played->status, ==, 200);
  g_assert_null (cam_rtsp_message_get (played, "RTP-Info", 0));

  TsReading reading = {0};
  read_packets (&reading, &pair, port, 30);
  fixture_push_group (fixture, 2);
  read_packets (&reading, &pair, port, 30);
  g_assert_cmphex (reading.first_pid, ==, 0);
  g_assert_cmpuint (reading.holes + reading.gaps, ==, 0);
  g_assert_cmpint (client_ask_status (&client, "OPTIONS", url_of (fixture, "/stream=1"), ""), ==, 200);
  g_assert_cmpint (client_ask_status (&client, "PLAY", url_of (fixture, "/stream=2"), ""), ==, 404);
  g_assert_cmpint (client_ask_status (&client, "SETUP", url_of (fixture, "/cam/stream=1"), transport), ==, 455);
  g_assert_cmpuint (cam_rtsp_server_count_readers (fixture->server, "cam", CAM_STREAM_MAIN), ==, 1);
  g_assert_cmpint (client_ask_status (&client, "TEARDOWN", url_of (fixture, "/stream=1"), ""), ==, 200);
  AWAIT (cam_rtsp_server_count_readers (fixture->server, "cam", CAM_STREAM_MAIN) == 0);
  g_assert_cmpint (client_ask_status (&client, "PLAY", url_of (fixture, "/stream=1"), ""), ==, 404);
  client_close (&client);
  udp_pair_close (&pair);
}

/* The mount's own URL does as well, and a pause is one. */
static void
test_the_mounts_url (RtspFixture *fixture, gconstpointer data)
{
  fixture_push_group (fixture, 2);
  UdpPair pair;
  udp_pair_open (&pair, "127.0.0.1");
  RtspClient client;
  connect_first (&client, fixture);
  g_autofree char *transport = make_transport (&pair);
  g_autoptr (CamRtspMessage) answer = client_ask (&client, "SETUP", url_of (fixture, "/cam/"), transport);
  take_session (&client, answer);
  static const char *const methods[] = {"PLAY", "PAUSE", "PLAY", "PLAY", "TEARDOWN"};
  for (unsigned i = 0; i < G_N_ELEMENTS (methods); i++)
    g_assert_cmpint (client_ask_status (&client, methods[i], url_of (fixture, "/cam"), ""), ==, 200);
  client_close (&client);
  udp_pair_close (&pair);
}

typedef struct {
  const char *path;
  uint32_t cseq;
  const char *transport;
  int status;
  bool is_ts; /* of what is granted */
} SetupRow;

static const SetupRow rows[] = {
    {"/cam", 0, "RTP/AVP;unicast;client_port=5000-5001", 200, true},
    {"/cam/main", 0, "RTP/AVP;unicast;client_port=5000-5001", 200, true},
    {"/cam", 0, "RTP/AVP/UDP;unicast;client_port=5000-5001", 200, true},
    {"/cam/stream=0", 0, "RTP/AVP;unicast;client_port=5000-5001", 200, false},
    {"/cam", 0, "RTP/AVP/TCP;unicast;interleaved=0-1", 461, false},
    {"/cam", 0, "RTP/AVP;multicast", 461, false},
    {"/cam", 0, "RTP/SAVP;unicast;client_port=5000-5001", 461, false},
    {"/nobody", 0, "RTP/AVP;unicast;client_port=5000-5001", 404, false},
    {"/stream=1", 0, "RTP/AVP;unicast;client_port=5000-5001", 404, false},
    {"/cam", 1, "RTP/AVP;unicast;client_port=5000-5001", 459, false},
    {"/cam", 3, "RTP/AVP;unicast;client_port=5000-5001", 459, false},
};

static void
test_who_is_taken_for_it (RtspFixture *fixture, gconstpointer data)
{
  for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {
    RtspClient client;
    client_connect (&client, fixture);
    client.cseq = rows[i].cseq - 1;
    g_autofree char *transport = g_strdup_printf ("Transport: %s\r\n", rows[i].transport);
    g_autoptr (CamRtspMessage) answer = client_ask (&client, "SETUP", url_of (fixture, rows[i].path), transport);
    g_test_message ("%s, CSeq %u, %s", rows[i].path, rows[i].cseq, rows[i].transport);
    g_assert_cmpint (answer->status, ==, rows[i].status);
    g_assert_true ((cam_rtsp_message_get (answer, "com.ses.streamID", 0) != NULL) == rows[i].is_ts);
    client_close (&client);
  }
  AWAIT (cam_rtsp_server_count_readers (fixture->server, "cam", CAM_STREAM_MAIN) == 0);
}

/* Of a stream of one track, the whole may be set up by everybody (RFC 2326, C.2): only CSeq 0 tells who cannot know that. */
static void
test_one_track (RtspFixture *fixture, gconstpointer data)
{
  fixture_init (fixture);
  fixture_start (fixture);
  fixture_go_live (fixture, false);
  for (uint32_t cseq = 0; cseq < 2; cseq++) {
    RtspClient client;
    client_connect (&client, fixture);
    client.cseq = cseq - 1;
    g_autoptr (CamRtspMessage) answer =
        client_ask (&client, "SETUP", url_of (fixture, "/cam"), "Transport: RTP/AVP;unicast;client_port=5000-5001\r\n");
    g_assert_cmpint (answer->status, ==, 200);
    g_assert_true ((cam_rtsp_message_get (answer, "com.ses.streamID", 0) != NULL) == (cseq == 0));
    client_close (&client);
  }
}

/* There is no word for JPEG pictures in MPEG-TS. */
static void
test_what_cannot_be_carried (RtspFixture *fixture, gconstpointer data)
{
  g_autoptr (CamTrack) video = cam_track_new (CAM_CODEC_MJPEG);
  g_autoptr (CamStreamDescription) description = cam_stream_description_new (video, NULL);
  cam_stream_hub_set_description (fixture->hub, description);
  RtspClient client;
  connect_first (&client, fixture);
  g_assert_cmpint (client_ask_status (&client, "SETUP", url_of (fixture, "/cam"), "Transport: RTP/AVP;unicast;client_port=5000-5001\r\n"),
                   ==, 415);
  g_assert_cmpuint (cam_rtsp_server_count_readers (fixture->server, "cam", CAM_STREAM_MAIN), ==, 0);
  client_close (&client);
}

/* Credentials are none of its words: where a log-in is needed it is told so. */
static void
test_a_log_in_is_needed (RtspFixture *fixture, gconstpointer data)
{
  fixture_init (fixture);
  CamUserConfig *user = cam_user_config_new ("anna");
  user->password = cam_secret_new ("secret", -1);
  g_ptr_array_add (fixture->config->users, user);
  fixture->camera->read = g_ptr_array_new_with_free_func ((GDestroyNotify) cam_access_rule_free);
  g_ptr_array_add (fixture->camera->read, cam_access_rule_new (CAM_ACCESS_USER, "anna", NULL));
  fixture_start (fixture);
  fixture_go_live (fixture, true);
  RtspClient client;
  connect_first (&client, fixture);
  g_assert_cmpint (client_ask_status (&client, "SETUP", url_of (fixture, "/cam"), "Transport: RTP/AVP;unicast;client_port=5000-5001\r\n"),
                   ==, 401);
  client_close (&client);
}

static void
test_names (void)
{
  static const struct {
    const char *uri;
    bool is_one;
  } uris[] = {
      {"rtsp://box:8554/stream=1", true}, {"rtsp://[::1]/stream=1", true}, {"rtsp://box/stream=2", false}, {"rtsp://box/stream=11", false},
      {"rtsp://box/cam/stream=1", false}, {"rtsp://box", false},           {"*", false},
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (uris); i++)
    g_assert_true (cam_satip_names_stream (uris[i].uri) == uris[i].is_one);
}

static void
test_can_carry (void)
{
  g_autoptr (CamTrack) jpeg = cam_track_new (CAM_CODEC_MJPEG);
  g_autoptr (CamTrack) h265 = cam_track_new (CAM_CODEC_H265);
  g_autoptr (CamTrack) g711 = cam_track_new (CAM_CODEC_PCMA);
  g_autoptr (CamStreamDescription) none = cam_stream_description_new (jpeg, g711);
  g_autoptr (CamStreamDescription) pictures = cam_stream_description_new (h265, g711);
  g_assert_false (cam_satip_can_carry (NULL));
  g_assert_false (cam_satip_can_carry (none));
  g_assert_true (cam_satip_can_carry (pictures));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/satip/names", test_names);
  g_test_add_func ("/satip/can-carry", test_can_carry);
#define ADD(name, func) g_test_add ("/satip/" name, RtspFixture, NULL, fixture_set_up, func, fixture_tear_down)
  ADD ("watch", test_watch);
  ADD ("the-mounts-url", test_the_mounts_url);
  ADD ("who-is-taken-for-it", test_who_is_taken_for_it);
  ADD ("what-cannot-be-carried", test_what_cannot_be_carried);
  g_test_add ("/satip/one-track", RtspFixture, NULL, NULL, test_one_track, fixture_tear_down);
  g_test_add ("/satip/a-log-in-is-needed", RtspFixture, NULL, NULL, test_a_log_in_is_needed, fixture_tear_down);
  return g_test_run ();
}
