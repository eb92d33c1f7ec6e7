/* Datagrams on their way into one socket: gathered from bursts without copying, sent with sendmmsg, runs of equal size with UDP_SEGMENT.
 * Who may send how much when is the lane's business.
 * Thread: its media loop. Owner: udp-sender. */
#pragma once

#include "serve/burst.h"
#include "serve/udp-ports.h"

typedef struct CamUdpBatch CamUdpBatch;

#define CAM_UDP_RUN_PACKETS 32 /* in one message: under the kernel's 64 segments and 64 KiB */

/* From where to where. */
typedef struct {
  struct sockaddr_storage to;    /* with the port */
  struct sockaddr_storage local; /* the source address the datagrams get; family 0: the kernel chooses */
} CamUdpRoute;

CamUdpBatch *cam_udp_batch_new (CamUdpPorts *ports, sa_family_t family, int which);
void cam_udp_batch_free (CamUdpBatch *self); /* NULL is fine; what was not sent is dropped */

/* Whether there is no room for one more run: flush first, and when that does not help, wait. */
bool cam_udp_batch_is_full (const CamUdpBatch *self);

/* Adds the packets of @burst (own reference until sent) that begin at byte @offset: at most @max_packets and CAM_UDP_RUN_PACKETS, and only such as
 * can go in one message: equal in size, but for a shorter last one. Returns the offset behind them. */
size_t cam_udp_batch_add (CamUdpBatch *self, const CamUdpRoute *route, CamBurst *burst, size_t offset, unsigned max_packets);

/* Sends what there is. False: the socket's buffer is full, the rest stays and goes with a later flush. What the kernel refuses for another
 * reason (no route, a firewall) is dropped and counted. */
bool cam_udp_batch_flush (CamUdpBatch *self);
uint64_t cam_udp_batch_get_refused (const CamUdpBatch *self); /* messages that the kernel refused */
