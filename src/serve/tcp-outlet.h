/* A reader's outlet over its client's connection: the queue of what is to be written, answers and bursts, and whether the link takes any of it now.
 * When to write, and what a blocked or dead link means, is the connection's business.
 * Thread: its media loop. Owner: embedded by value in rtsp-connection, which begins with it. */
#pragma once

#include "serve/send-queue.h"

typedef struct {
  CamOutlet outlet; /* first */
  CamClientLink *link; /* borrowed: the connection's */
  int64_t blocked_since_us; /* the link took nothing since; 0: it takes what comes. What waited may have been dropped meanwhile. */
  CamSendQueue queue;
} CamTcpOutlet;

/* @flush: the outlet's, of whoever embeds it. The place of @self must not change until it is cleared. */
void cam_tcp_outlet_init (CamTcpOutlet *self, CamClientLink *link, void (*flush) (CamOutlet *outlet));
void cam_tcp_outlet_clear (CamTcpOutlet *self);

/* Writes what waits as far as the link takes it; @ret_written: bytes. */
CamSendResult cam_tcp_outlet_write (CamTcpOutlet *self, int64_t now_us, size_t *ret_written);

/* The system says that the link takes more: a link that was blocked when all that waited was dropped is so no longer. */
void cam_tcp_outlet_note_writable (CamTcpOutlet *self);
