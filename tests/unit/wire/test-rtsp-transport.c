#include "wire/rtsp-transport.h"

typedef struct {
  bool is_taken[256];
} Channels;

static bool
is_free (uint8_t channel, gpointer data)
{
  const Channels *channels = data;
  return !channels->is_taken[channel];
}

/* The response to @value, NULL: refused. */
static char *
choose (const char *value, unsigned offered, Channels *channels)
{
  CamRtspTransport transport = {.ssrc = 77};
  if (!cam_rtsp_transport_choose (value, offered, channels != NULL ? is_free : NULL, channels, &transport)) {
    g_assert_cmpuint (transport.ssrc, ==, 77);
    return NULL;
  }
  return cam_rtsp_transport_to_response (&transport);
}

typedef struct {
  const char *value;
  const char *response; /* NULL: refused */
} Row;

#define BY_UNICAST (CAM_RTSP_BY_TCP | CAM_RTSP_BY_UDP)
#define BY_ALL (BY_UNICAST | CAM_RTSP_BY_MULTICAST)
#define TCP_0 "RTP/AVP/TCP;unicast;interleaved=0-1"
#define UDP_5000 "RTP/AVP;unicast;client_port=5000-5001;server_port=0-0"

static const Row choose_rows[] = {
    {"RTP/AVP/TCP;unicast;interleaved=0-1", TCP_0},
    {"rtp/avp/tcp;UNICAST;Interleaved=0-1;mode=play", TCP_0},
    {" RTP/AVP/TCP ; unicast ; interleaved = 0 - 1 ; mode=\"PLAY\" ", TCP_0},
    {"RTP/AVP/TCP;unicast", TCP_0},
    {"RTP/AVP/TCP;interleaved=0-1;ssrc=1;destination=1.2.3.4", TCP_0},
    {"RTP/AVP/TCP;unicast;interleaved=3-4", "RTP/AVP/TCP;unicast;interleaved=3-4"},
    {"RTP/AVP/TCP;unicast;interleaved=254-255", "RTP/AVP/TCP;unicast;interleaved=254-255"},
    {"RTP/AVP;unicast;client_port=5000-5001", UDP_5000},
    {"RTP/AVP/UDP;unicast;client_port=5000-5001;mode=PLAY", UDP_5000},
    {"RTP/AVP;unicast;client_port=1024-1025", "RTP/AVP;unicast;client_port=1024-1025;server_port=0-0"},
    {"RTP/AVP;unicast;client_port=65534-65535", "RTP/AVP;unicast;client_port=65534-65535;server_port=0-0"},
    {"RTP/AVP;unicast;client_port=5001-5002", "RTP/AVP;unicast;client_port=5001-5002;server_port=0-0"},
    /* The first that fits. */
    {"RTP/SAVP;unicast;client_port=1-2,RTP/AVP;multicast,RTP/AVP;unicast;client_port=5000-5001,RTP/AVP/TCP", UDP_5000},
    {",,;, RTP/AVP/TCP;unicast;interleaved=0-1,RTP/AVP;unicast;client_port=5000-5001", TCP_0},
    {"RTP/AVP/TCP;interleaved=1-0,RTP/AVP/TCP;interleaved=0-1", TCP_0},
    /* Nothing fits. */
    {""},
    {"x"},
    {";;;"},
    {"RTP"},
    {"RTP/AVPF/TCP;unicast;interleaved=0-1"},
    {"RTP/SAVP;unicast;client_port=5000-5001"},
    {"RTP/AVP/TCP;multicast;interleaved=0-1"},
    {"RTP/AVP;multicast;client_port=5000-5001"},
    {"RTP/AVP;client_port=5000-5001"},
    {"RTP/AVP/TCP;unicast;interleaved=0-1;mode=record"},
    {"RTP/AVP/TCP;unicast;interleaved=0-1;mode=\"PLAY RECORD\""},
    {"RTP/AVP/TCP;unicast;interleaved="},
    {"RTP/AVP/TCP;unicast;interleaved"},
    {"RTP/AVP/TCP;unicast;interleaved=0"},
    {"RTP/AVP/TCP;unicast;interleaved=0-"},
    {"RTP/AVP/TCP;unicast;interleaved=-1"},
    {"RTP/AVP/TCP;unicast;interleaved=0-0"},
    {"RTP/AVP/TCP;unicast;interleaved=0-2"},
    {"RTP/AVP/TCP;unicast;interleaved=1-0"},
    {"RTP/AVP/TCP;unicast;interleaved=0-1-2"},
    {"RTP/AVP/TCP;unicast;interleaved=255-256"},
    {"RTP/AVP/TCP;unicast;interleaved=256-257"},
    {"RTP/AVP/TCP;unicast;interleaved=4294967296-4294967297"},
    {"RTP/AVP/TCP;unicast;interleaved=a-b"},
    {"RTP/AVP/TCP;unicast;interleaved=0-1;interleaved=2-3"},
    {"RTP/AVP;unicast"},
    {"RTP/AVP;unicast;client_port="},
    {"RTP/AVP;unicast;client_port=5000"},
    {"RTP/AVP;unicast;client_port=0-1"},
    {"RTP/AVP;unicast;client_port=1023-1024"},
    {"RTP/AVP;unicast;client_port=5001-5000"},
    {"RTP/AVP;unicast;client_port=5000-5002"},
    {"RTP/AVP;unicast;client_port=65535-65536"},
    {"RTP/AVP;unicast;client_port=70536-70537"},
    {"RTP/AVP;unicast;client_port=5000-5001;client_port=5000-5001"},
    {"RTP/AVP;unicast;interleaved=0-1"},
};

static void
test_choose (void)
{
  for (size_t i = 0; i < G_N_ELEMENTS (choose_rows); i++) {
    g_test_message ("%s", choose_rows[i].value);
    g_autofree char *response = choose (choose_rows[i].value, BY_UNICAST, NULL);
    g_assert_cmpstr (response, ==, choose_rows[i].response);
  }
}

static void
test_what_is_allowed (void)
{
  const char *both = "RTP/AVP;unicast;client_port=5000-5001,RTP/AVP/TCP;unicast;interleaved=0-1";
  g_autofree char *udp = choose (both, BY_UNICAST, NULL);
  g_autofree char *tcp = choose (both, CAM_RTSP_BY_TCP, NULL);
  g_assert_cmpstr (udp, ==, UDP_5000);
  g_assert_cmpstr (tcp, ==, TCP_0);
  g_assert_null (choose (TCP_0, CAM_RTSP_BY_UDP, NULL));
  g_assert_null (choose (both, 0, NULL));
}

#define GROUP "RTP/AVP;multicast;destination=;port=0-0;ttl=0"

/* Where multicast is offered; first what GStreamer, ffmpeg and live555 send. */
static const Row multicast_rows[] = {
    {"RTP/AVP;multicast", GROUP},
    {"RTP/AVP/UDP;multicast", GROUP},
    {"RTP/AVP;multicast;port=6970-6971", GROUP},
    {"rtp/avp ; MULTICAST ; mode=\"PLAY\"", GROUP},
    /* What the client would like is ours to say. */
    {"RTP/AVP;multicast;destination=224.0.0.1;port=1-2;ttl=255;layers=3", GROUP},
    {"RTP/AVP;multicast;client_port=1-1", GROUP},
    /* The first that fits. */
    {"RTP/AVP;multicast,RTP/AVP/TCP;unicast;interleaved=0-1", GROUP},
    {"RTP/AVP/TCP;unicast;interleaved=0-1,RTP/AVP;multicast", TCP_0},
    {"RTP/AVP;unicast;client_port=1-2,RTP/AVP;multicast", GROUP},
    /* Nothing fits. */
    {"RTP/AVP"},
    {"RTP/AVP;port=5000-5001"},
    {"RTP/AVP;client_port=5000-5001"},
    {"RTP/AVP;unicast;multicast;client_port=5000-5001"},
    {"RTP/AVP/TCP;multicast"},
    {"RTP/SAVP;multicast"},
    {"RTP/AVP;multicast;mode=record"},
    {"RTP/AVP;multicastic"},
};

static void
test_multicast (void)
{
  for (size_t i = 0; i < G_N_ELEMENTS (multicast_rows); i++) {
    g_test_message ("%s", multicast_rows[i].value);
    g_autofree char *response = choose (multicast_rows[i].value, BY_ALL, NULL);
    g_assert_cmpstr (response, ==, multicast_rows[i].response);
  }
  g_assert_null (choose ("RTP/AVP;multicast", BY_UNICAST, NULL));
  g_assert_null (choose (UDP_5000, CAM_RTSP_BY_MULTICAST, NULL));
  g_autofree char *second = choose ("RTP/AVP;multicast,RTP/AVP/TCP;unicast;interleaved=0-1", BY_UNICAST, NULL);
  g_assert_cmpstr (second, ==, TCP_0);
}

static void
test_taken_channels (void)
{
  Channels channels = {.is_taken = {[1] = true, [2] = true}};
  g_autofree char *low = choose (TCP_0, BY_UNICAST, &channels);
  g_assert_cmpstr (low, ==, "RTP/AVP/TCP;unicast;interleaved=4-5");
  g_autofree char *own = choose ("RTP/AVP/TCP;unicast;interleaved=7-8", BY_UNICAST, &channels);
  g_assert_cmpstr (own, ==, "RTP/AVP/TCP;unicast;interleaved=7-8");
  for (unsigned i = 0; i < 254; i++)
    channels.is_taken[i] = true;
  g_autofree char *last = choose ("RTP/AVP/TCP;unicast", BY_UNICAST, &channels);
  g_assert_cmpstr (last, ==, "RTP/AVP/TCP;unicast;interleaved=254-255");
  channels.is_taken[255] = true;
  g_assert_null (choose ("RTP/AVP/TCP;unicast", BY_UNICAST, &channels));

  CamRtspTransport transport;
  g_assert_true (cam_rtsp_transport_choose (TCP_0, CAM_RTSP_BY_TCP, NULL, NULL, &transport));
  g_assert_true (transport.is_tcp && transport.has_channels);
  g_assert_true (cam_rtsp_transport_choose ("RTP/AVP/TCP", CAM_RTSP_BY_TCP, NULL, NULL, &transport));
  g_assert_false (transport.has_channels);
}

static void
test_response (void)
{
  const CamRtspTransport tcp = {.is_tcp = true, .channels = {2, 3}, .has_ssrc = true, .ssrc = 0xabc};
  const CamRtspTransport udp = {.client_ports = {5000, 5001}, .server_ports = {8000, 8001}, .has_ssrc = true, .ssrc = 0xfedcba98};
  const CamRtspTransport group = {.is_multicast = true,
                                  .destination = "239.255.42.7",
                                  .source = "192.168.1.5",
                                  .client_ports = {8220, 8221},
                                  .ttl = 1,
                                  .has_ssrc = true,
                                  .ssrc = 1};
  g_autofree char *group_text = cam_rtsp_transport_to_response (&group);
  g_assert_cmpstr (group_text, ==, "RTP/AVP;multicast;destination=239.255.42.7;port=8220-8221;ttl=1;source=192.168.1.5;ssrc=00000001");
  g_autofree char *tcp_text = cam_rtsp_transport_to_response (&tcp);
  g_autofree char *udp_text = cam_rtsp_transport_to_response (&udp);
  g_assert_cmpstr (tcp_text, ==, "RTP/AVP/TCP;unicast;interleaved=2-3;ssrc=00000ABC");
  g_assert_cmpstr (udp_text, ==, "RTP/AVP;unicast;client_port=5000-5001;server_port=8000-8001;ssrc=FEDCBA98");
}

typedef struct {
  const char *value;
  bool is_granted;
  uint8_t channels[2];
  uint32_t ssrc; /* 0: none */
} GrantRow;

static const GrantRow grant_rows[] = {
    {"RTP/AVP/TCP;unicast;interleaved=0-1", true, {0, 1}, 0},
    {"RTP/AVP/TCP;unicast;interleaved=8-9;ssrc=0A0b0C0d;mode=\"PLAY\"", true, {8, 9}, 0x0a0b0c0d},
    {"rtp/avp/tcp; unicast; source=192.168.1.2; interleaved=\"0-1\"; ssrc= 12", true, {0, 1}, 0x12},
    {"RTP/AVP;unicast;interleaved=2-3", true, {2, 3}, 0},
    {"RTP/AVP/TCP;unicast;interleaved=2", true, {2, 3}, 0},
    {"RTP/AVP/TCP;unicast;interleaved=3-2", true, {3, 2}, 0},
    {"RTP/AVP/TCP;unicast;interleaved=2-2", true, {2, 2}, 0},
    {"RTP/AVP/TCP;unicast;client_port=x;interleaved=0-1", true, {0, 1}, 0},
    {"RTP/AVP/TCP;unicast", true, {4, 5}, 0},
    {"RTP/AVP/TCP;unicast;ssrc=123456789", true, {4, 5}, 0},
    {"RTP/AVP/TCP;unicast;ssrc=0x1234", true, {4, 5}, 0},
    {"RTP/AVP/TCP;unicast;interleaved=254-255,RTP/AVP", true, {254, 255}, 0},
    {""},
    {"RTP/AVP;unicast"},
    {"RTP/AVP;unicast;client_port=5000-5001;server_port=6000-6001"},
    {"RTP/AVP/UDP;unicast;interleaved=0-1"},
    {"RTP/AVP/TCP;multicast;interleaved=0-1"},
    {"RTP/SAVP/TCP;unicast;interleaved=0-1"},
    {"RTP/AVP/TCP;unicast;interleaved="},
    {"RTP/AVP/TCP;unicast;interleaved=x"},
    {"RTP/AVP/TCP;unicast;interleaved=255"},
    {"RTP/AVP/TCP;unicast;interleaved=256-257"},
    {"RTP/AVP/TCP;unicast;interleaved=0-256"},
};

static void
test_grant (void)
{
  const CamRtspTransport asked = {.is_tcp = true, .channels = {4, 5}};
  for (size_t i = 0; i < G_N_ELEMENTS (grant_rows); i++) {
    const GrantRow *row = &grant_rows[i];
    g_test_message ("%s", row->value);
    CamRtspTransport transport = {0};
    g_assert_cmpint (cam_rtsp_transport_read_grant (row->value, &asked, &transport), ==, row->is_granted);
    g_assert_cmpint (transport.is_tcp, ==, row->is_granted);
    g_assert_cmpuint (transport.channels[0], ==, row->channels[0]);
    g_assert_cmpuint (transport.channels[1], ==, row->channels[1]);
    g_assert_cmpint (transport.has_ssrc, ==, row->ssrc != 0);
    g_assert_cmpuint (transport.ssrc, ==, row->ssrc);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/rtsp-transport/choose", test_choose);
  g_test_add_func ("/rtsp-transport/what-is-allowed", test_what_is_allowed);
  g_test_add_func ("/rtsp-transport/multicast", test_multicast);
  g_test_add_func ("/rtsp-transport/taken-channels", test_taken_channels);
  g_test_add_func ("/rtsp-transport/response", test_response);
  g_test_add_func ("/rtsp-transport/grant", test_grant);
  return g_test_run ();
}
