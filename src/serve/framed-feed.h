/* A stream's sound to one SRT reader behind 4-byte headers (wire/framed-audio.h): L16, Opus or FLAC as its hub has it, each unit in messages of its
 * own. What the link does not take in time is left out by whole units.
 * Thread: its media loop. Owner: the reader's srt-reader. */
#pragma once

#include "core/loop-thread.h"
#include "media/stream-hub.h"
#include "serve/client-registry.h"
#include "sound/sound-branch.h"
#include "srt/srt-connection.h"

typedef struct CamFramedFeed CamFramedFeed;

typedef struct {
  CamLoopThread *loop;          /* borrowed */
  CamStreamHub *hub;            /* takes its own reference: the stream's, or the branch's */
  CamSoundBranch *branch;       /* takes its own reference, and wants it; NULL: the sound goes as it comes */
  CamSrtConnection *connection; /* borrowed, outlives it */
  CamReaderRecord *record;      /* borrowed, outlives it */
  CamClientRegistry *registry;  /* borrowed, outlives it: bytes are counted there */
  int64_t lag_us;               /* ReaderLag */
} CamFramedFeedSetup;

CamFramedFeed *cam_framed_feed_new (const CamFramedFeedSetup *setup);
void cam_framed_feed_free (CamFramedFeed *self); /* NULL is fine */
