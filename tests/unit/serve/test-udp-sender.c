#include "serve/udp-sender.h"

#include <netinet/in.h>
#include <string.h>
#include <unistd.h>

#include "serve/udp-batch.h"
#include "wire/rtcp.h"

#define PACKET_BYTES 1400
#define PATIENCE_US (5 * G_USEC_PER_SEC)
#define OUR_SSRC 0xcafe0001u

typedef struct {
  CamLoopThread *loop;
  CamUdpPorts *ports;
  int client;                     /* a socket of ours that plays the client */
  struct sockaddr_in client_address;
  struct sockaddr_in local;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  fixture->loop = cam_loop_thread_new ("udp-test", &error);
  g_assert_no_error (error);
  fixture->ports = cam_udp_ports_new ((CamPortPair){ 0, 0 }, &error);
  g_assert_no_error (error);
  fixture->client = socket (AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  fixture->client_address = (struct sockaddr_in){ .sin_family = AF_INET, .sin_addr = { htonl (INADDR_LOOPBACK) } };
  fixture->local = (struct sockaddr_in){ .sin_family = AF_INET, .sin_addr = { htonl (0x7f000002) } };
  socklen_t size = sizeof fixture->client_address;
  g_assert_cmpint (bind (fixture->client, (struct sockaddr *) &fixture->client_address, size), ==, 0);
  g_assert_cmpint (getsockname (fixture->client, (struct sockaddr *) &fixture->client_address, &size), ==, 0);
  struct timeval patience = { .tv_sec = 5 };
  setsockopt (fixture->client, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  cam_loop_thread_quit (fixture->loop);
  g_assert_true (cam_loop_thread_join (fixture->loop, PATIENCE_US));
  cam_udp_ports_free (fixture->ports);
  close (fixture->client);
}

/* ---- work on the loop, waited for ---- */

typedef struct {
  void (*func) (Fixture *fixture, gpointer data);
  Fixture *fixture;
  gpointer data;
  GAsyncQueue *done;
} Call;

static void
run_call (gpointer data)
{
  Call *call = data;
  call->func (call->fixture, call->data);
  g_async_queue_push (call->done, call);
}

static void
on_loop (Fixture *fixture, void (*func) (Fixture *fixture, gpointer data), gpointer data)
{
  g_autoptr (GAsyncQueue) done = g_async_queue_new ();
  Call call = { func, fixture, data, done };
  g_assert_true (cam_loop_thread_post (fixture->loop, run_call, &call, NULL));
  g_assert_nonnull (g_async_queue_timeout_pop (done, PATIENCE_US));
}

/* @packets of PACKET_BYTES, the last one shorter, each filled with its number. */
static CamBurst *
make_burst (unsigned packets)
{
  CamBurst *burst = cam_burst_new ((size_t) packets * (PACKET_BYTES + 4));
  burst->track = CAM_TRACK_VIDEO;
  burst->packets = (uint16_t) packets;
  burst->created_us = g_get_monotonic_time ();
  uint8_t *out = burst->data;
  for (unsigned i = 0; i < packets; i++) {
    unsigned size = i + 1 < packets ? PACKET_BYTES : PACKET_BYTES / 2;
    out[0] = '$';
    out[1] = 0;
    out[2] = (uint8_t) (size >> 8);
    out[3] = (uint8_t) size;
    memset (out + 4, (int) (i & 0xff), size);
    out += 4 + size;
  }
  burst->size = (size_t) (out - burst->data);
  return burst;
}

static void
receive (Fixture *fixture, unsigned packets)
{
  uint8_t data[2048];
  for (unsigned i = 0; i < packets; i++) {
    struct sockaddr_in from;
    socklen_t size = sizeof from;
    ssize_t bytes = recvfrom (fixture->client, data, sizeof data, 0, (struct sockaddr *) &from, &size);
    g_assert_cmpint (bytes, ==, i + 1 < packets ? PACKET_BYTES : PACKET_BYTES / 2);
    g_assert_cmpuint (data[0], ==, i & 0xff);
    g_assert_cmpuint (data[bytes - 1], ==, i & 0xff);
    g_assert_cmphex (ntohl (from.sin_addr.s_addr), ==, 0x7f000002);
    g_assert_cmpuint (ntohs (from.sin_port), ==, cam_udp_ports_get (fixture->ports).rtp);
  }
}

/* ---- batch ---- */

static void
send_batch (Fixture *fixture, gpointer data)
{
  CamUdpBatch *batch = cam_udp_batch_new (fixture->ports, AF_INET, CAM_UDP_RTP);
  CamUdpRoute route = { 0 };
  memcpy (&route.to, &fixture->client_address, sizeof fixture->client_address);
  memcpy (&route.local, &fixture->local, sizeof fixture->local);
  g_autoptr (CamBurst) burst = make_burst (50);
  for (size_t offset = 0; offset < burst->size;)
    offset = cam_udp_batch_add (batch, &route, burst, offset, 20);
  g_assert_cmpuint (burst->refs, >, 1);
  g_assert_true (cam_udp_batch_flush (batch));
  g_assert_cmpuint (burst->refs, ==, 1);
  g_assert_cmpuint (cam_udp_batch_get_refused (batch), ==, 0);
  cam_udp_batch_free (batch);
}

static void
test_batch (Fixture *fixture, gconstpointer data)
{
  on_loop (fixture, send_batch, NULL);
  receive (fixture, 50);
  cam_udp_ports_clear_segmentation (fixture->ports);
  on_loop (fixture, send_batch, NULL);
  receive (fixture, 50);
}

/* ---- lane ---- */

typedef struct {
  CamUdpSender *sender;
  CamUdpLane *lane;
} Sending;

static void
open_lane (Fixture *fixture, gpointer data)
{
  Sending *sending = data;
  uint16_t port = ntohs (fixture->client_address.sin_port);
  sending->sender = cam_udp_sender_new (fixture->ports, fixture->loop);
  sending->lane = cam_udp_lane_new (sending->sender, (struct sockaddr *) &fixture->client_address, (struct sockaddr *) &fixture->local, 500000);
  cam_udp_lane_set_track (sending->lane, CAM_TRACK_VIDEO, port, port, OUR_SSRC);
}

static void
close_lane (Fixture *fixture, gpointer data)
{
  Sending *sending = data;
  cam_udp_lane_free (sending->lane);
  cam_udp_sender_free (sending->sender);
}

static void
send_big (Fixture *fixture, gpointer data)
{
  Sending *sending = data;
  g_autoptr (CamBurst) burst = make_burst (200);
  g_assert_true (cam_udp_lane_send (sending->lane, burst));
  cam_udp_sender_flush (sending->sender);
  g_assert_false (cam_udp_lane_is_idle (sending->lane));
  g_assert_cmpint (cam_udp_lane_get_oldest_us (sending->lane), ==, burst->created_us);
  /* At most 32 packets at once. */
  g_assert_cmpuint (cam_udp_lane_get_bytes (sending->lane), <=, 34 * (PACKET_BYTES + 4));
}

static void
assert_sent (Fixture *fixture, gpointer data)
{
  Sending *sending = data;
  g_assert_true (cam_udp_lane_is_idle (sending->lane));
  g_assert_cmpint (cam_udp_lane_get_oldest_us (sending->lane), ==, INT64_MAX);
}

static void
test_pace (Fixture *fixture, gconstpointer data)
{
  Sending sending = { 0 };
  on_loop (fixture, open_lane, &sending);
  int64_t begun_us = g_get_monotonic_time ();
  on_loop (fixture, send_big, &sending);
  receive (fixture, 200);
  /* All but the first 34 packets at 8 times 500,000 bytes a second. */
  g_assert_cmpint (g_get_monotonic_time () - begun_us, >=, (int64_t) 160 * PACKET_BYTES * G_USEC_PER_SEC / 4000000);
  on_loop (fixture, assert_sent, &sending);
  on_loop (fixture, close_lane, &sending);
}

static void
overfill (Fixture *fixture, gpointer data)
{
  Sending *sending = data;
  g_autoptr (CamBurst) burst = make_burst (200);
  g_assert_true (cam_udp_lane_send (sending->lane, burst));
  g_assert_false (cam_udp_lane_send (sending->lane, burst));
  burst->is_control = true; /* reports are never refused */
  g_assert_true (cam_udp_lane_send (sending->lane, burst));
  burst->is_control = false;
  cam_udp_lane_clear (sending->lane);
  g_assert_true (cam_udp_lane_is_idle (sending->lane));
  burst->track = CAM_TRACK_AUDIO; /* was not set up */
  g_assert_true (cam_udp_lane_send (sending->lane, burst));
  g_assert_true (cam_udp_lane_is_idle (sending->lane));
}

static void
test_bound (Fixture *fixture, gconstpointer data)
{
  Sending sending = { 0 };
  on_loop (fixture, open_lane, &sending);
  on_loop (fixture, overfill, &sending);
  on_loop (fixture, close_lane, &sending);
}

/* ---- reports ---- */

static size_t
receiver_report (uint8_t *out, uint32_t about)
{
  CamRtpSequence sequence = { .started = true, .ssrc = about };
  return cam_rtcp_write_receiver_report (out, 0x1234, &sequence, 0, 0, 0, "client");
}

static void
test_reports (Fixture *fixture, gconstpointer data)
{
  struct sockaddr_storage address = { 0 };
  struct sockaddr_in *from = (struct sockaddr_in *) &address;
  *from = fixture->client_address;
  CamUdpPeer *peer = cam_udp_peer_new (fixture->ports, &address), *other = cam_udp_peer_new (fixture->ports, &address);
  cam_udp_peer_set_track (peer, CAM_TRACK_VIDEO, 5001, OUR_SSRC);
  cam_udp_peer_set_track (other, CAM_TRACK_VIDEO, 6001, OUR_SSRC + 1);
  uint8_t report[CAM_RTCP_MAX_BYTES];
  size_t size = receiver_report (report, OUR_SSRC);

  from->sin_port = htons (6001); /* the port decides */
  cam_udp_ports_take_report (fixture->ports, &address, report, size, 10);
  g_assert_cmpint (cam_udp_peer_get_alive_us (other), ==, 10);
  g_assert_cmpint (cam_udp_peer_get_alive_us (peer), ==, 0);

  from->sin_port = htons (40000); /* a port nobody named: the SSRC reported on decides */
  cam_udp_ports_take_report (fixture->ports, &address, report, size, 20);
  g_assert_cmpint (cam_udp_peer_get_alive_us (peer), ==, 20);
  g_assert_cmpint (cam_udp_peer_get_alive_us (other), ==, 10);

  size = receiver_report (report, 99); /* about nobody here, from nowhere known, or no report at all: no effect */
  cam_udp_ports_take_report (fixture->ports, &address, report, size, 30);
  from->sin_addr.s_addr = htonl (0x7f000009);
  from->sin_port = htons (5001);
  cam_udp_ports_take_report (fixture->ports, &address, report, size, 30);
  from->sin_addr.s_addr = fixture->client_address.sin_addr.s_addr;
  cam_udp_ports_take_report (fixture->ports, &address, (const uint8_t *) "hello", 5, 30);
  g_assert_cmpint (cam_udp_peer_get_alive_us (peer), ==, 20);
  g_assert_cmpint (cam_udp_peer_get_alive_us (other), ==, 10);
  cam_udp_peer_free (peer);
  cam_udp_peer_free (other);
}

static void
test_ports (Fixture *fixture, gconstpointer data)
{
  CamPortPair pair = cam_udp_ports_get (fixture->ports);
  g_assert_cmpuint (pair.rtp % 2, ==, 0);
  g_assert_cmpuint (pair.rtcp, ==, pair.rtp + 1);
  g_autoptr (GError) error = NULL;
  g_assert_null (cam_udp_ports_new (pair, &error)); /* taken */
  g_assert_nonnull (error);
  g_autofree char *begin = g_strdup_printf ("UDPPorts=%u-%u: ", pair.rtp, pair.rtcp);
  g_assert_true (g_str_has_prefix (error->message, begin));
}

static void
test_plain_address (void)
{
  struct sockaddr_in6 mapped = { .sin6_family = AF_INET6, .sin6_port = htons (554) };
  memcpy (&mapped.sin6_addr, "\0\0\0\0\0\0\0\0\0\0\xff\xff\x0a\x00\x00\x01", 16);
  struct sockaddr_storage plain;
  cam_udp_plain_address ((struct sockaddr *) &mapped, &plain);
  g_assert_cmpint (plain.ss_family, ==, AF_INET);
  g_assert_cmphex (ntohl (((struct sockaddr_in *) &plain)->sin_addr.s_addr), ==, 0x0a000001);
  g_assert_cmpuint (ntohs (((struct sockaddr_in *) &plain)->sin_port), ==, 554);
  mapped.sin6_addr = in6addr_loopback;
  cam_udp_plain_address ((struct sockaddr *) &mapped, &plain);
  g_assert_cmpint (plain.ss_family, ==, AF_INET6);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/udp-sender/batch", Fixture, NULL, set_up, test_batch, tear_down);
  g_test_add ("/udp-sender/pace", Fixture, NULL, set_up, test_pace, tear_down);
  g_test_add ("/udp-sender/bound", Fixture, NULL, set_up, test_bound, tear_down);
  g_test_add ("/udp-sender/reports", Fixture, NULL, set_up, test_reports, tear_down);
  g_test_add ("/udp-sender/ports", Fixture, NULL, set_up, test_ports, tear_down);
  g_test_add_func ("/udp-sender/plain-address", test_plain_address);
  return g_test_run ();
}
