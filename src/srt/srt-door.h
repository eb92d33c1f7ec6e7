/* A listening SRT address: callers are judged while they shake hands, and handed on once they are in. Who may come in, and what becomes of them,
 * is its owner's business.
 * Thread: open and close on M; judge on libsrt's own; accepted on the poller's. Owner: supervise/srt-listener. */
#pragma once

#include <gio/gio.h>

#include "config/srt-url.h"
#include "srt/srt-poller.h"
#include "srt/srt-reject.h"

typedef struct CamSrtDoor CamSrtDoor;

typedef struct {
  GInetAddress *address; /* borrowed; IPv4-mapped ones as IPv4 */
  unsigned port;
  const char *stream_id; /* borrowed; "" for none; printable text, redact it before it goes into a log */
} CamSrtCaller;

typedef struct {
  CamSrtRefusal refusal; /* CAM_SRT_REFUSAL_NONE: come in */
  CamSecret *passphrase; /* ref; what the caller must know; NULL: nothing */
} CamSrtVerdict;

typedef struct {
  /* One of libsrt's threads, which carries the traffic of the whole address: must be quick and must not wait. */
  CamSrtVerdict (*judge) (const CamSrtCaller *caller, gpointer data);
  /* The poller's thread. @socket: (transfer full). Only posts. */
  void (*accepted) (int socket, const CamSrtCaller *caller, gpointer data);
  /* The poller's thread: a caller that was let in by judge, but had a wrong passphrase or went away. Nullable. */
  void (*failed) (const char *detail, gpointer data);
} CamSrtDoorEvents;

/* Binds and listens. @address: "host:port", "[v6]:port", as RTSP's Listen; port 0 takes any. @url: options for all who come in (latency, buffers, filter).
 * Errors: CAM_SRT_ERROR_BIND, naming @address. */
CamSrtDoor *cam_srt_door_open (CamSrtPoller *poller, const char *address, const CamSrtUrl *url, const CamSrtDoorEvents *events, gpointer data, GError **error);
unsigned cam_srt_door_get_port (const CamSrtDoor *self); /* the real one */

/* No event comes after it. NULL is fine. */
void cam_srt_door_close (CamSrtDoor *self);
