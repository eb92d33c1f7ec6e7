/* What the system is told of multicast: where it leaves by, how far it goes, and the sockets that hear what receivers report to a group.
 * Thread: any. Owner: none, functions; results belong to the caller. */
#pragma once

#include <netinet/in.h>

#include "config/config-set.h"

/* From now on what @fd, an IPv4 UDP socket, sends to groups leaves by @server's interface, with its TTL, and is heard on this machine, too.
 * Errors: CAM_SERVE_ERROR_MULTICAST, naming the key. */
bool cam_multicast_aim (int fd, const CamServerConfig *server, GError **error);

/* The address that datagrams for @group come from as things stand. Errors: CAM_SERVE_ERROR_MULTICAST: no such interface, no route. */
bool cam_multicast_find_source (const CamServerConfig *server, struct in_addr group, struct in_addr *ret_source, GError **error);

/* A non-blocking socket that gets what is sent to @group's @port; -1 when the system will not have it. */
int cam_multicast_listen (const CamServerConfig *server, struct in_addr group, uint16_t port);
