/* Tears down a session that an earlier, crashed process left at a camera: connects, says TEARDOWN (with log-in when asked), and is done within 1 s.
 * Thread: new, free on M; the rest on the loop. Owner: session-ledger. */
#pragma once

#include "core/loop-thread.h"
#include "core/resolver.h"
#include "core/secret.h"
#include "ingest/ingest-worker.h"

typedef struct CamRtspFarewell CamRtspFarewell;

typedef struct {
  CamLoopThread *loop;   /* borrowed */
  CamResolver *resolver; /* borrowed */
  const char *url;       /* copied; the camera's, without user and password: where to connect, whatever the lease's URL says */
  CamIngestLease lease;  /* copied */
  const char *username;  /* copied; NULL for none */
  CamSecret *password;   /* own reference; NULL for none */
  /* Once, on the loop. @is_ended: the camera has ended the session or does not know it any more. */
  void (*done) (bool is_ended, gpointer data);
  gpointer data;
  GDestroyNotify destroy; /* of data, when no call can come any more; nullable */
} CamRtspFarewellSetup;

CamRtspFarewell *cam_rtsp_farewell_new (const CamRtspFarewellSetup *setup);
void cam_rtsp_farewell_free (CamRtspFarewell *self); /* NULL is fine; ends what is under way; done is not called once the loop has seen it */
