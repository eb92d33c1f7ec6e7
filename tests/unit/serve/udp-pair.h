/* A client's two datagram sockets, of neighbouring ports, and what comes to them from a server's. Every wait has a deadline.
 * Thread: the test's. Owner: the test. */
#pragma once

#include "rtsp-fixture.h"

typedef struct {
  int fds[2];
  uint16_t port;
} UdpPair;

static inline void
udp_pair_open (UdpPair *self, const char *host)
{
  const struct timeval patience = {.tv_sec = WATCHDOG_S};
  for (uint16_t port = 42000;; port += 2) {
    g_assert_cmpuint (port, <, 60000);
    bool is_bound = true;
    for (unsigned i = 0; i < 2; i++) {
      g_autoptr (GSocketAddress) address = g_inet_socket_address_new_from_string (host, port + i);
      struct sockaddr_storage native;
      g_assert_true (g_socket_address_to_native (address, &native, sizeof native, NULL));
      self->fds[i] = socket (native.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
      setsockopt (self->fds[i], SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
      is_bound &= bind (self->fds[i], (struct sockaddr *) &native, (socklen_t) g_socket_address_get_native_size (address)) == 0;
    }
    self->port = port;
    if (is_bound)
      return;
    close (self->fds[0]);
    close (self->fds[1]);
  }
}

static inline void
udp_pair_close (UdpPair *self)
{
  close (self->fds[0]);
  close (self->fds[1]);
}

static inline size_t
udp_pair_receive (int fd, uint8_t *into, size_t room, unsigned server_port)
{
  struct sockaddr_storage from = {0};
  socklen_t from_size = sizeof from;
  ssize_t got = recvfrom (fd, into, room, 0, (struct sockaddr *) &from, &from_size);
  g_assert_cmpint (got, >, 0);
  g_autoptr (GSocketAddress) address = g_socket_address_new_from_native (&from, from_size);
  g_assert_cmpuint (g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (address)), ==, server_port);
  return (size_t) got;
}
