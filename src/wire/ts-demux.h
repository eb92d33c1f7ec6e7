/* MPEG-TS (ISO 13818-1) to access units: the first program that has anything we can carry, its first video and its first such audio stream
 * (H.264, H.265; AAC in ADTS or LATM, MPEG audio, Opus, AC-3). Whatever comes, in pieces of any size; bounded in all it keeps.
 * Thread: pure; the sink is called from within take and flush. Owner: ts-tracks. */
#pragma once

#include "media/media-memory.h"
#include "media/stream-description.h"

#include <stddef.h>

typedef struct CamTsDemux CamTsDemux;

typedef struct {
  /* What the program has, tracks as far as the stream has told: until then pictures have no parameter sets, AAC no config, MPEG audio and AC-3 a
   * sample rate of 0. Again when that became known or changed in band, always before the first unit it is true of, and when the program is
   * another one. @description: borrowed. */
  void (*described) (CamStreamDescription *description, gpointer data);

  /* One whole unit, laid out as media/codec.h says. Times in 90 kHz, 33 bits as they stand. A picture without any has those of the one before;
   * sound counts on by its samples. */
  void (*unit) (CamTrackKind track, const uint8_t *unit, size_t size, bool is_key, bool is_damaged, uint64_t pts, uint64_t dts, gpointer data);
} CamTsDemuxSink;

typedef struct {
  uint64_t packets;
  uint64_t out_of_sync;     /* bytes passed over on the way to a sync byte */
  uint64_t discontinuities; /* holes in continuity counters that were not announced */
  uint64_t malformed;       /* packets, tables, PES headers, frames and units that make no sense, or are too large */
  uint64_t scrambled;       /* packets and PES packets without a key: passed over */
} CamTsDemuxCounters;

/* @sink is borrowed, constant. */
CamTsDemux *cam_ts_demux_new (const CamTsDemuxSink *sink, gpointer data);
void cam_ts_demux_free (CamTsDemux *self); /* NULL is fine */

/* Before the first byte: pictures that grow come out of @share; without room there one is dropped like one that is too large. */
void cam_ts_demux_set_share (CamTsDemux *self, CamMediaShare *share);

void cam_ts_demux_take (CamTsDemux *self, const uint8_t *data, size_t size);

/* Nothing more comes for now: pictures that only wait to be seen to end are said. Should one go on after all, the rest is passed over. */
void cam_ts_demux_flush (CamTsDemux *self);
CamTsDemuxCounters cam_ts_demux_get_counters (const CamTsDemux *self);

/* Whether @data, a message, could be MPEG-TS: whole packets, each with its sync byte. */
bool cam_ts_looks_like (const uint8_t *data, size_t size);
