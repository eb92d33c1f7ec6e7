/* Where multicast may go, as text: the network whose addresses are groups, and the interface it leaves by.
 * Which stream gets which group is decided where streams are served.
 * Thread: pure. Owner: values. */
#pragma once

#include "config/config-set.h"

/* Each group has four ports of its own, RTP and RTCP of two tracks, so that a receiver who binds to all addresses gets no other group's
 * packets: the n-th group those from CAM_MULTICAST_FIRST_PORT + 4 n. Below the ports that systems give away by themselves. */
#define CAM_MULTICAST_FIRST_PORT 8192
#define CAM_MULTICAST_PORTS_A_GROUP 4
#define CAM_MULTICAST_MAX_GROUPS 2048

/* "" (no multicast, count 0) or "ADDRESS/BITS" with no bit of the address set behind BITS: within 224.0.0.0/4, but not 224.0.0.0/24, which
 * is the routers' (RFC 5771, 4), nor 232.0.0.0/8, where only those receive who name the source (RFC 4607). Of a network with more addresses
 * the first CAM_MULTICAST_MAX_GROUPS count. Errors: as config-value.h. */
bool cam_config_parse_multicast_range (const char *text, CamMulticastRange *ret_range, GError **error);

/* Whether @text can be an interface: "" (none said), an IPv4 address, or a name of at most 15 characters. */
bool cam_config_is_interface (const char *text);

/* Whether both of @ports (0: not set) keep away from those of groups. */
bool cam_config_ports_are_free_of_multicast (CamPortPair ports);
