/* A camera's RTP time stamps to one gap-free time line in CLOCK_MONOTONIC ns: per track monotonic in decoding order, audio and video
 * aligned, within 1 s of real time whatever the camera's clock does.
 * Rules: alignment by arrival until both tracks have a sender report, then slewed by at most 5 ms a second
 * towards what the reports say; in the first five seconds, and after a jump, arrival alone counts and is followed faster;
 * a report more than 1 s off is ignored and counted. Wraps of the 32-bit stamps are followed; a jump of more than 1 s against arrival
 * re-anchors that track at arrival; frozen stamps advance by arrival; drift against our clock is slewed away (±300 ppm and more).
 * Stamps of one clock need no report (share_clock).
 * Pictures out of presentation order keep their presentation times; dts rises strictly and is at most pts.
 * One timeline a worker; the next worker's begins at the hub's edge.
 * Thread: pure. Owner: ingest-worker's source. */
#pragma once

#include "media/codec.h"

#include <glib.h>

typedef struct CamTimeline CamTimeline;

/* @floor_ns: every dts will be above it (the hub's edge; 0 for none). */
CamTimeline *cam_timeline_new (int64_t floor_ns);
void cam_timeline_free (CamTimeline *self); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CamTimeline, cam_timeline_free)
/* Raises the floor: every dts from now on will be above it. For a source whose units were not given away so far, while another's were. */
void cam_timeline_raise_floor (CamTimeline *self, int64_t floor_ns);
void cam_timeline_add_track (CamTimeline *self, CamTrackKind track, uint32_t clock_rate);

/* The stamps of both tracks, of the same rate, are of one clock, as those of an MPEG-TS program are (ISO 13818-1, 2.4.2): sound is where the pictures'
 * line has its stamp, whenever it comes, unless that is more than 1 s off its arrival. Needs no sender reports. A floor
 * that is raised then holds for the pictures alone: sound below it is not squeezed above it, its taker leaves it out. */
void cam_timeline_share_clock (CamTimeline *self);

/* @rtp_time: of the unit's packets; @arrival_us: when it was complete. Always gives times. */
void cam_timeline_map (CamTimeline *self, CamTrackKind track, uint32_t rtp_time, int64_t arrival_us, int64_t *ret_pts_ns, int64_t *ret_dts_ns);

/* A sender report: @ntp as in RFC 3550, 6.4.1 (32.32 s since 1900), the @rtp_time that belongs to it, when it came. */
void cam_timeline_sender_report (CamTimeline *self, CamTrackKind track, uint64_t ntp, uint32_t rtp_time, int64_t arrival_us);

typedef struct {
  uint64_t jumps;           /* stamps that were re-anchored */
  uint64_t reports_ignored; /* sender reports more than 1 s off */
  int drift_ppm;            /* video's camera clock against ours, smoothed; 0 for the first half minute */
} CamTimelineCounters;
CamTimelineCounters cam_timeline_get_counters (const CamTimeline *self);
