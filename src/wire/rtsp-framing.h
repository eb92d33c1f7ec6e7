/* RTSP messages and interleaved frames out of any split of a byte stream, with limits on everything (RFC 2326, 10.12).
 * What a message means, and which are allowed, is not decided here.
 * Thread: pure. Owner: the connection that reads. */
#pragma once

#include "wire/rtsp-message.h"

typedef struct CamRtspFraming CamRtspFraming;

typedef enum
{
  CAM_FRAME_NONE,    /* more bytes are needed */
  CAM_FRAME_MESSAGE,
  CAM_FRAME_DATA,    /* interleaved: channel and bytes */
  CAM_FRAME_ERROR    /* the stream is not RTSP or over a limit; nothing more comes out */
} CamFrameKind;

typedef struct {
  CamFrameKind kind;
  CamRtspMessage *message; /* (transfer full) with CAM_FRAME_MESSAGE */
  uint8_t channel;         /* CAM_FRAME_DATA */
  const uint8_t *data;     /* borrowed until the next call on the framing */
  size_t size;
  int status;              /* CAM_FRAME_ERROR: the RTSP status that fits (400, 413, 414, 431 as 400 …) */
  const char *error;       /* CAM_FRAME_ERROR: what is wrong, a constant */
  bool resynchronised;     /* junk was skipped before this frame */
} CamFrame;

/* @max_body: of one message. @tolerant: a camera: bare LF as line end, junk between frames is skipped up to 64 KiB, duplicate
 * Content-Length of one value; not tolerant: a client: any of these is an error. */
CamRtspFraming *cam_rtsp_framing_new (size_t max_body, bool tolerant);
void cam_rtsp_framing_free (CamRtspFraming *self); /* NULL is fine */

/* Room for @want ≥ 1 bytes to read into; then say how many came. Borrowed until the next call on the framing. The buffer keeps the size of the
 * last few @want and shrinks when much less is asked for: ask for little on connections that idle. */
uint8_t *cam_rtsp_framing_get_room (CamRtspFraming *self, size_t want, size_t *ret_room);
void cam_rtsp_framing_commit (CamRtspFraming *self, size_t bytes);

/* Works in @buffer until settle, which takes what is pending along: connections on one loop can share what they read into. Where more than
 * @capacity is needed the framing has a buffer of its own again. */
void cam_rtsp_framing_lend (CamRtspFraming *self, uint8_t *buffer, size_t capacity);
void cam_rtsp_framing_settle (CamRtspFraming *self); /* nothing happens when nothing is lent */

/* The next whole thing. */
CamFrameKind cam_rtsp_framing_next (CamRtspFraming *self, CamFrame *ret_frame);

size_t cam_rtsp_framing_get_pending (const CamRtspFraming *self); /* bytes of something begun and not whole */

/* All bytes not consumed yet, for a connection that moves. (transfer full) */
GBytes *cam_rtsp_framing_steal (CamRtspFraming *self);
