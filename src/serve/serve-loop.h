/* What serving shares: the context every connection works in, and for each media loop those who are served on it and its UDP sender.
 * Thread: the context any, constant while anything serves, but for what its book says; a serve-loop its own, but for new, post, is_gone and free (M) and kick (any).
 * Owner: rtsp-server. */
#pragma once

#include "core/loop-thread.h"
#include "serve/client-registry.h"
#include "serve/rtsp-mounts.h"
#include "serve/serve-rules.h"
#include "serve/udp-sender.h"

typedef struct CamServeLoop CamServeLoop;

/* Whoever is served on a loop and can be asked to leave: an RTSP connection, an SRT reader. Embedded by value; on the loop's list, and a member of a
 * mount's audience. */
typedef struct {
  void (*end) (gpointer data, int64_t grace_us); /* asks it to leave: gone after @grace_us at the latest; twice is fine */
  /* Other rules hold: leaves if it may not read any more. */
  void (*review) (gpointer data, const CamServeRules *rules);
  gpointer data;
  const char *reader; /* borrowed: id of the session that it has; NULL while it has none */
} CamServeGuest;
typedef struct CamRtspConnection CamRtspConnection;

typedef struct {
  CamServeBook *book;          /* owned; what holds for clients */
  CamRtspMounts *mounts;       /* owned */
  CamClientRegistry *registry; /* owned */
  CamUdpPorts *udp_ports;      /* owned */
  GPtrArray *loops;            /* of CamServeLoop, owned; the first one accepts */
} CamServeContext;

/* The serve-loop of @loop; asserts that there is one. */
CamServeLoop *cam_serve_context_find_loop (const CamServeContext *context, const CamLoopThread *loop);

/* @context: borrowed, outlives it. @loop: borrowed. */
CamServeLoop *cam_serve_loop_new (CamServeContext *context, CamLoopThread *loop);
void cam_serve_loop_free (CamServeLoop *self); /* NULL is fine; M, after gone or before anything was served */

CamServeContext *cam_serve_loop_get_context (const CamServeLoop *self);
CamLoopThread *cam_serve_loop_get_thread (const CamServeLoop *self);

/* On the loop. Made at the first call. */
CamUdpSender *cam_serve_loop_get_udp_sender (CamServeLoop *self);

/* On the loop. @guest (borrowed until removed) lives here from now on; false when the loop closes and takes none. */
bool cam_serve_loop_add (CamServeLoop *self, CamServeGuest *guest);
void cam_serve_loop_remove (CamServeLoop *self, CamServeGuest *guest);

/* Any thread. Asks whoever has the session @reader here, if anybody has, to leave: gone after @grace_us at the latest. */
void cam_serve_loop_kick (CamServeLoop *self, const char *reader, int64_t grace_us);

/* M. Has every guest look at the rules that hold by then. */
void cam_serve_loop_review (CamServeLoop *self);

/* M. Asks every guest to leave; nothing is taken any more. Twice is fine. */
void cam_serve_loop_close (CamServeLoop *self, int64_t grace_us);
bool cam_serve_loop_is_gone (const CamServeLoop *self);
