#include "srt/srt-address.h"

#include <netdb.h>
#include <netinet/in.h>
#include <string.h>
#include <unistd.h>

CamSrtAddress
cam_srt_address_new (GInetAddress *address, unsigned port)
{
  CamSrtAddress self = {0};
  g_autoptr (GSocketAddress) native = g_inet_socket_address_new (address, (guint16) port);
  self.size = (socklen_t) g_socket_address_get_native_size (native);
  gboolean fits = g_socket_address_to_native (native, &self.storage, sizeof self.storage, NULL);
  g_assert (fits);
  return self;
}

GInetAddress *
cam_srt_address_to_inet (const struct sockaddr *native, unsigned *ret_port)
{
  if (native->sa_family == AF_INET) {
    const struct sockaddr_in *ipv4 = (const struct sockaddr_in *) (const void *) native;
    *ret_port = ntohs (ipv4->sin_port);
    return g_inet_address_new_from_bytes ((const guint8 *) &ipv4->sin_addr, G_SOCKET_FAMILY_IPV4);
  }
  if (native->sa_family != AF_INET6)
    return NULL;
  const struct sockaddr_in6 *ipv6 = (const struct sockaddr_in6 *) (const void *) native;
  *ret_port = ntohs (ipv6->sin6_port);
  if (IN6_IS_ADDR_V4MAPPED (&ipv6->sin6_addr))
    return g_inet_address_new_from_bytes (ipv6->sin6_addr.s6_addr + 12, G_SOCKET_FAMILY_IPV4);
  return g_inet_address_new_from_bytes (ipv6->sin6_addr.s6_addr, G_SOCKET_FAMILY_IPV6);
}

static void
set_port (CamSrtAddress *self, unsigned port)
{
  /* At the same place in both families. */
  G_STATIC_ASSERT (offsetof (struct sockaddr_in, sin_port) == offsetof (struct sockaddr_in6, sin6_port));
  ((struct sockaddr_in *) &self->storage)->sin_port = htons ((uint16_t) port);
}

bool
cam_srt_address_towards (const CamSrtAddress *peer, unsigned port, CamSrtAddress *ret_ours)
{
  CamSrtAddress ours = {.size = sizeof ours.storage};
  int fd = socket (peer->storage.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0)
    return false;
  bool is_known = connect (fd, (const struct sockaddr *) &peer->storage, peer->size) == 0 &&
                  getsockname (fd, (struct sockaddr *) &ours.storage, &ours.size) == 0;
  close (fd);
  if (!is_known)
    return false;
  set_port (&ours, port);
  *ret_ours = ours;
  return true;
}

bool
cam_srt_address_parse (const char *text, CamSrtAddress *ret_address, const char **ret_why)
{
  const struct addrinfo hints = {.ai_flags = AI_PASSIVE | AI_NUMERICSERV, .ai_socktype = SOCK_DGRAM};
  const char *colon = strrchr (text, ':');
  if (colon == NULL || colon[1] == '\0') {
    *ret_why = "it has no port";
    return false;
  }
  bool is_bracketed = text[0] == '[' && colon > text + 2 && colon[-1] == ']';
  g_autofree char *host = is_bracketed ? g_strndup (text + 1, (size_t) (colon - text) - 2) : g_strndup (text, (size_t) (colon - text));
  struct addrinfo *found = NULL;
  int failure = getaddrinfo (host[0] != '\0' ? host : NULL, colon + 1, &hints, &found);
  if (failure != 0) {
    *ret_why = gai_strerror (failure);
    return false;
  }
  CamSrtAddress address = {.size = found->ai_addrlen};
  memcpy (&address.storage, found->ai_addr, found->ai_addrlen);
  freeaddrinfo (found);
  *ret_address = address;
  return true;
}

bool
cam_srt_address_is_any_ipv6 (const CamSrtAddress *self)
{
  return self->storage.ss_family == AF_INET6 && IN6_IS_ADDR_UNSPECIFIED (&((const struct sockaddr_in6 *) &self->storage)->sin6_addr);
}

CamSrtAddress
cam_srt_address_without_ipv6 (const CamSrtAddress *self)
{
  const struct sockaddr_in any = {.sin_family = AF_INET, .sin_port = ((const struct sockaddr_in6 *) &self->storage)->sin6_port};
  CamSrtAddress address = {.size = sizeof any};
  memcpy (&address.storage, &any, sizeof any);
  return address;
}
