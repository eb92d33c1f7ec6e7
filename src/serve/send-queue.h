/* What a connection still has to write: answers and bursts in one order, and how much of the first is out already.
 * When to write, and what a dead socket means, is the connection's business.
 * Thread: its media loop. Owner: embedded by value in rtsp-connection, so that what is looked at for each picture lies together. */
#pragma once

#include "serve/client-link.h"
#include "serve/outlet.h"

/* Exactly one of the two. */
typedef struct {
  CamBurst *burst; /* ref */
  GBytes *answer;  /* ref */
} CamSendEntry;

#define CAM_SEND_FEW 4 /* what a reader that keeps up ever has waiting */

/* All fields are the queue's own. The ring doubles when it is full, and is the few again once drained: steady state allocates nothing. */
typedef struct {
  CamSendEntry *ring; /* few, or owned */
  size_t slots;       /* power of two */
  size_t first;
  size_t length;
  size_t sent; /* bytes of the first entry that are out */
  size_t bursts;
  size_t burst_bytes;
  size_t answer_bytes;
  CamSendEntry few[CAM_SEND_FEW];
} CamSendQueue;

typedef enum
{
  CAM_SEND_DRAINED, /* nothing waits */
  CAM_SEND_BLOCKED, /* the socket takes no more now, or this call's share is spent */
  CAM_SEND_BROKEN   /* the connection is gone */
} CamSendResult;

void cam_send_queue_init (CamSendQueue *self); /* its place must not change until it is cleared */
void cam_send_queue_clear (CamSendQueue *self);

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
