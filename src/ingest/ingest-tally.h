/* What one worker counts: of its connection, and of what it dropped.
 * Thread: notes on the camera's loop; the copy any. Owner: embedded by value in ingest-worker. */
#pragma once

#include <glib.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "srt/srt-statistics.h"

/* Since the dial. */
typedef struct {
  uint64_t bytes;        /* from the camera */
  uint64_t packets_lost; /* that never came */
  uint64_t malformed;    /* packets or frames that made no sense */
  int drift_ppm;         /* of the camera's clock against ours; 0 while not known */
  const CamSrtStatistics *srt; /* borrowed for the call; NULL: there is no such connection, or nothing is known of it */
} CamIngestTotals;

/* Why units were dropped before any reader could have them. */
typedef enum
{
  CAM_DROP_GATE,   /* no key picture yet, or not since a loss */
  CAM_DROP_MEMORY, /* MediaMemory or the stream's share of it is used up */
  CAM_DROP_SIZE,   /* a picture over 4 MiB */
  CAM_DROP_DAMAGE, /* packets of it were lost, or its times make no sense */
  CAM_N_DROPS
} CamDropCause;

/* A copy of one moment; the numbers are each true, but not of one instant. */
typedef struct {
  uint64_t bytes;
  uint64_t packets_lost;
  uint64_t malformed;
  uint64_t drops[CAM_N_DROPS]; /* units */
  int drift_ppm;
  bool has_srt;
  CamSrtStatistics srt;
} CamIngestCounters;

typedef struct {
  _Atomic uint64_t bytes;
  _Atomic uint64_t packets_lost;
  _Atomic uint64_t malformed;
  _Atomic uint64_t drops[CAM_N_DROPS];
  atomic_int drift_ppm;
  GMutex mutex;
  bool has_srt; /* under the mutex, as the next */
  CamSrtStatistics srt;
} CamIngestTally;

void cam_ingest_tally_init (CamIngestTally *self);
void cam_ingest_tally_clear (CamIngestTally *self);

void cam_ingest_tally_note_totals (CamIngestTally *self, const CamIngestTotals *totals);
void cam_ingest_tally_note_drop (CamIngestTally *self, CamDropCause cause);
CamIngestCounters cam_ingest_tally_copy (const CamIngestTally *self);
