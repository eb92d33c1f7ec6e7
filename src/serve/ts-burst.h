/* Runs of MPEG-TS packets as bursts of RTP (RFC 2250, 2; RFC 3551, 6: payload type 33, 90 kHz), at most seven in each packet, on the canonical
 * channel of the video track, whatever is inside.
 * Thread: pure. Owner: a ts-task; the results are the caller's. */
#pragma once

#include "media/gop-head.h"
#include "serve/rtp-track.h"
#include "wire/ts-mux.h"

#define CAM_TS_RTP_CLOCK_RATE 90000
#define CAM_TS_RTP_PAYLOAD_BYTES (7 * CAM_TS_PACKET_BYTES)

/* When a unit is shown, decoded and sent; CLOCK_MONOTONIC ns. */
typedef struct {
  int64_t pts_ns;
  int64_t dts_ns;
  int64_t sent_ns; /* of its packets' RTP time: rises from burst to burst, while sound and pictures do not come in order */
} CamTsBurstTimes;

/* @unit as @mux writes it now, the first packet numbered @sequence; NULL when nothing of it can be sent. */
CamBurst *cam_ts_burst_new (
    CamTsMux *mux, const CamAccessUnit *unit, const CamTsBurstTimes *times, const CamRtpTrack *rtp, uint16_t sequence, int64_t now_us);

/* One packet of nothing (null packets, ISO 13818-1, 2.4.3.3), the next one of @rtp at @sent_ns: a sign of life. */
CamBurst *cam_ts_burst_new_filler (const CamRtpTrack *rtp, int64_t sent_ns, int64_t now_us);

/* Bursts of all of @head's units, squeezed as cam_join_squeeze () does, @shift_ns later than they were: numbers, times and continuity counters end
 * where @rtp and @live go on. NULL when the head is empty or nothing of it can be sent. Of CamBurst. (transfer full) */
GPtrArray *cam_ts_head_new (const CamGopHead *head, int64_t shift_ns, const CamTsMux *live, const CamRtpTrack *rtp, int64_t now_us);
