/* Stand-ins for the rooms below, hand-driven: the parts of ingest-worker and rtsp-server that a session calls.
 * Linked into a test they take the place of the real ones.
 * Thread: M. Owner: the test. */
#pragma once

#include "ingest/ingest-worker.h"
#include "serve/rtsp-server.h"

typedef struct {
  CamIngestSetup setup; /* of the newest worker */
  unsigned made, freed, stopped, gone_on;
  bool is_stubborn; /* workers that are told to stop do not go */

  unsigned published;
  unsigned audiences_ended, mounts_ended;
  unsigned readers;
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
void rooms_below_ended (CamReason reason);

/* All readers of the audience being ended are gone. */
void rooms_below_audience_gone (void);
