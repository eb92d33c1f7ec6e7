#include "core/address-text.h"

#include <stdbool.h>

char *
cam_address_text (GInetAddress *address, unsigned port)
{
  g_autofree char *host = g_inet_address_to_string (address);
  bool is_ipv6 = g_inet_address_get_family (address) == G_SOCKET_FAMILY_IPV6;
  return g_strdup_printf (is_ipv6 ? "[%s]:%u" : "%s:%u", host, port);
}
