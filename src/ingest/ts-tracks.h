/* What comes as MPEG-TS, to units on a time line: sound and picture by the program's one clock, said once all is known that clients need.
 * How the bytes get here is not known, nor when it is quiet: the owner tells.
 * Thread: pure; the sink is called from within. Owner: srt-media. */
#pragma once

#include "ingest/ingest-source.h"

typedef struct CamTsTracks CamTsTracks;

typedef struct {
  CamIngestSink *sink;         /* borrowed: outlives the tracks */
  CamMediaMemory *memory;      /* borrowed; nullable: no limit */
  CamStreamDescription *known; /* nullable; what the stream was when it was described last: its sound need not be waited for */
  bool wants_audio;
  int64_t stall_timeout_us;
  int64_t frozen_timeout_us; /* 0: never */
} CamTsTracksSetup;

CamTsTracks *cam_ts_tracks_new (const CamTsTracksSetup *setup, int64_t now_us);
void cam_ts_tracks_free (CamTsTracks *self); /* NULL is fine */

void cam_ts_tracks_take (CamTsTracks *self, const uint8_t *data, size_t size, int64_t now_us);

/* Nothing comes for now. What only waits for its end is said; then nothing before a key picture, or sound where there are no pictures: the sink hears
 * sounds in front of that. */
void cam_ts_tracks_rest (CamTsTracks *self, int64_t now_us);

/* Whether it is over, and why: no unit, no key unit, or nothing new for too long (stream-pulse, stream-freeze); not while it rests. */
CamReason cam_ts_tracks_check (const CamTsTracks *self, int64_t now_us, char **ret_detail);
int64_t cam_ts_tracks_get_due_us (const CamTsTracks *self); /* of the next check that can find something */

uint64_t cam_ts_tracks_get_lost (const CamTsTracks *self);      /* holes that were not announced */
int cam_ts_tracks_get_drift_ppm (const CamTsTracks *self);       /* of the sender's clock against ours, smoothed; 0 while not known */
uint64_t cam_ts_tracks_get_malformed (const CamTsTracks *self); /* tables, headers and units that make no sense */
