/* UDP delivery on one media loop: its batches, and a lane for each reader that lets packets out at the reader's pace
 * (udp-pace: default client buffers lose big pictures otherwise).
 * Thread: its loop. Owner: the sender is rtsp-server's, a lane its reader's. */
#pragma once

#include "serve/burst.h"
#include "serve/udp-ports.h"

typedef struct CamUdpSender CamUdpSender;
typedef struct CamUdpLane CamUdpLane;

CamUdpSender *cam_udp_sender_new (CamUdpPorts *ports, CamLoopThread *loop);
void cam_udp_sender_free (CamUdpSender *self); /* NULL is fine; after its lanes */

CamUdpPorts *cam_udp_sender_get_ports (const CamUdpSender *self); /* (transfer none) */

/* Sends what the batches hold; the stream-task calls it once a turn, the pacing timer itself. */
void cam_udp_sender_flush (CamUdpSender *self);

/* @client, @local: the two ends of the reader's RTSP connection; datagrams leave from @local's address. @max_bytes: what may wait here. */
CamUdpLane *cam_udp_lane_new (CamUdpSender *sender, const struct sockaddr *client, const struct sockaddr *local, size_t max_bytes);
void cam_udp_lane_free (CamUdpLane *self); /* NULL is fine; drops what waits */

/* Where a track goes; @ssrc: ours, for reports that come through a NAT. */
void cam_udp_lane_set_track (CamUdpLane *self, CamTrackKind track, uint16_t rtp_port, uint16_t rtcp_port, uint32_t ssrc);

/* Takes @burst (own reference): as much as the pace allows goes into the batch, the rest waits its turn, in order. False: it would exceed max_bytes,
 * nothing was taken. Control bursts (reports, BYE) go to the RTCP port and are always taken. Bursts of a track that was not set are ignored. */
bool cam_udp_lane_send (CamUdpLane *self, CamBurst *burst);
bool cam_udp_lane_is_idle (const CamUdpLane *self); /* nothing waits */
void cam_udp_lane_clear (CamUdpLane *self);         /* drops what waits: PAUSE, a skip */
int64_t cam_udp_lane_get_oldest_us (const CamUdpLane *self); /* when the oldest waiting burst was made; INT64_MAX: none */
int64_t cam_udp_lane_get_alive_us (const CamUdpLane *self);  /* when the client's last report came; 0: never */
uint64_t cam_udp_lane_get_bytes (const CamUdpLane *self);    /* handed to the kernel, in all */
