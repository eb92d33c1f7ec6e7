#include "core/host-lookup.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <string.h>

/* RFC 1035, 2.3.4: a name has at most 255 octets on the wire, which leaves 253 characters. */
#define MAX_NAME_BYTES 253

static GResolverError
code_of (int result)
{
  if (result == EAI_NONAME || result == EAI_NODATA || result == EAI_ADDRFAMILY)
    return G_RESOLVER_ERROR_NOT_FOUND;
  return result == EAI_AGAIN ? G_RESOLVER_ERROR_TEMPORARY_FAILURE : G_RESOLVER_ERROR_INTERNAL;
}

static GInetAddress *
address_of (const struct sockaddr *address)
{
  if (address->sa_family == AF_INET) {
    const struct sockaddr_in *v4 = (const struct sockaddr_in *) (const void *) address;
    return g_inet_address_new_from_bytes ((const guint8 *) &v4->sin_addr, G_SOCKET_FAMILY_IPV4);
  }
  if (address->sa_family == AF_INET6) {
    const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *) (const void *) address;
    return g_inet_address_new_from_bytes ((const guint8 *) &v6->sin6_addr, G_SOCKET_FAMILY_IPV6);
  }
  return NULL;
}

static bool
contains (const GList *addresses, GInetAddress *address)
{
  for (const GList *link = addresses; link != NULL; link = link->next) {
    if (g_inet_address_equal (link->data, address))
      return true;
  }
  return false;
}

static GList *
collect (const struct addrinfo *infos)
{
  GList *addresses = NULL;
  unsigned count = 0;
  for (const struct addrinfo *info = infos; info != NULL && count < CAM_HOST_LOOKUP_MAX_ADDRESSES; info = info->ai_next) {
    g_autoptr (GInetAddress) address = address_of (info->ai_addr);
    if (address == NULL || contains (addresses, address))
      continue;
    addresses = g_list_prepend (addresses, g_steal_pointer (&address));
    count++;
  }
  return g_list_reverse (addresses);
}

GList *
cam_host_lookup (const char *host, GError **error)
{
  g_autofree char *name = g_hostname_to_ascii (host);
  if (name == NULL || name[0] == '\0' || strlen (name) > MAX_NAME_BYTES) {
    g_set_error_literal (error, G_RESOLVER_ERROR, G_RESOLVER_ERROR_NOT_FOUND, "not a host name");
    return NULL;
  }
  static const struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_ADDRCONFIG};
  struct addrinfo *infos = NULL;
  int result = getaddrinfo (name, NULL, &hints, &infos);
  int reason = errno;
  if (result != 0) {
    g_set_error_literal (error, G_RESOLVER_ERROR, code_of (result), result == EAI_SYSTEM ? g_strerror (reason) : gai_strerror (result));
    return NULL;
  }
  GList *addresses = collect (infos);
  freeaddrinfo (infos);
  if (addresses == NULL)
    g_set_error_literal (error, G_RESOLVER_ERROR, G_RESOLVER_ERROR_NOT_FOUND, "the name has no address");
  return addresses;
}
