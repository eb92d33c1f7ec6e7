#include "serve/client-socket.h"

#include <errno.h>
#include <glib.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

typedef struct {
  int server;
  int client;
} Fixture;

static void
set_up (Fixture *self, gconstpointer data)
{
  const struct timeval patience = {.tv_sec = 20};
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl (INADDR_LOOPBACK)}};
  socklen_t size = sizeof address;
  int listener = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  g_assert_cmpint (bind (listener, (struct sockaddr *) &address, size), ==, 0);
  g_assert_cmpint (listen (listener, 1), ==, 0);
  g_assert_cmpint (getsockname (listener, (struct sockaddr *) &address, &size), ==, 0);
  self->client = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  setsockopt (self->client, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  g_assert_cmpint (connect (self->client, (struct sockaddr *) &address, size), ==, 0);
  self->server = accept (listener, NULL, NULL);
  g_assert_cmpint (self->server, >=, 0);
  close (listener);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  close (self->client);
}

static int
get_option (int fd, int level, int name)
{
  int value = 0;
  socklen_t size = sizeof value;
  g_assert_cmpint (getsockopt (fd, level, name, &value, &size), ==, 0);
  return value;
}

static void
test_tune (Fixture *self, gconstpointer data)
{
  cam_client_socket_tune (self->server, 7 * G_USEC_PER_SEC);
  g_assert_cmpint (get_option (self->server, IPPROTO_TCP, TCP_NODELAY), ==, 1);
  g_assert_cmpint (get_option (self->server, SOL_SOCKET, SO_KEEPALIVE), ==, 1);
  g_assert_cmpint (get_option (self->server, IPPROTO_TCP, TCP_KEEPIDLE), ==, 30);
  g_assert_cmpint (get_option (self->server, IPPROTO_TCP, TCP_USER_TIMEOUT), ==, 7000);
  g_assert_cmpint (get_option (self->server, IPPROTO_TCP, TCP_NOTSENT_LOWAT), ==, 65536);
  g_assert_cmpint (get_option (self->server, SOL_SOCKET, SO_SNDBUF), <=, 524288);
  cam_client_socket_close (self->server, false);
}

/* What a client that does not read leaves with our system is little, and known not to have arrived. */
static void
test_a_backlog_is_ours (Fixture *self, gconstpointer data)
{
  static const uint8_t bytes[65536];
  size_t taken = 0;
  int with_client = 0;
  cam_client_socket_tune (self->server, 7 * G_USEC_PER_SEC);
  g_assert_true (cam_client_socket_has_arrived (self->server));
  for (;;) {
    ssize_t got = send (self->server, bytes, sizeof bytes, MSG_DONTWAIT);
    if (got < 0)
      break;
    taken += (size_t) got;
  }
  g_assert_cmpint (errno, ==, EAGAIN);
  g_assert_cmpint (ioctl (self->client, FIONREAD, &with_client), ==, 0);
  g_assert_cmpuint (taken - (size_t) with_client, <, 600000);
  g_assert_false (cam_client_socket_has_arrived (self->server));

  for (int64_t until_us = g_get_monotonic_time () + 20 * G_USEC_PER_SEC; !cam_client_socket_has_arrived (self->server); g_thread_yield ()) {
    g_assert_cmpint (g_get_monotonic_time (), <, until_us);
    uint8_t into[65536];
    recv (self->client, into, sizeof into, MSG_DONTWAIT);
  }
  cam_client_socket_close (self->server, false);
}

/* Sound alone is acknowledged up to half a second late: that is no sign of a link that carries no more. */
static void
test_a_late_acknowledgement (Fixture *self, gconstpointer data)
{
  static const uint8_t bytes[180];
  cam_client_socket_tune (self->server, 7 * G_USEC_PER_SEC);
  for (unsigned i = 0; i < 50; i++) {
    g_assert_cmpint (send (self->server, bytes, sizeof bytes, 0), ==, sizeof bytes);
    g_assert_true (cam_client_socket_has_arrived (self->server));
    uint8_t into[sizeof bytes];
    g_assert_cmpint (recv (self->client, into, sizeof into, MSG_WAITALL), ==, sizeof bytes);
  }
  cam_client_socket_close (self->server, false);
}

static void
test_discard (Fixture *self, gconstpointer data)
{
  g_assert_true (cam_client_socket_discard (self->server));
  g_assert_cmpint (send (self->client, "noise", 5, 0), ==, 5);
  g_assert_true (cam_client_socket_discard (self->server));
  shutdown (self->client, SHUT_WR);
  for (int64_t until_us = g_get_monotonic_time () + 20 * G_USEC_PER_SEC; cam_client_socket_discard (self->server); g_thread_yield ())
    g_assert_cmpint (g_get_monotonic_time (), <, until_us);
  cam_client_socket_close (self->server, false);
}

static void
test_close (Fixture *self, gconstpointer data)
{
  char byte = 0;
  cam_client_socket_close (self->server, false);
  g_assert_cmpint (recv (self->client, &byte, 1, 0), ==, 0);
}

static void
test_reset (Fixture *self, gconstpointer data)
{
  char byte = 0;
  cam_client_socket_close (self->server, true);
  g_assert_cmpint (recv (self->client, &byte, 1, 0), ==, -1);
  g_assert_cmpint (errno, ==, ECONNRESET);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/client-socket/tune", Fixture, NULL, set_up, test_tune, tear_down);
  g_test_add ("/client-socket/a-backlog-is-ours", Fixture, NULL, set_up, test_a_backlog_is_ours, tear_down);
  g_test_add ("/client-socket/a-late-acknowledgement", Fixture, NULL, set_up, test_a_late_acknowledgement, tear_down);
  g_test_add ("/client-socket/discard", Fixture, NULL, set_up, test_discard, tear_down);
  g_test_add ("/client-socket/close", Fixture, NULL, set_up, test_close, tear_down);
  g_test_add ("/client-socket/reset", Fixture, NULL, set_up, test_reset, tear_down);
  return g_test_run ();
}
