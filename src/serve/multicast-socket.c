#include "serve/multicast-socket.h"

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <sys/socket.h>
#include <unistd.h>

#include "serve/serve-error.h"

/* The interface as the system wants it; false when there is none of that name. Looked up each time: interfaces come and go. */
static bool
find_interface (const CamServerConfig *server, struct ip_mreqn *ret_interface)
{
  const char *text = server->multicast_interface;
  *ret_interface = (struct ip_mreqn){0};
  if (text == NULL || *text == '\0' || inet_pton (AF_INET, text, &ret_interface->imr_address) == 1)
    return true;
  ret_interface->imr_ifindex = (int) if_nametoindex (text);
  return ret_interface->imr_ifindex != 0;
}

static bool
fail_interface (const CamServerConfig *server, GError **error)
{
  g_set_error (error, CAM_SERVE_ERROR, CAM_SERVE_ERROR_MULTICAST, "MulticastInterface=%s: %s",
               server->multicast_interface != NULL ? server->multicast_interface : "", g_strerror (errno));
  return false;
}

bool
cam_multicast_aim (int fd, const CamServerConfig *server, GError **error)
{
  struct ip_mreqn interface = {0};
  const int ttl = (int) server->multicast_ttl;
  const int yes = 1;
  if (!find_interface (server, &interface) || setsockopt (fd, IPPROTO_IP, IP_MULTICAST_IF, &interface, sizeof interface) < 0)
    return fail_interface (server, error);
  if (setsockopt (fd, IPPROTO_IP, IP_MULTICAST_TTL, &ttl, sizeof ttl) == 0 &&
      setsockopt (fd, IPPROTO_IP, IP_MULTICAST_LOOP, &yes, sizeof yes) == 0)
    return true;
  g_set_error (error, CAM_SERVE_ERROR, CAM_SERVE_ERROR_MULTICAST, "MulticastTTL=%d: %s", ttl, g_strerror (errno));
  return false;
}

/* Connecting a datagram socket sends nothing: the kernel only says which way it would take. */
static bool
ask_route (int fd, struct in_addr group, struct in_addr *ret_source)
{
  const struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr = group, .sin_port = htons (9)};
  struct sockaddr_in from = {0};
  socklen_t size = sizeof from;
  if (connect (fd, (const struct sockaddr *) &to, sizeof to) < 0 || getsockname (fd, (struct sockaddr *) &from, &size) < 0)
    return false;
  *ret_source = from.sin_addr;
  return true;
}

bool
cam_multicast_find_source (const CamServerConfig *server, struct in_addr group, struct in_addr *ret_source, GError **error)
{
  const int fd = socket (AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  bool is_aimed = fd >= 0 && cam_multicast_aim (fd, server, error);
  bool is_found = is_aimed && ask_route (fd, group, ret_source);
  if (!is_found && (fd < 0 || is_aimed))
    g_set_error (error, CAM_SERVE_ERROR, CAM_SERVE_ERROR_MULTICAST, "no way to multicast groups: %s", g_strerror (errno));
  if (fd >= 0)
    close (fd);
  return is_found;
}

static bool
join (int fd, const CamServerConfig *server, struct in_addr group, uint16_t port)
{
  struct ip_mreqn membership = {0};
  const struct sockaddr_in here = {.sin_family = AF_INET, .sin_addr = group, .sin_port = htons (port)};
  const int yes = 1;
  if (!find_interface (server, &membership))
    return false;
  membership.imr_multiaddr = group;
  /* Receivers on this machine have the same address and port. */
  return setsockopt (fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) == 0 && bind (fd, (const struct sockaddr *) &here, sizeof here) == 0 &&
         setsockopt (fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &membership, sizeof membership) == 0;
}

int
cam_multicast_listen (const CamServerConfig *server, struct in_addr group, uint16_t port)
{
  const int fd = socket (AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd >= 0 && join (fd, server, group, port))
    return fd;
  if (fd >= 0)
    close (fd);
  return -1;
}
