/* The PES packets of one PID out of its TS packets: their headers, their payload on to an elementary stream, and where they end.
 * Thread: pure. Owner: a ts-demux. */
#pragma once

#include "wire/ts-elementary.h"
#include "wire/ts-packet.h"
#include "wire/ts-pes.h"

/* Continuity of a PID's packets (ISO 13818-1, 2.4.3.3). All zero: none came. */
typedef struct {
  bool has_counter;
  uint8_t counter;
  uint8_t tail[16]; /* the last bytes of the newest packet: a packet may be sent twice */
} CamTsContinuity;

typedef enum {
  CAM_TS_CONTINUES,
  CAM_TS_REPEATED,  /* the same packet again: to be passed over */
  CAM_TS_HOLE,      /* packets are missing before it */
  CAM_TS_ANNOUNCED  /* … and it says so: a splice */
} CamTsContinuityVerdict;

/* @data: the whole packet. */
CamTsContinuityVerdict cam_ts_continuity_note (CamTsContinuity *self, const CamTsPacket *packet, const uint8_t *data);

typedef struct {
  CamTsElementary *elementary; /* owned */
  CamTsContinuity continuity;
  bool is_collecting; /* a header */
  bool is_open;       /* behind a header */
  bool is_bounded;
  bool may_be_part;   /* of the largest size: what is in it may go on in the next */
  size_t left;        /* of a bounded one */
  size_t header_size;
  uint8_t header[CAM_TS_PES_MOST_BYTES_READ];
} CamTsPesStream;

typedef enum {
  CAM_TS_PES_TAKEN,
  CAM_TS_PES_MALFORMED, /* a header that is none; what follows is passed over until the next */
  CAM_TS_PES_SCRAMBLED  /* the same: there is no key */
} CamTsPesTaken;

/* @elementary: (transfer full) */
void cam_ts_pes_stream_open (CamTsPesStream *self, CamTsElementary *elementary);
void cam_ts_pes_stream_close (CamTsPesStream *self); /* twice is fine */

CamTsPesTaken cam_ts_pes_stream_take (CamTsPesStream *self, const CamTsPacket *packet, bool is_hole);

/* Nothing more comes for now. A PES packet that says that it is not whole is left as it is. */
void cam_ts_pes_stream_flush (CamTsPesStream *self);
