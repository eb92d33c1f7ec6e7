/* Where SRT callers come in: [SRT] Listen for all who name a camera, and an address of its own for each camera with mode=listener. Says who may, hands senders
 * on to their streams and readers to the serving half; what is refused is said once for each address and minute.
 * Thread: M; callers are judged on libsrt's threads. Owner: supervisor. */
#pragma once

#include "config/config-set.h"
#include "serve/rtsp-server.h"
#include "supervise/main-inbox.h"
#include "supervise/sender-roll.h"

typedef struct CamSrtListener CamSrtListener;

typedef struct {
  CamSrtPoller *poller;  /* borrowed */
  CamRtspServer *server; /* borrowed */
  CamSenderRoll *senders; /* borrowed */
  CamMainInbox *inbox;
  const CamClock *clock; /* borrowed */
  CamConfigSet *config;
  /* On M: a sender for the stream of @post. @socket: accepted (transfer full). @address: "192.0.2.7:4000". */
  void (*sender) (const CamSenderPost *post, int socket, const char *address, gpointer data);
  gpointer data; /* outlives the listener */
} CamSrtListenerSetup;

/* Opens all doors: from here on callers are judged. Errors: CAM_SRT_ERROR_BIND, naming the address. */
CamSrtListener *cam_srt_listener_new (const CamSrtListenerSetup *setup, GError **error);

/* "srt://ADDRESS:PORT" of each door, with real ports, NULL-terminated, owned by @self. */
const char *const *cam_srt_listener_get_addresses (const CamSrtListener *self);

/* Closes the doors; who is inside stays. Twice is fine. */
void cam_srt_listener_close (CamSrtListener *self);
void cam_srt_listener_free (CamSrtListener *self); /* NULL is fine; closes. No call after it */
