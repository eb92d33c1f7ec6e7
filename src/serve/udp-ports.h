/* The one RTP/RTCP socket pair of the process for each address family, and the clients whose reports come back on it.
 * A report is matched by address and port, or, behind a NAT that changed the port, by address and the SSRC it reports on, which is ours.
 * Thread: made on M; reports are read on loop 0; peers come and go on any loop. Owner: rtsp-server; ends after all senders. */
#pragma once

#include <sys/socket.h>

#include "config/config-set.h"
#include "core/loop-thread.h"
#include "media/codec.h"

typedef struct CamUdpPorts CamUdpPorts;
typedef struct CamUdpPeer CamUdpPeer; /* one client that gets UDP */

enum { CAM_UDP_RTP, CAM_UDP_RTCP, CAM_N_UDP_SOCKETS };

/* Binds the pair for IPv4 and, where there is IPv6, for it too, on all addresses; @wanted 0, 0: any free even port and the next.
 * Errors: CAM_SERVE_ERROR_BIND naming the ports. */
CamUdpPorts *cam_udp_ports_new (CamPortPair wanted, GError **error);
void cam_udp_ports_start (CamUdpPorts *self, CamLoopThread *loop0); /* on loop 0: reports are read from now on */
void cam_udp_ports_stop (CamUdpPorts *self);                        /* on loop 0: and no more */
void cam_udp_ports_free (CamUdpPorts *self);                        /* NULL is fine; any thread, after stop and all senders */
CamPortPair cam_udp_ports_get (const CamUdpPorts *self);

/* The socket of @which (CAM_UDP_RTP …) for @family, borrowed; -1 where the family is not there. */
int cam_udp_ports_get_socket (const CamUdpPorts *self, sa_family_t family, int which);

/* Whether UDP_SEGMENT works here; cleared for good by the first socket that refuses it. Any thread. */
bool cam_udp_ports_has_segmentation (const CamUdpPorts *self);
void cam_udp_ports_clear_segmentation (CamUdpPorts *self);

/* @address: the client's, IPv4-mapped ones as IPv4. Any thread, as all of these. */
CamUdpPeer *cam_udp_peer_new (CamUdpPorts *ports, const struct sockaddr_storage *address);
void cam_udp_peer_free (CamUdpPeer *self); /* NULL is fine */
void cam_udp_peer_set_track (CamUdpPeer *self, CamTrackKind track, uint16_t rtcp_port, uint32_t ssrc);
int64_t cam_udp_peer_get_alive_us (const CamUdpPeer *self); /* when its last report came, CLOCK_MONOTONIC µs; 0: never */

/* What a datagram from @from means for the peers; the reading side of the socket, apart from it for the tests. */
void cam_udp_ports_take_report (CamUdpPorts *self, const struct sockaddr_storage *from, const uint8_t *data, size_t size, int64_t now_us);

/* Takes the reports that wait in @fd, at most 64: loop 0 those of the pair, a multicast group those of its own socket. Any thread. */
void cam_udp_ports_read_reports (CamUdpPorts *self, int fd, int64_t now_us);

/* IPv4-mapped IPv6 addresses become IPv4; everything else is copied. */
void cam_udp_plain_address (const struct sockaddr *address, struct sockaddr_storage *ret_address);
