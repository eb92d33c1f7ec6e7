/* Audio contribution behind 4-byte headers, one SRT message each: type, format, length of the payload (16 bits, little-endian), payload.
 * Type 0x01 is audio in the codec that the format names, 0x02 JSON metadata. What does not fit one message goes on in messages of type 0x03, which
 * only we know of: the first one's length is that of the whole. What is not whole, or no message of this kind, is counted and passed over.
 * Thread: pure. Owner: an ingest source; a sender. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CAM_FRAMED_HEADER_BYTES 4
#define CAM_FRAMED_MESSAGE_BYTES 1316 /* of a full message, header included: only such go on in another one */
#define CAM_FRAMED_MOST_BYTES 16384 /* of one payload in pieces; larger ones are counted */
#define CAM_FRAMED_METADATA_BYTES 4096

typedef enum
{
  CAM_FRAMED_AUDIO = 0x01,
  CAM_FRAMED_METADATA = 0x02,
  CAM_FRAMED_MORE = 0x03 /* the next piece of the one before */
} CamFramedType;

typedef enum
{
  CAM_FRAMED_L16 = 0x00, /* little-endian, 48 kHz stereo */
  CAM_FRAMED_OPUS = 0x01,
  CAM_FRAMED_MP2 = 0x02,
  CAM_FRAMED_FLAC = 0x03
} CamFramedFormat;

typedef struct {
  uint64_t messages;
  uint64_t malformed; /* no header that makes sense, a length that lies */
  uint64_t broken;    /* pieces without their first one, or the other way round */
  uint64_t oversize;
} CamFramedCounters;

typedef struct CamDeframer CamDeframer;
CamDeframer *cam_deframer_new (void);
void cam_deframer_free (CamDeframer *self); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CamDeframer, cam_deframer_free)

/* Takes one message. True: @ret_* is a whole payload, borrowed until the next call. */
bool cam_deframer_take (CamDeframer *self, const uint8_t *data, size_t size, CamFramedType *ret_type, CamFramedFormat *ret_format, const uint8_t **ret_payload, size_t *ret_size);
CamFramedCounters cam_deframer_get_counters (const CamDeframer *self);

/* Whether @data, one message, could be one of these. Three in a row that agree tell (framing=auto). */
bool cam_framed_looks_like (const uint8_t *data, size_t size);

/* Writes the header of a message that holds @here bytes of a payload of @whole; the first piece has the whole's length, later ones (@is_more) their own. */
void cam_framed_write_header (uint8_t out[CAM_FRAMED_HEADER_BYTES], CamFramedType type, CamFramedFormat format, size_t whole, size_t here, bool is_more);
