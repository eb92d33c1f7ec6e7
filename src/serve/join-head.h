/* The pictures since the newest key unit, made anew for those who join now: their times squeezed so that they end at the live edge,
 * their sequence numbers ending where the live ones go on.
 * Thread: pure. Owner: the stream-task keeps the last one for simultaneous joiners. */
#pragma once

#include "media/gop-head.h"
#include "serve/burst.h"
#include "wire/packetizer.h"

/* One track's RTP time: @base at the monotonic clock's zero. */
uint32_t cam_rtp_time_at (uint32_t base, uint32_t clock_rate, int64_t time_ns);

/* Squeezed presentation times of @n pictures in decoding order: those up to the live edge (the last picture's decoding time) stand 1 ms apart
 * and end at the edge, in their order of presentation; pictures to be shown after the edge keep their times, since later ones refer to them.
 * Every time is at most its original when the pictures were 1 ms apart or more, and none is above the edge that was not before. */
void cam_join_squeeze (const int64_t *pts_ns, const int64_t *dts_ns, unsigned n, int64_t *ret_pts_ns);

/* The same of all of @head's pictures, at least one, and when they are decoded then: times that rise, none above its picture's. Each array has as
 * many places as the head has units. */
void cam_join_squeeze_head (const CamGopHead *head, int64_t *ret_pts_ns, int64_t *ret_dts_ns);

/* Bursts of all of @head's units on video's canonical channel, @shift_ns later than they were, the last packet numbered @next_sequence − 1;
 * NULL when the head is empty or nothing of it can be sent. Of CamBurst. (transfer full) */
GPtrArray *cam_join_head_new (const CamGopHead *head,
                              int64_t shift_ns,
                              CamPacketizer *packetizer,
                              uint32_t rtp_base,
                              uint32_t clock_rate,
                              uint16_t next_sequence,
                              int64_t now_us);

/* One unit as a burst on @kind's canonical channel, or NULL when nothing of it can be sent. @ret_octets: of RTP payload; nullable. */
CamBurst *cam_burst_from_unit (const CamAccessUnit *unit, CamPacketizer *packetizer, uint32_t rtp_time, uint16_t sequence, int64_t now_us, size_t *ret_octets);
