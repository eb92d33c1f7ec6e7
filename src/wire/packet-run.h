/* A run of interleaved RTP packets as it is written, headers in place, payload after payload.
 * Thread: pure. Owner: a packetizer, on its stack. */
#pragma once

#include "wire/packetizer.h"
#include "wire/rtp.h"

#include "camrelay/limits.h"

/* Most bytes of payload in a packet, and what each packet costs beside them. */
#define CAM_RUN_PAYLOAD_BYTES (CAM_LIMIT_RTP_PACKET_BYTES - CAM_RTP_HEADER_BYTES)
#define CAM_RUN_OVERHEAD_BYTES (CAM_INTERLEAVED_HEADER_BYTES + CAM_RTP_HEADER_BYTES)

typedef struct {
  uint8_t *out;  /* borrowed; where the run starts */
  uint8_t *last; /* the RTP header of the newest packet; NULL before the first */
  uint8_t payload_type;
  uint8_t channel;
  uint16_t sequence; /* of the next packet */
  uint32_t rtp_time; /* of the next packet; may be moved between packets */
  uint32_t ssrc;
  CamPacketRun run; /* so far */
} CamRunWriter;

/* Where the payload of the next packet belongs: up to CAM_RUN_PAYLOAD_BYTES may be written there. */
uint8_t *cam_run_payload (CamRunWriter *self);

/* The packet with @size bytes of payload (at most CAM_RUN_PAYLOAD_BYTES) is done: writes its headers. */
void cam_run_close_packet (CamRunWriter *self, size_t size, bool marker);

/* Both in one, with a copy of @data. */
void cam_run_write_packet (CamRunWriter *self, const uint8_t *data, size_t size, bool marker);

/* Sets the marker of the newest packet, for codecs that learn only afterwards which one was the last. */
void cam_run_mark_last (CamRunWriter *self);
