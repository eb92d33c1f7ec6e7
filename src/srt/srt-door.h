/* A listening SRT address: callers are judged while they shake hands, and handed on once they are in. Who may come in, and what becomes of them,
 * is its owner's business.
 * Thread: open and close on M; judge on libsrt's own; accepted and failed on the poller's. Owner: supervise/srt-listener. */
#pragma once

#include <gio/gio.h>

#include "config/srt-url.h"
#include "srt/srt-poller.h"
#include "srt/srt-reject.h"

typedef struct CamSrtDoor CamSrtDoor;

typedef struct {
  GInetAddress *address; /* borrowed; IPv4-mapped ones as IPv4 */
  unsigned port;
  const char *stream_id; /* borrowed; "" for none; printable UTF-8 of at most 512 bytes, redact it before it goes into a log */
} CamSrtCaller;

typedef struct {
  CamSrtRefusal refusal; /* CAM_SRT_REFUSAL_NONE: come in */
  bool is_sender;        /* it will bring media: it gets a receive buffer for that (0.7 MB more) */
  CamSecret *passphrase; /* (transfer full); what the caller must know; NULL: nothing, and a caller that has one is refused */
} CamSrtVerdict;

typedef struct {
  /* One of libsrt's threads, which carries the traffic of the whole address: must be quick and must not wait. */
  CamSrtVerdict (*judge) (const CamSrtCaller *caller, gpointer data);
  /* The poller's thread. @socket: (transfer full), to adopt or to discard. Only posts. */
  void (*accepted) (int socket, const CamSrtCaller *caller, gpointer data);
  /* The poller's thread: a caller that was let in by judge and did not get in: its passphrase is wrong (auth), or else (protocol). @detail: constant, one
   * sentence part. Nullable. */
  void (*failed) (const CamSrtCaller *caller, CamReason reason, const char *detail, gpointer data);
} CamSrtDoorEvents;

/* Binds and listens. @address: "host:port", "[v6]:port", as RTSP's Listen; port 0 takes any; "[::]" takes IPv4, too, and is 0.0.0.0 where there is no IPv6. @url: options for
 * all who come in (latency, buffers, filter), not its passphrase, which judge gives. @events: constant. Errors: CAM_SRT_ERROR_BIND or _OPTION, naming @address. */
CamSrtDoor *cam_srt_door_open (CamSrtPoller *poller, const char *address, const CamSrtUrl *url, const CamSrtDoorEvents *events, gpointer data, GError **error);
unsigned cam_srt_door_get_port (const CamSrtDoor *self); /* the real one */

/* No event comes after it: waits for one that runs at this moment, so hold no lock that judge, accepted or failed take. The address is free for another door at once, for
 * another process some seconds later. NULL is fine. */
void cam_srt_door_close (CamSrtDoor *self);
