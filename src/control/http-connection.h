/* One client of HTTP, from the accepted socket to its end: reads one request within its deadlines, is answered once, and is left after the client has taken
 * the answer. What it may ask for is not known here.
 * Thread: H. Owner: http-door. */
#pragma once

#include "control/http-head.h"
#include "control/http-stream.h"

#include "core/loop-thread.h"
#include "serve/rtsp-peer.h"

#define CAM_HTTP_HEAD_US (10 * G_USEC_PER_SEC)   /* from the accepted connection to the end of the head */
#define CAM_HTTP_REQUEST_US (20 * G_USEC_PER_SEC) /* … of the body */
#define CAM_HTTP_VERB_US (40 * G_USEC_PER_SEC)    /* for whoever answers: longer than an order waits for M (CAM_ORDER_PATIENCE_US) */
#define CAM_HTTP_ANSWER_US (20 * G_USEC_PER_SEC)  /* for the client to take the answer */
#define CAM_HTTP_SLOWEST ((int64_t) 64 * 1024)    /* bytes a second at which a client must take an answer, after 20 s */
#define CAM_HTTP_LINGER_US (2 * G_USEC_PER_SEC)

typedef struct CamHttpConnection CamHttpConnection;

typedef struct {
  void (*asked) (CamHttpConnection *connection, gpointer data); /* the request is whole */
  void (*gone) (CamHttpConnection *connection, gpointer data);  /* frees it */
  gpointer data;
} CamHttpConnectionEvents;

/* Takes @fd, connected and non-blocking, and reads both ends of it. NULL: it is not connected any more, and closed. */
CamHttpConnection *cam_http_connection_new (CamLoopThread *loop, int fd, const CamHttpConnectionEvents *events);
void cam_http_connection_free (CamHttpConnection *self); /* NULL is fine; closes it as it is */

const CamRtspPeer *cam_http_connection_get_peer (const CamHttpConnection *self);
bool cam_http_connection_is_loopback (const CamHttpConnection *self);

/* The request is not whole yet: who waits for others' places may be asked to leave. */
bool cam_http_connection_is_waiting (const CamHttpConnection *self);

/* The request is whole, and nobody has begun to answer it. */
bool cam_http_connection_has_asked (const CamHttpConnection *self);

/* From asked on; owned by @self. The body: head->body_bytes. */
const CamHttpHead *cam_http_connection_get_head (const CamHttpConnection *self);
const char *cam_http_connection_get_body (const CamHttpConnection *self);

/* What is answered through; from then on it ends by closing that. (transfer none) NULL: the socket is broken, and it ends by itself. */
CamHttpStream *cam_http_connection_open_stream (CamHttpConnection *self);

/* The answer is there, so many bytes: the deadline is moved accordingly. */
void cam_http_connection_expect_answer (CamHttpConnection *self, size_t bytes);

/* Answers a connection that is waiting or has asked in short, as text, and ends it. */
void cam_http_connection_refuse (CamHttpConnection *self, unsigned status, const char *why);
