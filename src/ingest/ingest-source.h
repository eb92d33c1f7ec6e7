/* What a source kind offers its worker: one table row and one file a kind (rtsp-client-source, rtspsrc-source, test-source, file-source, srt-source).
 * Thread: start, stop and free on M; the kind calls the sink on the camera's loop, whatever threads it has besides. Owner: ingest-worker. */
#pragma once

#include "config/camera-url.h"
#include "ingest/ingest-worker.h"

typedef struct CamIngestSource CamIngestSource; /* each kind's struct begins with it */
typedef struct CamIngestSink CamIngestSink;

/* What a kind tells its worker; implemented by ingest-worker.c. All but gone on the camera's loop. */
struct CamIngestSink {
  /* The socket that a probe has connected, -1 for none. (transfer full) */
  int (*take_socket) (CamIngestSink *sink);
  /* The SRT socket of a sender that has come by itself, -1 for none. (transfer full) */
  int (*take_srt_sender) (CamIngestSink *sink);
  /* The first connection is up and nothing was said on it. True: talk; false: not before the kind's talk. This and the next two are left out by
   * kinds that have no connection. */
  bool (*established) (CamIngestSink *sink);
  void (*leased) (CamIngestSink *sink, const CamIngestLease *lease);
  void (*playing) (CamIngestSink *sink);
  /* The description is complete: reports live. May be said again when parameters changed in band. (transfer none)
   * The answer counts the first time: the floor that the times of all units to come must be above. */
  int64_t (*describe) (CamIngestSink *sink, CamStreamDescription *description);
  /* When something of it has changed. */
  void (*count) (CamIngestSink *sink, const CamIngestTotals *totals);
  /* One whole unit; @data borrowed, copied into the pool. Times from the kind's timeline. False: dropped (budget, gate). */
  bool (*unit) (CamIngestSink *sink, CamTrackKind track, const uint8_t *data, size_t size, bool is_key, bool is_damaged, int64_t pts_ns, int64_t dts_ns, int64_t arrived_us);
  /* Nothing comes, but the connection stands: the hub is given back. Only after describe; units are refused until sounds. In turns with it. */
  void (*quiet) (CamIngestSink *sink);
  /* It comes again, with the unit that follows at once: a key picture, or sound where there are no pictures. The hub is claimed again; the answer is
   * the floor that the times of all units to come must be above. 0 when nobody was told that it is quiet. */
  int64_t (*sounds) (CamIngestSink *sink);
  /* What the sender says of its sound, JSON; the newest counts. NULL: nobody wants it. (transfer none) */
  void (*metadata) (CamIngestSink *sink, GBytes *json);
  /* The camera does not send by the transport that it was asked for, but may do so by another. Before ended. */
  void (*refused_transport) (CamIngestSink *sink);
  /* It is over; said once, nothing comes after it but gone, and that only once stop was asked for. @detail, @retry_after_us: as in CamIngestEnd. */
  void (*ended) (CamIngestSink *sink, CamReason reason, const char *detail, int64_t retry_after_us);
  /* Nothing of the kind runs any more; the last call. May come from any thread. */
  void (*gone) (CamIngestSink *sink);
};

typedef struct {
  const char *name; /* "rtsp", for logs */
  /* Never fails: what cannot be started says ended. @setup, @config and @url are valid until free. */
  CamIngestSource *(*start) (const CamIngestSetup *setup, const CamStreamConfig *config, const CamCameraUrl *url, CamIngestSink *sink);
  void (*talk) (CamIngestSource *source);                   /* any thread; after established; NULL: it never says that */
  void (*stop) (CamIngestSource *source, int64_t grace_us); /* asks; gone follows */
  void (*free) (CamIngestSource *source);                   /* after gone */
} CamIngestKind;

struct CamIngestSource {
  const CamIngestKind *kind;
};

extern const CamIngestKind cam_rtsp_client_kind, cam_rtspsrc_kind, cam_test_kind, cam_file_kind, cam_srt_kind;

/* How RTP comes from the camera at @url: the setup's transport, or, where that leaves it open, the URL's own; not auto. */
CamTransport cam_ingest_setup_get_transport (const CamIngestSetup *setup, const CamCameraUrl *url);

/* The kind that the URL and its transport take. */
const CamIngestKind *cam_ingest_setup_choose_kind (const CamIngestSetup *setup, const CamCameraUrl *url);

/* Whether nothing is shown from a loss to the next key picture: as OnLoss= says, else (auto) where the transport loses nothing, so that what is
 * missing the camera never sent. */
bool cam_ingest_setup_waits_for_key (const CamIngestSetup *setup, const CamCameraUrl *url);

/* As cam_ingest_worker_new (), with a kind of the caller's own in place of the one that URL and transport name; NULL: that one. */
CamIngestWorker *cam_ingest_worker_new_for_kind (const CamIngestSetup *setup, const CamIngestKind *kind);
