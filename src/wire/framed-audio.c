#include "wire/framed-audio.h"

#include <string.h>

typedef enum {
  GATHER_NONE,
  GATHER_PIECES,
  GATHER_SKIPS /* the pieces of what is too large */
} Gathering;

struct CamDeframer {
  Gathering gathering;
  CamFramedType type;
  CamFramedFormat format;
  size_t whole; /* of what is gathered */
  size_t have;
  CamFramedCounters counters;
  uint8_t bytes[CAM_FRAMED_MOST_BYTES];
};

typedef struct {
  uint8_t type;
  uint8_t format;
  size_t length;
  const uint8_t *payload;
  size_t here; /* bytes of the payload in this message */
} Message;

CamDeframer *
cam_deframer_new (void)
{
  return g_new0 (CamDeframer, 1);
}

void
cam_deframer_free (CamDeframer *self)
{
  g_free (self);
}

CamFramedCounters
cam_deframer_get_counters (const CamDeframer *self)
{
  return self->counters;
}

/* False: no header that makes sense, or a length that the message does not bear out. */
static bool
read_message (const uint8_t *data, size_t size, Message *ret_message)
{
  if (size <= CAM_FRAMED_HEADER_BYTES)
    return false;
  Message message = {
      .type = data[0],
      .format = data[1],
      .length = (size_t) data[2] | (size_t) data[3] << 8,
      .payload = data + CAM_FRAMED_HEADER_BYTES,
      .here = size - CAM_FRAMED_HEADER_BYTES,
  };
  bool has_sense = false;
  switch (message.type) {
  case CAM_FRAMED_AUDIO:
    has_sense = message.format <= CAM_FRAMED_FLAC && message.length >= message.here;
    break;
  case CAM_FRAMED_METADATA:
    has_sense = message.length >= message.here;
    break;
  case CAM_FRAMED_MORE:
    has_sense = message.length == message.here;
    break;
  }
  *ret_message = message;
  return has_sense;
}

static size_t
get_most (const Message *message)
{
  return message->type == CAM_FRAMED_METADATA ? CAM_FRAMED_METADATA_BYTES : CAM_FRAMED_MOST_BYTES;
}

/* What is gathered will never be whole. */
static void
give_up (CamDeframer *self)
{
  if (self->gathering == GATHER_PIECES)
    self->counters.broken++;
  self->gathering = GATHER_NONE;
}

static void
gather (CamDeframer *self, const Message *message)
{
  memcpy (self->bytes + self->have, message->payload, message->here);
  self->have += message->here;
}

/* The first message of a payload. True: it is all of it. */
static bool
begin (CamDeframer *self, const Message *message)
{
  give_up (self);
  if (message->length > get_most (message)) {
    self->counters.oversize++;
    self->gathering = GATHER_SKIPS;
    return false;
  }
  self->type = (CamFramedType) message->type;
  self->format = (CamFramedFormat) message->format;
  self->whole = message->length;
  self->have = 0;
  if (message->length == message->here)
    return true;
  gather (self, message);
  self->gathering = GATHER_PIECES;
  return false;
}

/* One more piece. True: it was the last one. */
static bool
go_on (CamDeframer *self, const Message *message)
{
  if (self->gathering == GATHER_SKIPS)
    return false;
  bool fits = self->gathering == GATHER_PIECES && message->format == self->format && message->here <= self->whole - self->have;
  if (!fits) {
    self->counters.broken++;
    self->gathering = GATHER_NONE;
    return false;
  }
  gather (self, message);
  if (self->have < self->whole)
    return false;
  self->gathering = GATHER_NONE;
  return true;
}

bool
cam_deframer_take (CamDeframer *self,
                   const uint8_t *data,
                   size_t size,
                   CamFramedType *ret_type,
                   CamFramedFormat *ret_format,
                   const uint8_t **ret_payload,
                   size_t *ret_size)
{
  self->counters.messages++;
  Message message;
  if (!read_message (data, size, &message)) {
    self->counters.malformed++;
    return false;
  }
  bool is_more = message.type == CAM_FRAMED_MORE;
  if (is_more ? !go_on (self, &message) : !begin (self, &message))
    return false;
  *ret_type = self->type;
  *ret_format = self->format;
  *ret_payload = is_more ? self->bytes : message.payload;
  *ret_size = self->whole;
  return true;
}

bool
cam_framed_looks_like (const uint8_t *data, size_t size)
{
  Message message;
  if (!read_message (data, size, &message))
    return false;
  if (message.type == CAM_FRAMED_MORE)
    return true;
  /* Only messages that are full go on in another one. */
  return message.length == message.here || (size == CAM_FRAMED_MESSAGE_BYTES && message.length <= get_most (&message));
}

void
cam_framed_write_header (
    uint8_t out[CAM_FRAMED_HEADER_BYTES], CamFramedType type, CamFramedFormat format, size_t whole, size_t here, bool is_more)
{
  size_t length = is_more ? here : whole;
  g_assert (length <= UINT16_MAX);
  out[0] = (uint8_t) (is_more ? CAM_FRAMED_MORE : type);
  out[1] = (uint8_t) format;
  out[2] = (uint8_t) (length & 0xff);
  out[3] = (uint8_t) (length >> 8);
}
