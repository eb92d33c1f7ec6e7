/* Bounds on what the other side controls: what a client or a camera meets when it goes past them. */
#pragma once

/* Requests and responses, RTSP (facts: clients send < 2 KiB; cameras' SDPs < 8 KiB). */
#define CAM_LIMIT_HEADER_BYTES 16384
#define CAM_LIMIT_HEADERS 64
#define CAM_LIMIT_URI_BYTES 2048
#define CAM_LIMIT_BODY_BYTES 65536
#define CAM_LIMIT_REPLY_BACKLOG_BYTES 262144 /* answers a client never reads: closed */

/* SDP. */
#define CAM_LIMIT_SDP_BYTES 65536
#define CAM_LIMIT_SDP_MEDIA 16

/* Media. */
#define CAM_LIMIT_UNIT_BYTES (4 * 1024 * 1024)
#define CAM_LIMIT_PARAMETER_SETS 32       /* of one kind */
#define CAM_LIMIT_PARAMETER_SET_BYTES 4096 /* each */
#define CAM_LIMIT_RTP_PACKET_BYTES 1452   /* what we send, RTP header included */

/* Dialogue with a camera. */
#define CAM_LIMIT_REDIRECTS 5
