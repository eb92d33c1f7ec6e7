/* Tears down a session that an earlier, crashed process left at a camera: connects, says TEARDOWN (with log-in when asked), and is done within 1 s.
 * Thread: new, free on M; the rest on the loop. Owner: session-ledger. */
#pragma once

#include "core/loop-thread.h"
#include "core/resolver.h"
#include "core/secret.h"
#include "ingest/ingest-worker.h"

typedef struct CamRtspFarewell CamRtspFarewell;

typedef struct {
  CamLoopThread *loop;     /* borrowed */
  CamResolver *resolver;   /* borrowed */
  CamIngestLease lease;    /* copied */
  const char *username;    /* copied; NULL for none */
  CamSecret *password;     /* own reference; NULL for none */
} CamRtspFarewellSetup;

/* @done: once, on the loop, said or not (transfer of @data: none). */
CamRtspFarewell *cam_rtsp_farewell_new (const CamRtspFarewellSetup *setup, void (*done) (bool was_answered, gpointer data), gpointer data);
void cam_rtsp_farewell_free (CamRtspFarewell *self); /* NULL is fine; any time, on M: what is under way ends by itself, done is not called once the loop has seen it */
