/* RTP and RTCP to UDP readers: one socket pair for the process and address family, batches of sendmmsg with UDP_SEGMENT, each reader paced
 * (at most 32 packets a millisecond and 8 times its stream's rate), RTCP coming in matched to its reader.
 * Thread: ports: made on M, incoming RTCP on loop 0; a lane belongs to its reader's loop. Owner: rtsp-server (ports), reader (lane). */
#pragma once

#include "core/loop-thread.h"
#include "config/config-set.h"
#include "serve/burst.h"

#include <sys/socket.h>

typedef struct CamUdpPorts CamUdpPorts; /* the sockets */
typedef struct CamUdpSender CamUdpSender; /* one a loop: the batch and the pacing timer */
typedef struct CamUdpLane CamUdpLane; /* one a reader */

/* Binds the pair for IPv4 and, when there, IPv6, on all addresses. Errors: CAM_SERVE_ERROR_BIND naming the ports. @loop0 reads RTCP from start on. */
CamUdpPorts *cam_udp_ports_new (CamPortPair wanted, GError **error);
void cam_udp_ports_start (CamUdpPorts *self, CamLoopThread *loop0);
void cam_udp_ports_stop (CamUdpPorts *self); /* on loop 0: no RTCP is read after it */
void cam_udp_ports_free (CamUdpPorts *self); /* NULL is fine; after all senders */
CamPortPair cam_udp_ports_get (const CamUdpPorts *self);

CamUdpSender *cam_udp_sender_new (CamUdpPorts *ports, CamLoopThread *loop); /* on the loop, as all below */
void cam_udp_sender_free (CamUdpSender *self); /* NULL is fine; after its lanes */

/* A reader's lane. @client, @local: the addresses of its RTSP connection (the source address will be @local's). @max_bytes: queued at most. */
CamUdpLane *cam_udp_lane_new (CamUdpSender *sender, const struct sockaddr *client, const struct sockaddr *local, size_t max_bytes);
void cam_udp_lane_free (CamUdpLane *self); /* NULL is fine; drops what is queued */

/* Where a track goes; @ssrc: ours, for reports that come through a NAT. */
void cam_udp_lane_set_track (CamUdpLane *self, CamTrackKind track, uint16_t rtp_port, uint16_t rtcp_port, uint32_t ssrc);

/* Queues @burst (own reference) behind what waits, or adds it to the batch at once when nothing waits and its packets fit the pace. False: no room,
 * nothing was taken (the reader skips to the next key unit). Control bursts (reports, BYE) go to the RTCP ports. */
bool cam_udp_lane_send (CamUdpLane *self, CamBurst *burst);
bool cam_udp_lane_is_idle (const CamUdpLane *self); /* nothing queued */
void cam_udp_lane_clear (CamUdpLane *self);         /* PAUSE, skip: drops what is queued */
int64_t cam_udp_lane_get_oldest_us (const CamUdpLane *self); /* when the oldest queued burst was made; INT64_MAX for none */

/* When a report of the client came last, CLOCK_MONOTONIC µs; 0: never. */
int64_t cam_udp_lane_get_alive_us (const CamUdpLane *self);

/* Sends what the batch holds; the stream-task calls it after each unit, the pacing timer itself. */
void cam_udp_sender_flush (CamUdpSender *self);
