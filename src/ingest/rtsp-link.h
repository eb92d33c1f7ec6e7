/* One TCP connection to a camera as frames in and bytes out: reads once a loop turn and no faster than MaxBitrate, writes without waiting.
 * What the frames mean is its user's business.
 * Thread: L, its loop. Owner: an rtsp-client-source. */
#pragma once

#include "core/loop-thread.h"
#include "core/reason.h"
#include "wire/rtsp-framing.h"

typedef struct CamRtspLink CamRtspLink;

/* The link may be closed from within each. */
typedef struct {
  /* A message or interleaved data; all of it borrowed. */
  void (*frame) (const CamFrame *frame, gpointer data);
  /* The connection is no more or cannot be trusted any more: reset, closed, timeout, protocol, tls … and what was seen. Said once, nothing after it. */
  void (*lost) (CamReason reason, const char *what, gpointer data);
  /* After each dispatch that called frame, unless it closed the link. */
  void (*turned) (gpointer data);
} CamRtspLinkEvents;

/* Takes over @fd: connected, non-blocking. @events: borrowed, constant. NULL, and @fd closed, when epoll refuses. */
CamRtspLink *cam_rtsp_link_new (CamLoopThread *loop, int fd, uint64_t max_bitrate, const CamRtspLinkEvents *events, gpointer data);

/* No call comes after it. NULL is fine. */
void cam_rtsp_link_close (CamRtspLink *self);

/* Sends @data now or when the socket takes it. A failure is told by lost, at the end of this turn at the earliest. */
void cam_rtsp_link_send (CamRtspLink *self, const uint8_t *data, size_t size);

uint64_t cam_rtsp_link_get_bytes (const CamRtspLink *self); /* read so far */
uint64_t cam_rtsp_link_get_junk (const CamRtspLink *self);  /* places where the framing had to find its way back */
