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
  /* On M: a sender for the stream of @post. @socket: accepted (transfer full). @address: "192.0.2.7:4000". */
  void (*sender) (const CamSenderPost *post, int socket, const char *address, gpointer data);
  gpointer data; /* outlives the listener */
} CamSrtListenerSetup;

/* Without any door. */
CamSrtListener *cam_srt_listener_new (const CamSrtListenerSetup *setup);

/* Opens the doors that @config asks for and that are not open, so that what can fail is over before anything changes; then adopt or abandon. One at an address
 * of ours whose options change is opened by adopt. Errors: CAM_SRT_ERROR_BIND, naming the address; then nothing has changed. Not after close. */
bool cam_srt_listener_prepare (CamSrtListener *self, const CamConfigSet *config, GError **error);

/* What was prepared holds: doors that are not asked for any more are closed; those that stay are not touched, who is inside is not either. */
void cam_srt_listener_adopt (CamSrtListener *self);

/* What was prepared does not hold. Nothing happens when nothing was. */
void cam_srt_listener_abandon (CamSrtListener *self);

/* "srt://ADDRESS:PORT" of each door, with real ports, NULL-terminated, owned by @self. */
const char *const *cam_srt_listener_get_addresses (const CamSrtListener *self);

/* Closes the doors; who is inside stays. Twice is fine. */
void cam_srt_listener_close (CamSrtListener *self);
void cam_srt_listener_free (CamSrtListener *self); /* NULL is fine; closes. No call after it */
