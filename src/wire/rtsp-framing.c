#include "wire/rtsp-framing.h"

#include <string.h>

#include "camrelay/limits.h"
#include "wire/rtsp-head.h"

#define DATA_HEADER 4                 /* '$', channel, 16 bits of length (RFC 2326, 10.12) */
#define RESPONSE_START "RTSP/0.0 000" /* 0: any digit; a space or line end follows */
#define RESPONSE_START_LENGTH (sizeof RESPONSE_START - 1)
#define JUNK_LIMIT (64 * 1024) /* between two things that make sense */
#define SHRINK_FACTOR 4        /* a buffer this many times too large is given back */

struct CamRtspFraming {
  size_t max_body;
  bool tolerant;

  uint8_t *buffer; /* owned, unless it is lent */
  bool is_lent;
  size_t capacity;
  size_t begin; /* first byte not consumed */
  size_t end;   /* behind the last byte that came */

  CamHeadScan scan;        /* of the head at begin */
  CamRtspMessage *message; /* owned; the head at begin is read, its body is awaited */
  size_t body_size;

  size_t junk;      /* bytes skipped since the last thing that made sense */
  bool is_lost;     /* what comes next is searched for, not expected */
  CamFrame failure; /* kind CAM_FRAME_ERROR once failed */
};

typedef enum {
  STEP_PARTIAL, /* more bytes are needed */
  STEP_AGAIN,   /* something was skipped, look again */
  STEP_DONE     /* the frame is filled in */
} Step;

CamRtspFraming *
cam_rtsp_framing_new (size_t max_body, bool tolerant)
{
  CamRtspFraming *self = g_new0 (CamRtspFraming, 1);
  self->max_body = max_body;
  self->tolerant = tolerant;
  return self;
}

void
cam_rtsp_framing_free (CamRtspFraming *self)
{
  if (self == NULL)
    return;
  cam_rtsp_message_free (self->message);
  if (!self->is_lent)
    g_free (self->buffer);
  g_free (self);
}

size_t
cam_rtsp_framing_get_pending (const CamRtspFraming *self)
{
  return self->end - self->begin;
}

/* Works in @buffer from here on. */
static void
move_to (CamRtspFraming *self, uint8_t *buffer, size_t capacity, bool is_lent)
{
  const size_t pending = cam_rtsp_framing_get_pending (self);
  if (pending > 0)
    memcpy (buffer, self->buffer + self->begin, pending);
  if (!self->is_lent)
    g_free (self->buffer);
  self->buffer = buffer;
  self->capacity = capacity;
  self->is_lent = is_lent;
  self->begin = 0;
  self->end = pending;
}

void
cam_rtsp_framing_lend (CamRtspFraming *self, uint8_t *buffer, size_t capacity)
{
  g_assert (!self->is_lent);
  if (cam_rtsp_framing_get_pending (self) < capacity)
    move_to (self, buffer, capacity, true);
}

void
cam_rtsp_framing_settle (CamRtspFraming *self)
{
  if (!self->is_lent)
    return;
  const size_t pending = cam_rtsp_framing_get_pending (self);
  move_to (self, pending > 0 ? g_malloc (pending) : NULL, pending, false);
}

uint8_t *
cam_rtsp_framing_get_room (CamRtspFraming *self, size_t want, size_t *ret_room)
{
  g_assert (want > 0);
  const size_t pending = cam_rtsp_framing_get_pending (self);
  const size_t needed = pending + want;
  if (pending == 0)
    self->begin = self->end = 0;
  const bool is_oversized = !self->is_lent && self->capacity / SHRINK_FACTOR > needed;
  if (needed > self->capacity || is_oversized) {
    const size_t capacity = needed + pending; /* a message that comes byte by byte does not move each time */
    move_to (self, g_malloc (capacity), capacity, false);
  } else if (self->capacity - self->end < want) {
    memmove (self->buffer, self->buffer + self->begin, pending);
    self->begin = 0;
    self->end = pending;
  }
  *ret_room = want;
  return self->buffer + self->end;
}

void
cam_rtsp_framing_commit (CamRtspFraming *self, size_t bytes)
{
  g_assert (bytes <= self->capacity - self->end);
  self->end += bytes;
}

static void
consume (CamRtspFraming *self, size_t bytes)
{
  self->begin += bytes;
  self->scan = (CamHeadScan){0};
}

static Step
fail (CamRtspFraming *self, int status, const char *text)
{
  self->failure = (CamFrame){.kind = CAM_FRAME_ERROR, .status = status, .error = text};
  return STEP_DONE;
}

static Step
skip_junk (CamRtspFraming *self, size_t bytes)
{
  self->is_lost = true;
  self->junk += bytes;
  if (self->junk > JUNK_LIMIT)
    return fail (self, 400, "junk instead of RTSP");
  consume (self, bytes);
  return STEP_AGAIN;
}

/* The first @bytes hold nothing that makes sense. */
static Step
refuse (CamRtspFraming *self, size_t bytes, const char *text)
{
  return self->tolerant ? skip_junk (self, bytes) : fail (self, 400, text);
}

static Step
finish (CamRtspFraming *self, size_t bytes, CamFrame *ret_frame)
{
  consume (self, bytes);
  ret_frame->resynchronised = self->junk > 0;
  self->junk = 0;
  self->is_lost = false;
  return STEP_DONE;
}

static Step
take_data (CamRtspFraming *self, CamFrame *ret_frame)
{
  const uint8_t *at = self->buffer + self->begin;
  const size_t pending = cam_rtsp_framing_get_pending (self);
  if (pending < DATA_HEADER)
    return STEP_PARTIAL;
  const size_t size = (size_t) at[2] << 8 | at[3];
  if (pending - DATA_HEADER < size)
    return STEP_PARTIAL;
  *ret_frame = (CamFrame){.kind = CAM_FRAME_DATA, .channel = at[1], .data = at + DATA_HEADER, .size = size};
  return finish (self, DATA_HEADER + size, ret_frame);
}

/* The byte that a head broke at may belong to a frame's first four. All before that is text that was looked at: looking at it again for
 * each place where a head might begin would let a camera burn a core with a few Mbit/s. */
static size_t
text_before_fault (const CamRtspFraming *self)
{
  return self->is_lost && self->scan.position > DATA_HEADER ? self->scan.position - DATA_HEADER : 1;
}

static Step
take_head (CamRtspFraming *self)
{
  const uint8_t *at = self->buffer + self->begin;
  CamRtspFault fault;
  switch (cam_rtsp_head_scan (&self->scan, at, cam_rtsp_framing_get_pending (self), self->tolerant, &fault)) {
  case CAM_HEAD_PARTIAL:
    return STEP_PARTIAL;
  case CAM_HEAD_WHOLE:
    self->message = cam_rtsp_head_parse (at, self->scan.position, self->tolerant, self->max_body, &self->body_size, &fault);
    if (self->message != NULL)
      return STEP_AGAIN;
    break;
  case CAM_HEAD_FAULT:
    break;
  }
  return fault.code == CAM_RTSP_ERROR_SYNTAX ? refuse (self, text_before_fault (self), fault.text) : fail (self, fault.status, fault.text);
}

static Step
take_body (CamRtspFraming *self, CamFrame *ret_frame)
{
  const size_t head_size = self->scan.position;
  if (cam_rtsp_framing_get_pending (self) - head_size < self->body_size)
    return STEP_PARTIAL;
  cam_rtsp_message_set_body (self->message, self->buffer + self->begin + head_size, self->body_size);
  *ret_frame = (CamFrame){.kind = CAM_FRAME_MESSAGE, .message = g_steal_pointer (&self->message)};
  return finish (self, head_size + self->body_size, ret_frame);
}

/* After junk a '$' is believed if an RTP or RTCP packet of version 2 is behind it, and behind that another frame or a response. */
static Step
search_data (CamRtspFraming *self, CamFrame *ret_frame)
{
  const uint8_t *at = self->buffer + self->begin;
  const size_t pending = cam_rtsp_framing_get_pending (self);
  if (pending <= DATA_HEADER)
    return STEP_PARTIAL;
  const size_t size = (size_t) at[2] << 8 | at[3];
  if (size < 8 || at[DATA_HEADER] >> 6 != 2)
    return skip_junk (self, 1);
  if (pending <= DATA_HEADER + size)
    return STEP_PARTIAL;
  const uint8_t next = at[DATA_HEADER + size];
  return next == '$' || next == 'R' ? take_data (self, ret_frame) : skip_junk (self, 1);
}

/* A start that cannot turn out to be none once the whole head is here: in junk only that is believed. */
static bool
may_begin_response (const uint8_t *data, size_t size)
{
  static const char pattern[] = RESPONSE_START;
  for (size_t i = 0; i < MIN (size, RESPONSE_START_LENGTH); i++) {
    if (pattern[i] == '0' ? !g_ascii_isdigit (data[i]) : data[i] != pattern[i])
      return false;
  }
  if (size <= RESPONSE_START_LENGTH)
    return true;
  const uint8_t next = data[RESPONSE_START_LENGTH];
  return data[9] != '0' && (next == ' ' || next == '\r' || next == '\n');
}

/* After junk: the next '$' or status line that can be believed. */
static Step
search (CamRtspFraming *self, CamFrame *ret_frame)
{
  const uint8_t *at = self->buffer + self->begin;
  const size_t pending = cam_rtsp_framing_get_pending (self);
  size_t skipped = 0;
  while (skipped < pending && at[skipped] != '$' && at[skipped] != 'R')
    skipped++;
  if (skipped > 0)
    return skip_junk (self, skipped);
  if (at[0] == '$')
    return search_data (self, ret_frame);
  if (!may_begin_response (at, pending))
    return skip_junk (self, 1);
  return pending <= RESPONSE_START_LENGTH ? STEP_PARTIAL : take_head (self);
}

static Step
take_next (CamRtspFraming *self, CamFrame *ret_frame)
{
  if (self->message != NULL)
    return take_body (self, ret_frame);
  const size_t pending = cam_rtsp_framing_get_pending (self);
  if (pending == 0)
    return STEP_PARTIAL;
  if (self->is_lost)
    return search (self, ret_frame);
  const uint8_t *at = self->buffer + self->begin;
  if (at[0] == '$')
    return take_data (self, ret_frame);
  if (at[0] == '\r' || at[0] == '\n') {
    consume (self, 1);
    return STEP_AGAIN;
  }
  if (!cam_rtsp_head_may_begin (at, pending, self->tolerant))
    return refuse (self, 1, "not RTSP");
  return take_head (self);
}

CamFrameKind
cam_rtsp_framing_next (CamRtspFraming *self, CamFrame *ret_frame)
{
  Step step = STEP_AGAIN;
  *ret_frame = (CamFrame){.kind = CAM_FRAME_NONE};
  while (self->failure.kind != CAM_FRAME_ERROR && step == STEP_AGAIN)
    step = take_next (self, ret_frame);
  if (self->failure.kind == CAM_FRAME_ERROR)
    *ret_frame = self->failure;
  return ret_frame->kind;
}

GBytes *
cam_rtsp_framing_steal (CamRtspFraming *self)
{
  const size_t pending = cam_rtsp_framing_get_pending (self);
  g_assert (!self->is_lent);
  GBytes *bytes = g_bytes_new (pending > 0 ? self->buffer + self->begin : NULL, pending);
  g_clear_pointer (&self->message, cam_rtsp_message_free);
  g_clear_pointer (&self->buffer, g_free);
  self->capacity = self->begin = self->end = 0;
  self->scan = (CamHeadScan){0};
  return bytes;
}
