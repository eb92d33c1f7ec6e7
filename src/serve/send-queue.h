/* What a connection still has to write: answers and bursts in one order, and how much of the first is out already.
 * When to write, and what a dead socket means, is the connection's business.
 * Thread: its media loop. Owner: rtsp-connection. */
#pragma once

#include "serve/client-link.h"
#include "serve/outlet.h"

typedef struct CamSendQueue CamSendQueue;

typedef enum
{
  CAM_SEND_DRAINED, /* nothing waits */
  CAM_SEND_BLOCKED, /* the socket takes no more now, or this call's share is spent */
  CAM_SEND_BROKEN   /* the connection is gone */
} CamSendResult;

CamSendQueue *cam_send_queue_new (void);
void cam_send_queue_free (CamSendQueue *self); /* NULL is fine */

void cam_send_queue_add_answer (CamSendQueue *self, GBytes *answer); /* (transfer full) */
void cam_send_queue_add_burst (CamSendQueue *self, CamBurst *burst); /* own reference */

/* Writes to @link without waiting, many entries a call, at most CAM_SEND_SHARE_BYTES. @ret_written: bytes the link took. */
#define CAM_SEND_SHARE_BYTES (4 * 1024 * 1024)
CamSendResult cam_send_queue_write (CamSendQueue *self, CamClientLink *link, size_t *ret_written);

/* Drops every burst of which nothing was written; answers stay, in order. @ret_dropped: per track what went first (added to, not cleared). */
void cam_send_queue_drop_bursts (CamSendQueue *self, CamDropped ret_dropped[CAM_N_TRACKS]);

bool cam_send_queue_is_empty (const CamSendQueue *self);
bool cam_send_queue_has_bursts (const CamSendQueue *self);
size_t cam_send_queue_get_burst_bytes (const CamSendQueue *self);
size_t cam_send_queue_get_answer_bytes (const CamSendQueue *self);
int64_t cam_send_queue_get_oldest_us (const CamSendQueue *self); /* when the oldest waiting burst was made; INT64_MAX for none */
