/* One connection to a camera, from dial to gone: a source kind, the payload pool of it, and the hub it feeds. It never reconnects:
 * a reconnect is a new worker. It reports live once and ended once, and stops nothing itself. The hub is claimed from live to ended, or to stop.
 * Thread: new, stop, is_gone, free on M; the rest on the source's own. Owner: the stream's session; freed by the reaper's table. */
#pragma once

#include "config/camera-config.h"
#include "core/loop-thread.h"
#include "core/reason.h"
#include "core/resolver.h"
#include "ingest/ingest-tally.h"
#include "media/stream-hub.h"
#include "srt/srt-poller.h"

typedef struct CamIngestWorker CamIngestWorker;

/* A session at a camera that outlives us if we crash: what it takes to tear it down later. All borrowed for the call. */
typedef struct {
  const char *url;     /* of the aggregate control, without user and password */
  const char *session; /* the camera's id */
} CamIngestLease;

/* Why a worker is over. Borrowed for the call. */
typedef struct {
  CamReason reason;
  const char *detail; /* one redacted sentence part for the log ("401 Unauthorized to DESCRIBE"); "" for none */
  bool was_transport_refused; /* the camera may send by another transport */
  bool was_accepted;  /* a connection was up: the host is there, it was the dialogue or the stream that failed */
  int64_t retry_after_us; /* how long the camera wants to be left alone: its Retry-After, with CAM_REASON_LIMIT else its session time-out; 0: it said nothing */
} CamIngestEnd;

/* Called on the source's thread, at most once each but for quiet and sounds, in this order, ended last; they only post. Those that do not apply to a kind are left out. */
typedef struct {
  /* The connection is up and nothing was said on it: the dialogue begins at cam_ingest_worker_talk. Nullable: it begins at once. */
  void (*established) (uint64_t generation, gpointer data);
  /* The camera has a session for us. Nullable. */
  void (*leased) (uint64_t generation, const CamIngestLease *lease, gpointer data);
  /* The camera said that it plays. Nullable. */
  void (*playing) (uint64_t generation, gpointer data);
  /* All tracks are known and the first key unit is about to be pushed; that of a stream which the hub has no description of may still be to come.
   * The worker has NOT set the hub's description (the owner of the state does) and holds its units back until cam_ingest_worker_go_on. */
  void (*live) (uint64_t generation, CamStreamDescription *description, gpointer data);
  /* Nothing comes although the connection stands, and the hub was given back; and: it comes again, the hub is claimed, units are held back until
   * cam_ingest_worker_go_on. In turns, any number of times between live and ended. Nullable for owners of sources that never say so. */
  void (*quiet) (uint64_t generation, gpointer data);
  void (*sounds) (uint64_t generation, gpointer data);
  void (*ended) (uint64_t generation, const CamIngestEnd *end, gpointer data);
} CamIngestEvents;

typedef struct {
  CamCameraConfig *camera;
  unsigned stream; /* CAM_STREAM_MAIN, CAM_STREAM_SUB */
  uint64_t generation;
  CamLoopThread *loop;   /* borrowed: the camera's media loop, outlives the worker */
  CamResolver *resolver; /* borrowed */
  CamStreamHub *hub;
  const CamIngestEvents *events; /* borrowed, constant */
  gpointer data;                 /* for the events, outlives the worker */
  CamTransport transport; /* of an rtsp: URL; auto: as the configuration says, else TCP */
  bool was_other;  /* the connection before turned out to bring another stream than the hub's description says: nothing is to be guessed from that */
  bool has_socket; /* a probe has connected already: */
  int socket;      /* a connection to the host and port that the URL names (transfer full) */
  CamSrtPoller *srt;   /* borrowed, outlives the worker; NULL: srt: cannot be dialled */
  bool has_srt_sender; /* a sender has come by itself: */
  int srt_sender;      /* its accepted SRT socket (transfer full) */
} CamIngestSetup;

/* Starts the dial. Never fails: what cannot be started ends with its reason. Takes its own references. */
CamIngestWorker *cam_ingest_worker_new (const CamIngestSetup *setup);

/* Any thread. The dialogue may begin: with established, or at once when that is still to come. */
void cam_ingest_worker_talk (CamIngestWorker *self);

/* Any thread. The units held back since live may go to the hub now: description and liveness are published. */
void cam_ingest_worker_go_on (CamIngestWorker *self);

/* Asks it to leave (TEARDOWN to the camera, then close). Twice is fine. @grace_us: how long the camera may take to answer. Nothing is pushed or
 * reported from here on but what is under way. */
void cam_ingest_worker_stop (CamIngestWorker *self, int64_t grace_us);

/* True when nothing of it runs any more: then it may be freed. */
bool cam_ingest_worker_is_gone (CamIngestWorker *self);
void cam_ingest_worker_free (CamIngestWorker *self); /* NULL is fine; asserts that it is gone */

CamIngestCounters cam_ingest_worker_get_counters (const CamIngestWorker *self); /* any thread */
