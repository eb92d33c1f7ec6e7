/* The header of a PES packet (ISO 13818-1, 2.4.3.6 and 2.4.3.7), read and written.
 * Thread: pure. Owner: values. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CAM_TS_TIME_MASK ((UINT64_C (1) << 33) - 1) /* time stamps: 90 kHz in 33 bits */

#define CAM_TS_PES_FIXED_BYTES 9      /* up to and with the length of what is optional */
#define CAM_TS_PES_MOST_BYTES_READ (CAM_TS_PES_FIXED_BYTES + 255)
#define CAM_TS_PES_MOST_BYTES_WRITTEN 19
#define CAM_TS_PES_MOST_LENGTH 65535  /* behind the first six bytes; longer ones say 0, which only video may (2.4.3.7) */

typedef enum {
  CAM_TS_STREAM_ID_PRIVATE_1 = 0xbd, /* AC-3, Opus */
  CAM_TS_STREAM_ID_AUDIO = 0xc0,
  CAM_TS_STREAM_ID_VIDEO = 0xe0
} CamTsStreamId;

typedef struct {
  size_t bytes;   /* of the header */
  bool is_bounded;
  size_t payload; /* bytes behind the header, when it is bounded */
  bool has_pts;
  bool has_dts;
  bool is_scrambled;
  uint64_t pts; /* 90 kHz, 33 bits */
  uint64_t dts; /* the same as pts when it says none of its own */
} CamTsPesHeader;

typedef enum {
  CAM_TS_PES_READ,
  CAM_TS_PES_SHORT, /* it goes on behind @size */
  CAM_TS_PES_BAD    /* no start code, or of a kind without this header (2.4.3.7: padding, maps), or it contradicts itself */
} CamTsPesVerdict;

CamTsPesVerdict cam_ts_pes_read (const uint8_t *data, size_t size, CamTsPesHeader *ret_header);

typedef struct {
  CamTsStreamId stream_id;
  size_t payload; /* bytes behind the header */
  uint64_t pts;   /* 90 kHz, any: the lowest 33 bits count */
  uint64_t dts;   /* left out when it is the same */
} CamTsPes;

/* Writes the header, marked as beginning with an access unit. Bytes written. */
size_t cam_ts_pes_write (const CamTsPes *pes, uint8_t out[CAM_TS_PES_MOST_BYTES_WRITTEN]);
