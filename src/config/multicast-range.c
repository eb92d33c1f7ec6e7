#include "config/multicast-range.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <string.h>

#include "config/config-error.h"

#define EXPECTED "an IPv4 multicast network outside 224.0.0.0/24 and 232.0.0.0/8, such as 239.255.42.0/24"

/* Host byte order. */
typedef struct {
  uint32_t first;
  unsigned bits;
} Network;

static uint32_t
mask_of (unsigned bits)
{
  return bits == 0 ? 0 : UINT32_MAX << (32 - bits);
}

static bool
overlap (Network a, Network b)
{
  const uint32_t mask = mask_of (MIN (a.bits, b.bits));
  return (a.first & mask) == (b.first & mask);
}

static bool
is_usable (Network network)
{
  static const Network groups = {0xe0000000, 4};
  static const Network of_routers = {0xe0000000, 24};
  static const Network of_one_source = {0xe8000000, 8};
  if (network.bits < groups.bits || (network.first & ~mask_of (network.bits)) != 0)
    return false;
  return overlap (network, groups) && !overlap (network, of_routers) && !overlap (network, of_one_source);
}

static bool
read_network (const char *text, Network *ret_network)
{
  g_auto (GStrv) parts = g_strsplit (text, "/", 3);
  struct in_addr address = {0};
  guint64 bits = 0;
  if (g_strv_length (parts) != 2 || inet_pton (AF_INET, parts[0], &address) != 1 ||
      !g_ascii_string_to_unsigned (parts[1], 10, 0, 32, &bits, NULL))
    return false;
  *ret_network = (Network){ntohl (address.s_addr), (unsigned) bits};
  return true;
}

bool
cam_config_parse_multicast_range (const char *text, CamMulticastRange *ret_range, GError **error)
{
  g_autofree char *bare = g_strstrip (g_strdup (text));
  Network network = {0};
  if (*bare == '\0') {
    *ret_range = (CamMulticastRange){0};
    return true;
  }
  if (!read_network (bare, &network) || !is_usable (network)) {
    g_autofree char *quoted = cam_config_quote (text);
    g_set_error (error, CAM_CONFIG_ERROR, CAM_CONFIG_ERROR_VALUE, "%s: expected " EXPECTED, quoted);
    return false;
  }
  const uint64_t size = UINT64_C (1) << (32 - network.bits);
  *ret_range = (CamMulticastRange){.first = network.first, .count = (unsigned) MIN (size, CAM_MULTICAST_MAX_GROUPS)};
  return true;
}

bool
cam_config_is_interface (const char *text)
{
  struct in_addr address = {0};
  if (*text == '\0' || inet_pton (AF_INET, text, &address) == 1)
    return true;
  const size_t length = strlen (text);
  return length < IFNAMSIZ && strspn (text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.:@") == length;
}

bool
cam_config_ports_are_free_of_multicast (CamPortPair ports)
{
  const unsigned end = CAM_MULTICAST_FIRST_PORT + CAM_MULTICAST_PORTS_A_GROUP * CAM_MULTICAST_MAX_GROUPS;
  return ports.rtcp < CAM_MULTICAST_FIRST_PORT || ports.rtp >= end;
}
