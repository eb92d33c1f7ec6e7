/* What one RTP stream of ours says of itself: its SSRC, the numbers of its packets, its clock, its reports and its BYE as bursts on its track's
 * canonical channel. What is in the packets is their maker's business.
 * Thread: its media loop. Owner: embedded by value in a task. */
#pragma once

#include "serve/burst.h"
#include "serve/wall-clock.h"

typedef struct {
  CamTrackKind kind;
  uint32_t ssrc;
  uint32_t clock_rate;    /* Hz; 0 until it is known */
  uint32_t rtp_base;      /* RTP time at the monotonic clock's zero */
  uint16_t next_sequence; /* of the next packet */
  uint32_t packets;       /* sent, for reports */
  uint32_t octets;        /* of their payload */
} CamRtpTrack;

/* Time and sequence begin anywhere (RFC 3550, 5.1). */
void cam_rtp_track_init (CamRtpTrack *self, CamTrackKind kind, uint32_t ssrc);

/* @time_ns: CLOCK_MONOTONIC. */
uint32_t cam_rtp_track_get_time (const CamRtpTrack *self, int64_t time_ns);

/* @burst is sent as the next one; @octets: of RTP payload. */
void cam_rtp_track_note_sent (CamRtpTrack *self, const CamBurst *burst, size_t octets);

/* A sender report of now, and a BYE. (transfer full) */
CamBurst *cam_rtp_track_make_report (const CamRtpTrack *self, const CamWallClock *wall, const char *cname, int64_t now_us);
CamBurst *cam_rtp_track_make_bye (const CamRtpTrack *self, const char *cname, int64_t now_us);
