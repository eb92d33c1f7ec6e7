#include "srt-fixture.h"

#include <string.h>

#include "lossy-link.h"

#define MESSAGES 2000
#define LOSSY_MESSAGES 600

/* What is sent in one burst is lost in part even on loopback, and sent again. */
#define LATENCY_MS 250

/* More than the buffers of a connection hold is sent in parts. */
static void
test_both_ways (void)
{
  Fixture *fixture = fixture_new ();
  const unsigned port = open_door (fixture, "127.0.0.1:0");
  CamSrtUrl url = plain_url (CAM_SRT_CALLER);
  url.latency_ms = LATENCY_MS;
  End *caller = dial (fixture, &url, "127.0.0.1", port);
  End *called = adopt (fixture);
  AWAIT (fixture, caller->is_connected);
  for (unsigned first = 0; first < MESSAGES; first += 500) {
    send_messages (caller, first, 500);
    send_messages (called, first, 500);
    AWAIT (fixture, called->n_received == first + 500 && caller->n_received == first + 500);
  }
  g_assert_cmpuint (caller->n_wrong + called->n_wrong, ==, 0);
  g_assert_false (called->is_connected);
  g_assert_cmpuint (called->n_readable, <=, MESSAGES);
  g_assert_cmpuint (cam_srt_connection_get_overrun (called->connection), ==, 0);
  end_free (caller);
  AWAIT (fixture, called->is_ended);
  g_assert_cmpint (called->reason, ==, CAM_REASON_CLOSED);
  send_messages (called, 0, 1);
  g_assert_cmpuint (called->n_taken, ==, MESSAGES);
  g_assert_cmpuint (cam_srt_connection_get_unsent (called->connection), ==, 0);
  end_free (called);
  fixture_free (fixture);
}

static void
test_ipv6 (void)
{
  Fixture *fixture = fixture_new ();
  const unsigned port = open_door (fixture, "[::]:0");
  CamSrtUrl url = plain_url (CAM_SRT_CALLER);
  url.stream_id = (char *) "read:door";
  static const char *const addresses[] = {"127.0.0.1", "::1"};
  for (unsigned i = 0; i < G_N_ELEMENTS (addresses); i++) {
    End *caller = dial (fixture, &url, addresses[i], port);
    End *called = adopt (fixture);
    AWAIT (fixture, caller->is_connected);
    g_assert_cmpstr (fixture->stream_id, ==, "read:door");
    g_assert_cmpstr (fixture->address, ==, addresses[i]); /* no IPv4-mapped one */
    end_free (called);
    AWAIT (fixture, caller->is_ended);
    g_assert_cmpint (caller->reason, ==, CAM_REASON_CLOSED);
    end_free (caller);
  }
  fixture_free (fixture);
}

static void
test_full (void)
{
  Fixture *fixture = fixture_new ();
  const unsigned port = open_door (fixture, "127.0.0.1:0");
  CamSrtUrl url = plain_url (CAM_SRT_CALLER);
  url.latency_ms = LATENCY_MS;
  url.send_buffer = 1; /* the least that there is */
  End *caller = dial (fixture, &url, "127.0.0.1", port);
  End *called = adopt (fixture);
  AWAIT (fixture, caller->is_connected);
  send_messages (caller, 0, MESSAGES);
  g_assert_cmpuint (caller->n_taken, >=, 16);
  g_assert_cmpuint (caller->n_taken, <, MESSAGES);
  AWAIT (fixture, caller->n_writable == 1);
  const unsigned taken = caller->n_taken;
  send_messages (caller, taken, 1);
  g_assert_cmpuint (caller->n_taken, ==, taken + 1);
  AWAIT (fixture, called->n_received == taken + 1);
  g_assert_cmpuint (called->n_wrong, ==, 0);
  while (cam_srt_connection_get_unsent (caller->connection) > 0)
    pause_briefly (fixture);
  end_free (caller);
  end_free (called);
  fixture_free (fixture);
}

/* Who does not take what comes loses the newest of it, and is told of what waits. Fast enough to fill the receive buffer that libsrt has by
 * itself. */
static void
test_overrun (void)
{
  Fixture *fixture = fixture_new ();
  const unsigned port = open_door (fixture, "127.0.0.1:0");
  CamSrtUrl url = plain_url (CAM_SRT_CALLER);
  url.latency_ms = LATENCY_MS;
  End *caller = dial (fixture, &url, "127.0.0.1", port);
  End *called = adopt (fixture);
  called->is_deaf = true;
  AWAIT (fixture, caller->is_connected);
  for (unsigned first = 0; cam_srt_connection_get_overrun (called->connection) == 0; first = caller->n_taken) {
    send_messages (caller, first, 500);
    while (cam_srt_connection_get_unsent (caller->connection) > 100000)
      pause_briefly (fixture);
  }
  AWAIT (fixture, called->n_readable > 0);
  end_free (caller);
  AWAIT (fixture, called->is_ended);
  g_mutex_lock (&fixture->lock);
  on_loop (fixture, (CamLoopFunc) take_all, called);
  g_mutex_unlock (&fixture->lock);
  g_assert_cmpuint (called->n_received, >, 4000);
  g_assert_cmpuint (called->n_received - called->n_wrong, >, 4000); /* those before the first that was dropped, at least */
  end_free (called);
  fixture_free (fixture);
}

/* The most that each of two ends is said to have sent or received, and the highest rates. */
static void
collect (const End *end, CamSrtStatistics *most)
{
  CamSrtStatistics now;
  g_assert_true (cam_srt_connection_get_statistics (end->connection, &now));
  now.send_mbit = MAX (now.send_mbit, most->send_mbit); /* of the last second only, so they go back to 0 */
  now.receive_mbit = MAX (now.receive_mbit, most->receive_mbit);
  *most = now;
}

static void
test_statistics (void)
{
  Fixture *fixture = fixture_new ();
  const unsigned port = open_door (fixture, "127.0.0.1:0");
  CamSrtUrl url = plain_url (CAM_SRT_CALLER);
  url.latency_ms = LATENCY_MS;
  CamSrtStatistics sent = {0};
  CamSrtStatistics received = {0};
  End *caller = dial (fixture, &url, "127.0.0.1", port);
  End *called = adopt (fixture);
  AWAIT (fixture, caller->is_connected);
  collect (caller, &sent);
  g_assert_cmpuint (sent.packets_sent, ==, 0);
  send_messages (caller, 0, 300);
  AWAIT (fixture, called->n_received == 300);
  const gint64 until_us = g_get_monotonic_time () + DEADLINE_US;
  while (sent.packets_sent < 300 || received.packets_received < 300) {
    g_assert_cmpint (g_get_monotonic_time (), <, until_us);
    pause_briefly (fixture);
    collect (caller, &sent);
    collect (called, &received);
  }
  g_assert_cmpuint (sent.packets_sent, ==, 300);
  g_assert_cmpuint (sent.bytes_sent, >, 300 * 4);
  g_assert_cmpfloat (sent.rtt_ms, >, 0);
  g_assert_cmpfloat (sent.send_mbit, >, 0);
  g_assert_cmpint (sent.uptime_us, >, 0);
  g_assert_cmpuint (received.packets_received, ==, 300);
  g_assert_cmpuint (received.bytes_received, >, 300 * 4);
  g_assert_cmpfloat (received.receive_mbit, >, 0);
  g_assert_cmpfloat (received.bandwidth_mbit, >, 0);
  g_assert_cmpuint (received.packets_undecrypted, ==, 0);
  end_free (caller);
  end_free (called);
  fixture_free (fixture);
}

/* One packet in twenty is lost, none of what was in them is. */
static void
test_loss (void)
{
  Fixture *fixture = fixture_new ();
  LossyLink *link = lossy_link_new (open_door (fixture, "127.0.0.1:0"), 20);
  CamSrtUrl url = plain_url (CAM_SRT_CALLER);
  url.latency_ms = 2000; /* a busy machine may be late itself */
  CamSrtStatistics sent = {0};
  CamSrtStatistics received = {0};
  End *caller = dial (fixture, &url, "127.0.0.1", link->port);
  End *called = adopt (fixture);
  AWAIT (fixture, caller->is_connected);
  for (unsigned first = 0; first < LOSSY_MESSAGES; first += 20) { /* not more at once than the kernel keeps for the link */
    send_messages (caller, first, 20);
    pause_briefly (fixture);
  }
  AWAIT (fixture, called->n_received == LOSSY_MESSAGES);
  g_assert_cmpuint (called->n_wrong, ==, 0);
  g_assert_cmpuint (link->n_lost, >, 0);
  const gint64 until_us = g_get_monotonic_time () + DEADLINE_US;
  while (sent.packets_retransmitted < LOSSY_MESSAGES / 20 || received.packets_retransmitted < LOSSY_MESSAGES / 20) {
    g_assert_cmpint (g_get_monotonic_time (), <, until_us);
    pause_briefly (fixture);
    collect (caller, &sent);
    collect (called, &received);
  }
  g_assert_cmpuint (sent.packets_lost, >, 0);
  g_assert_cmpuint (received.packets_lost, >=, LOSSY_MESSAGES / 20);
  g_assert_cmpuint (received.packets_dropped, ==, 0);
  g_assert_cmpuint (received.packets_received, ==, LOSSY_MESSAGES);
  end_free (caller);
  end_free (called);
  lossy_link_free (link);
  fixture_free (fixture);
}

/* A link that carries nothing for longer than libsrt would keep what was not acknowledged (a second): all of it comes, once something later does. */
static void
test_cut (void)
{
  Fixture *fixture = fixture_new ();
  LossyLink *link = lossy_link_new (open_door (fixture, "127.0.0.1:0"), UINT_MAX);
  CamSrtUrl url = plain_url (CAM_SRT_CALLER);
  url.latency_ms = 250;
  End *caller = dial (fixture, &url, "127.0.0.1", link->port);
  End *called = adopt (fixture);
  AWAIT (fixture, caller->is_connected);
  const gint64 cut_until_us = g_get_monotonic_time () + 1600 * 1000; /* not for an event: libsrt says nothing of what it drops */
  atomic_store (&link->is_cut, true);
  unsigned sent = 0;
  for (; g_get_monotonic_time () < cut_until_us; sent++) {
    send_messages (caller, sent, 1);
    pause_briefly (fixture);
  }
  atomic_store (&link->is_cut, false);
  g_assert_cmpuint (called->n_received, ==, 0);
  send_messages (caller, sent++, 1);
  AWAIT (fixture, called->n_received == sent);
  g_assert_cmpuint (called->n_wrong, ==, 0);
  end_free (caller);
  end_free (called);
  lossy_link_free (link);
  fixture_free (fixture);
}

static void
assert_ends (Fixture *fixture, const CamSrtUrl *url, const char *address, unsigned port, CamReason reason, const char *part)
{
  End *end = dial (fixture, url, address, port);
  AWAIT (fixture, end->is_ended);
  g_assert_false (end->is_connected);
  g_assert_cmpstr (cam_reason_word (end->reason), ==, cam_reason_word (reason));
  g_assert_nonnull (strstr (end->detail, part));
  end_free (end);
}

static void
test_failures (void)
{
  Fixture *fixture = fixture_new ();
  CamSrtUrl url = plain_url (CAM_SRT_CALLER);
  url.timeout_us = 300 * 1000;
  assert_ends (fixture, &url, "127.0.0.1", 1, CAM_REASON_TIMEOUT, "no answer");
  assert_ends (fixture, &url, "255.255.255.255", 9, CAM_REASON_UNREACHABLE, "");
  url.packet_filter = (char *) "no such filter";
  assert_ends (fixture, &url, "127.0.0.1", 9, CAM_REASON_CONFIG, "packetfilter");
  url.packet_filter = NULL;
  url.passphrase = cam_secret_new ("short", -1);
  assert_ends (fixture, &url, "127.0.0.1", 9, CAM_REASON_CONFIG, "passphrase");
  g_clear_pointer (&url.passphrase, cam_secret_unref);
  fixture_free (fixture);
}

/* A UDP socket of somebody else's. */
static GSocket *
take_port (const char *host, unsigned *ret_port)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string (host);
  g_autoptr (GSocketAddress) wanted = g_inet_socket_address_new (address, 0);
  GSocket *socket = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_DATAGRAM, G_SOCKET_PROTOCOL_UDP, &error);
  g_assert_no_error (error);
  g_assert_true (g_socket_bind (socket, wanted, FALSE, NULL));
  g_autoptr (GSocketAddress) bound = g_socket_get_local_address (socket, NULL);
  *ret_port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound));
  return socket;
}

static void
test_rendezvous_failures (void)
{
  Fixture *fixture = fixture_new ();
  CamSrtUrl url = plain_url (CAM_SRT_RENDEZVOUS);
  url.timeout_us = 30 * 1000; /* libsrt waits for ten times that */
  unsigned port = 0;
  g_autoptr (GSocket) peer = take_port ("127.0.0.2", &port);
  assert_ends (fixture, &url, "127.0.0.2", port, CAM_REASON_TIMEOUT, "no answer");
  g_autoptr (GSocket) ours = take_port ("127.0.0.1", &port);
  assert_ends (fixture, &url, "127.0.0.2", port, CAM_REASON_CONFIG, "cannot be ours");
  fixture_free (fixture);
}

/* An end that its owner no longer knows says nothing. */
static void
test_after_stop (void)
{
  Fixture *fixture = fixture_new ();
  const unsigned port = open_door (fixture, "127.0.0.1:0");
  const CamSrtUrl url = plain_url (CAM_SRT_CALLER);
  End *caller = dial (fixture, &url, "127.0.0.1", port);
  End *called = adopt (fixture);
  AWAIT (fixture, caller->is_connected);
  g_assert_true (cam_srt_poller_stop (fixture->poller, DEADLINE_US));
  AWAIT (fixture, caller->is_ended && called->is_ended);
  g_assert_cmpint (caller->reason, ==, CAM_REASON_CLOSED);
  send_messages (caller, 0, 1);
  g_assert_cmpuint (caller->n_taken, ==, 0);
  End *late = dial (fixture, &url, "127.0.0.1", port);
  AWAIT (fixture, late->is_ended);
  end_free (late);
  end_free (caller);
  end_free (called);
  fixture_free (fixture);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/srt/connection/both-ways", test_both_ways);
  g_test_add_func ("/srt/connection/ipv6", test_ipv6);
  g_test_add_func ("/srt/connection/full", test_full);
  g_test_add_func ("/srt/connection/overrun", test_overrun);
  g_test_add_func ("/srt/connection/statistics", test_statistics);
  g_test_add_func ("/srt/connection/loss", test_loss);
  g_test_add_func ("/srt/connection/cut", test_cut);
  g_test_add_func ("/srt/connection/failures", test_failures);
  g_test_add_func ("/srt/connection/rendezvous-failures", test_rendezvous_failures);
  g_test_add_func ("/srt/connection/after-stop", test_after_stop);
  return g_test_run ();
}
