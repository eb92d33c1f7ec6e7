/* The serving half as the supervisor and the daemon see it: listeners, mounts, users, and who watches.
 * Inside: front-door, rtsp-connection, rtsp-mounts/-factory/-media (gst-rtsp-server), rtsp-users, stream-task, burst, reader, udp-sender.
 * Thread: M, unless said. Owner: the daemon; ended by close, then free when gone. */
#pragma once

#include "config/config-set.h"
#include "core/handed-sockets.h"
#include "core/loop-thread.h"
#include "media/stream-hub.h"
#include "serve/reader-record.h"
#include "serve/serve-draft.h"
#include "serve/serve-error.h"
#include "srt/srt-poller.h"
#include "srt/srt-reject.h"
#include "wire/srt-stream-id.h"

typedef struct CamRtspServer CamRtspServer;

/* Binds every listener and the UDP pair, but accepts only after start. @loops: borrowed, outlive it; loop 0 accepts. @handed: listening sockets that
 * were handed over; borrowed, outlives it; NULL: none. Errors: CAM_SERVE_ERROR. */
CamRtspServer *cam_rtsp_server_new (const CamConfigSet *config, CamLoopThread *const *loops, unsigned n_loops, CamHandedSockets *handed, GError **error);

/* Whether the files that @config names for serving can be used; binds nothing. Errors: CAM_SERVE_ERROR_TLS. */
bool cam_rtsp_server_check_config (const CamConfigSet *config, GError **error);

/* Another configuration, in two steps: prepare binds what @draft needs and is not bound, and changes nothing; errors: CAM_SERVE_ERROR_BIND. Adopt (takes
 * @draft) cannot fail: listeners, certificate, users, rules and limits hold from then on, and readers who may not read any more are ended. Mounts are published,
 * reconfigured and ended for themselves. Not after close. */
bool cam_rtsp_server_prepare (CamRtspServer *self, CamServeDraft *draft, GError **error);
void cam_rtsp_server_adopt (CamRtspServer *self, CamServeDraft *draft);

/* Begins to accept. */
void cam_rtsp_server_start (CamRtspServer *self);

/* What the ready line says: "rtsp://ADDRESS:PORT" or "rtsps://…" of each listener, NULL-terminated, owned by @self. */
const char *const *cam_rtsp_server_get_addresses (const CamRtspServer *self);

/* One connection to each listener from inside, answered by an OPTIONS: the proof behind READY=1. Blocks M for 2 s at most. Errors: CAM_SERVE_ERROR_BIND. */
bool cam_rtsp_server_check (CamRtspServer *self, GError **error);

/* A mount for a stream, on the camera's loop; exists until withdrawn. Takes references. One that the stream has already is replaced and ended.
 * @wanted (nullable; any thread; must only post) is called once for each DESCRIBE and SETUP by a client that may read: a camera on demand is
 * dialled then. @data outlives the mount. */
typedef void (*CamMountWantedFunc) (gpointer data);
void cam_rtsp_server_publish (CamRtspServer *self,
                              CamCameraConfig *camera,
                              unsigned stream,
                              CamStreamHub *hub,
                              CamLoopThread *loop,
                              CamMountWantedFunc wanted,
                              gpointer data);

/* @camera's configuration is another one, that clients need not be told of (no key that REMOUNTS). Nothing happens when there is no such mount. */
void cam_rtsp_server_reconfigure (CamRtspServer *self, CamCameraConfig *camera, unsigned stream);

/* Ends that mount's readers (BYE on all tracks, then close; RST after @grace_us) and, when @keep_mount is false, the mount itself.
 * @done (any thread; nullable) is called once when all are gone. */
void cam_rtsp_server_end_audience (CamRtspServer *self, const char *camera, unsigned stream, bool keep_mount, int64_t grace_us, void (*done) (gpointer data), gpointer data);

/* Whether who comes by SRT from @address with @id may do what he wants. Any thread; quick: asked within handshakes. */
CamSrtRefusal cam_rtsp_server_judge_srt (CamRtspServer *self, GInetAddress *address, const CamSrtStreamId *id);

/* An SRT reader that was judged and let in (@socket: transfer full) goes to its mount. Any thread. @poller: borrowed, outlives the server. */
void cam_rtsp_server_take_srt_reader (CamRtspServer *self, CamSrtPoller *poller, int socket, GInetAddress *address, unsigned port, const CamSrtStreamId *id);

/* Readers with a session on one mount now. Any thread. */
unsigned cam_rtsp_server_count_readers (CamRtspServer *self, const char *camera, unsigned stream);

/* While @is_shed, the readers of that stream get key pictures and sound only, for the machine's sake. Nothing happens when there is no such mount.
 * Any thread. */
void cam_rtsp_server_set_shed (CamRtspServer *self, const char *camera, unsigned stream, bool is_shed);

/* What the readers of one mount got and missed. Any thread. False: there is no such mount, and nothing is touched. */
bool cam_rtsp_server_view_mount (CamRtspServer *self, const char *camera, unsigned stream, CamMountView *ret_view);

/* Stops accepting, ends everybody (BYE, close; RST after @grace_us); is_gone says when. */
void cam_rtsp_server_close (CamRtspServer *self, int64_t grace_us);
bool cam_rtsp_server_is_gone (CamRtspServer *self);
void cam_rtsp_server_free (CamRtspServer *self); /* after gone; the loops still run */

/* Readers as they are now, those of one @camera or all (NULL). Any thread. Of CamReaderView, owned. (transfer full) */
GPtrArray *cam_rtsp_server_list_readers (CamRtspServer *self, const char *camera);

/* Ends the session @id of a reader, and the connection it came by, with a BYE; one that is gone by then is no matter. Any thread. */
void cam_rtsp_server_kick (CamRtspServer *self, const char *id);

typedef struct {
  unsigned connections;
  unsigned readers;
  uint64_t accepted;
  uint64_t refused;      /* by a limit */
  uint64_t bytes_out;
  uint64_t units_skipped; /* left out of what readers got: they lagged, or are thinned */
  uint64_t requests_over_20ms;
} CamServerCounters;
CamServerCounters cam_rtsp_server_get_counters (CamRtspServer *self); /* any thread */
