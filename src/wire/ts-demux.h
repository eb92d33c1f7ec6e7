/* MPEG-TS (ISO 13818-1) to access units: the first program that has anything we can carry, its first video and its first such audio stream
 * (H.264, H.265; AAC in ADTS or LATM, MPEG audio, Opus, AC-3). Whatever comes, in pieces of any size; bounded in all it keeps.
 * Thread: pure; the sink is called from within take. Owner: an ingest source. */
#pragma once

#include "media/stream-description.h"

#include <stddef.h>

typedef struct CamTsDemux CamTsDemux;

typedef struct {
  /* What the program has, tracks as far as the stream has told; again when parameters became known or changed in band, and when the program is another one. */
  void (*described) (CamStreamDescription *description, gpointer data);
  /* One whole unit, laid out as media/codec.h says. Times in 90 kHz, 33 bits as they stand; a unit without any has those of the one before. */
  void (*unit) (CamTrackKind track, const uint8_t *unit, size_t size, bool is_key, bool is_damaged, uint64_t pts, uint64_t dts, gpointer data);
} CamTsDemuxSink;

typedef struct {
  uint64_t packets;
  uint64_t out_of_sync;    /* bytes passed over on the way to a sync byte */
  uint64_t discontinuities; /* holes in continuity counters that were not announced */
  uint64_t malformed;      /* tables, PES headers and units that make no sense, or are too large */
} CamTsDemuxCounters;

/* @sink is borrowed, constant. */
CamTsDemux *cam_ts_demux_new (const CamTsDemuxSink *sink, gpointer data);
void cam_ts_demux_free (CamTsDemux *self); /* NULL is fine */

void cam_ts_demux_take (CamTsDemux *self, const uint8_t *data, size_t size);

/* Nothing more comes for now: units that only wait to be seen to end are said. */
void cam_ts_demux_flush (CamTsDemux *self);
CamTsDemuxCounters cam_ts_demux_get_counters (const CamTsDemux *self);

/* Whether @data, a message, could be MPEG-TS. */
bool cam_ts_looks_like (const uint8_t *data, size_t size);
