/* Stand-ins for the rooms below and for what has threads or programs of its own, hand-driven: the parts of ingest-worker, tcp-probe, rtsp-server,
 * srt-poller, srt-listener, session-ledger, stream-memory and stream-slate that a session calls.
 * Linked into a test they take the place of the real ones.
 * Thread: M. Owner: the test. */
#pragma once

#include "ingest/ingest-worker.h"
#include "ingest/tcp-probe.h"
#include "serve/rtsp-server.h"
#include "supervise/session-ledger.h"
#include "supervise/srt-listener.h"
#include "supervise/stream-memory.h"
#include "supervise/stream-slate.h"

typedef struct {
  CamIngestSetup setup; /* of the newest worker */
  unsigned made, freed, stopped, gone_on;
  unsigned talking;
  CamIngestCounters counters; /* of every worker */
  bool is_stubborn; /* workers that are told to stop do not go */

  unsigned sent_away; /* SRT senders */
  int sent_away_last; /* the socket of the newest */

  unsigned knocking; /* probes now */
  CamTcpProbeFunc door; /* of the newest probe */
  gpointer door_data;

  bool is_slate_shown;
  unsigned slates_begun, slates_explained;
  GBytes *slate_picture; /* borrowed for the test: what was shown last */
  CamReason slate_reason;

  CamStreamDescription *remembered; /* ref; what there is to recall */
  bool is_picture_asked;
  void (*picture) (GBytes *picture, gpointer data);
  gpointer picture_data;
  unsigned kept, kept_urgently;

  CamSrtListenerSetup doors; /* as they were opened last */
  bool has_no_address;       /* and cannot be */
  unsigned doors_prepared, doors_adopted, doors_abandoned, doors_closed;

  unsigned entered, struck; /* leases */
  CamSessionLedgerSetup ledger;
  unsigned reclaimed; /* sessions that were left behind */

  unsigned published, reconfigured;
  CamCameraConfig *camera; /* borrowed for the test: what the serving half was told last */
  unsigned adopted; /* drafts of the serving half */
  CamMountWantedFunc wanted; /* of the newest mount */
  gpointer wanted_data;
  unsigned audiences_ended, mounts_ended;
  unsigned readers;
  CamMountView mount; /* of every mount */
  bool is_prompt; /* audiences that are ended are gone at once */
  GPtrArray *loops; /* of CamLoopThread, borrowed: of each worker, in order; NULL: not wanted */
  void (*audience_done) (gpointer data); /* NULL: none under way */
  gpointer audience_data;
} RoomsBelow;

/* What happened, and knobs; all zero again after rooms_below_reset (). */
extern RoomsBelow rooms_below;
void rooms_below_reset (void);

/* The newest worker's news. */
void rooms_below_live (CamStreamDescription *description);
void rooms_below_quiet (void);
void rooms_below_sounds (void);
void rooms_below_ended (CamReason reason); /* a connection that was up */
void rooms_below_not_accepted (CamReason reason);
void rooms_below_refuse_transport (void); /* asked for in SETUP */
void rooms_below_refused (CamReason reason, int64_t retry_after_us); /* by a camera that says when to come again */

/* The newest probe finds the door open: a socket that is connected to nothing. */
void rooms_below_open_door (void);

/* A client asks for the newest mount. */
void rooms_below_want (void);

/* All readers of the audience being ended are gone. */
void rooms_below_audience_gone (void);
