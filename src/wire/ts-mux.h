/* Access units to MPEG-TS (ISO 13818-1), one program: H.264, H.265; AAC (ADTS), MPEG audio, Opus, AC-3. Each unit becomes a run of whole packets;
 * tables go before each key picture and often enough else, and so does the clock. Deterministic: the same calls give the same bytes.
 * What is behind the times and intervals: docs/decisions/0026.
 * Thread: pure. Owner: a ts-task. */
#pragma once

#include "media/access-unit.h"
#include "media/stream-description.h"
#include "wire/ts-packet.h"

typedef struct CamTsMux CamTsMux;

/* Whether MPEG-TS has a word for the track's codec. */
bool cam_ts_mux_can_carry (const CamTrack *track);

/* Tracks that cannot be carried are left out; NULL when none can. */
CamTsMux *cam_ts_mux_new (const CamStreamDescription *description);
void cam_ts_mux_free (CamTsMux *self); /* NULL is fine */

/* New parameter sets, or another kind of sound: tables that change get a new version, and go before the next unit. */
void cam_ts_mux_set_description (CamTsMux *self, const CamStreamDescription *description);

/* A copy that goes on from here by itself: for a head that is written beside the live stream. It begins with tables and a clock, and announces
 * that what comes does not go on from what was before. */
CamTsMux *cam_ts_mux_copy (const CamTsMux *self);

/* An upper bound of what a unit of @size bytes becomes. */
size_t cam_ts_mux_bound (const CamTsMux *self, size_t size);

/* Writes the unit's packets, tables and clock where they are due, with these times (CLOCK_MONOTONIC ns) in place of its own; sound has only
 * @pts_ns. Bytes written, whole packets; 0: cannot be carried. */
size_t cam_ts_mux_write (CamTsMux *self, const CamAccessUnit *unit, int64_t pts_ns, int64_t dts_ns, uint8_t *out);

/* Moves the continuity counters in @packets (all that the copy @head has written, or the last of it) so that what @live writes next goes on
 * behind them without a hole. */
void cam_ts_mux_join (const CamTsMux *head, const CamTsMux *live, uint8_t *packets, size_t size);
