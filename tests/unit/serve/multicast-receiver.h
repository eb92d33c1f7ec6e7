/* What a receiver on this machine does: a socket in a group, over the loopback interface. */
#pragma once

#include <arpa/inet.h>
#include <errno.h>
#include <glib.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define RECEIVER_INTERFACE "127.0.0.1"

static inline struct in_addr
receiver_address (const char *text)
{
  struct in_addr address = {0};
  g_assert_cmpint (inet_pton (AF_INET, text, &address), ==, 1);
  return address;
}

/* -1: this machine has no multicast. */
static inline int
receiver_open (const char *group, uint16_t port)
{
  const struct ip_mreqn membership = {.imr_multiaddr = receiver_address (group), .imr_address = receiver_address (RECEIVER_INTERFACE)};
  const struct sockaddr_in here = {.sin_family = AF_INET, .sin_addr = membership.imr_multiaddr, .sin_port = htons (port)};
  const struct timeval patience = {.tv_sec = 30};
  const int yes = 1;
  const int fd = socket (AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  setsockopt (fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  setsockopt (fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  if (bind (fd, (const struct sockaddr *) &here, sizeof here) == 0 &&
      setsockopt (fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &membership, sizeof membership) == 0)
    return fd;
  close (fd);
  return -1;
}

static inline void
receiver_send (int fd, const char *group, uint16_t port, const uint8_t *data, size_t size)
{
  const struct ip_mreqn interface = {.imr_address = receiver_address (RECEIVER_INTERFACE)};
  const struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr = receiver_address (group), .sin_port = htons (port)};
  setsockopt (fd, IPPROTO_IP, IP_MULTICAST_IF, &interface, sizeof interface);
  g_assert_cmpint (sendto (fd, data, size, 0, (const struct sockaddr *) &to, sizeof to), ==, (ssize_t) size);
}

/* Whether what is sent to a group comes back here at all. */
static inline bool
receiver_can_multicast (void)
{
  const char *group = "239.255.41.1";
  const uint8_t probe = 1;
  const struct timeval patience = {.tv_sec = 1};
  uint8_t got = 0;
  const int fd = receiver_open (group, 8190);
  if (fd < 0)
    return false;
  setsockopt (fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  receiver_send (fd, group, 8190, &probe, 1);
  const bool comes_back = recv (fd, &got, 1, 0) == 1;
  close (fd);
  return comes_back;
}

/* The next datagram's size; 0: none waits. */
static inline size_t
receiver_take (int fd, uint8_t *data, size_t room, bool waits)
{
  const ssize_t got = recv (fd, data, room, waits ? 0 : MSG_DONTWAIT);
  g_assert_true (got > 0 || (!waits && errno == EAGAIN));
  return got > 0 ? (size_t) got : 0;
}
