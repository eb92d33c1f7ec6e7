#include "serve/ts-burst.h"

#include <string.h>

#include "serve/join-head.h"
#include "wire/packet-run.h"

#define PAYLOAD_TYPE 33
#define NULL_PID 0x1fff
#define SYNC_BYTE 0x47
#define PAYLOAD_ONLY 0x10 /* adaptation_field_control '01' */

G_STATIC_ASSERT (CAM_TS_RTP_PAYLOAD_BYTES <= CAM_RUN_PAYLOAD_BYTES);

static size_t
count_packets (size_t bytes)
{
  return (bytes + CAM_TS_RTP_PAYLOAD_BYTES - 1) / CAM_TS_RTP_PAYLOAD_BYTES;
}

/* Room for @bytes of TS packets in RTP. */
static CamBurst *
new_burst (size_t bytes, const CamRtpTrack *rtp, uint16_t sequence, int64_t sent_ns, int64_t now_us)
{
  CamBurst *burst = cam_burst_new (bytes + count_packets (bytes) * CAM_RUN_OVERHEAD_BYTES);
  burst->track = rtp->kind;
  burst->channel = (uint8_t) (rtp->kind * 2);
  burst->sequence = sequence;
  burst->rtp_time = cam_rtp_track_get_time (rtp, sent_ns);
  burst->created_us = now_us;
  return burst;
}

/* Puts the @size bytes at @ts, which stand as far behind in @burst as all headers need, into packets from its beginning on. */
static void
pack (CamBurst *burst, const uint8_t *ts, size_t size, uint32_t ssrc)
{
  CamRunWriter writer = {
      .out = burst->data,
      .payload_type = PAYLOAD_TYPE,
      .channel = burst->channel,
      .sequence = burst->sequence,
      .rtp_time = burst->rtp_time,
      .ssrc = ssrc,
  };
  for (size_t at = 0; at < size; at += CAM_TS_RTP_PAYLOAD_BYTES) {
    size_t length = MIN (size - at, (size_t) CAM_TS_RTP_PAYLOAD_BYTES);
    memmove (cam_run_payload (&writer), ts + at, length);
    cam_run_close_packet (&writer, length, false);
  }
  burst->packets = (uint16_t) writer.run.packets;
  burst->size = writer.run.bytes;
}

CamBurst *
cam_ts_burst_new (
    CamTsMux *mux, const CamAccessUnit *unit, const CamTsBurstTimes *times, const CamRtpTrack *rtp, uint16_t sequence, int64_t now_us)
{
  size_t most = cam_ts_mux_bound (mux, unit->payload->size);
  g_autoptr (CamBurst) burst = new_burst (most, rtp, sequence, times->sent_ns, now_us);
  uint8_t *ts = burst->data + count_packets (most) * CAM_RUN_OVERHEAD_BYTES;
  size_t size = cam_ts_mux_write (mux, unit, times->pts_ns, times->dts_ns, ts);
  if (size == 0)
    return NULL;
  pack (burst, ts, size, rtp->ssrc);
  burst->is_key = unit->is_key;
  burst->number = unit->number;
  return g_steal_pointer (&burst);
}

CamBurst *
cam_ts_burst_new_filler (const CamRtpTrack *rtp, int64_t sent_ns, int64_t now_us)
{
  uint8_t ts[CAM_TS_RTP_PAYLOAD_BYTES];
  memset (ts, 0xff, sizeof ts);
  for (size_t at = 0; at < sizeof ts; at += CAM_TS_PACKET_BYTES)
    memcpy (ts + at, (uint8_t[]){SYNC_BYTE, NULL_PID >> 8, NULL_PID & 0xff, PAYLOAD_ONLY}, 4);
  CamBurst *burst = new_burst (sizeof ts, rtp, rtp->next_sequence, sent_ns, now_us);
  pack (burst, ts, sizeof ts, rtp->ssrc);
  burst->is_filler = true;
  return burst;
}

/* Continuity counters of what @head wrote, so that those of @live follow. */
static void
join_counters (CamBurst *burst, const CamTsMux *head, const CamTsMux *live)
{
  size_t size = 0;
  for (size_t at = 0; at < burst->size; at += CAM_RUN_OVERHEAD_BYTES + size) {
    struct iovec packet[CAM_BURST_PACKET_PARTS];
    cam_burst_get_packet (burst, at, packet);
    size = packet[0].iov_len - CAM_RTP_HEADER_BYTES;
    cam_ts_mux_join (head, live, (uint8_t *) packet[0].iov_base + CAM_RTP_HEADER_BYTES, size);
  }
}

GPtrArray *
cam_ts_head_new (const CamGopHead *head, int64_t shift_ns, const CamTsMux *live, const CamRtpTrack *rtp, int64_t now_us)
{
  unsigned n = cam_gop_head_get_length (head);
  if (n == 0)
    return NULL;
  g_autofree int64_t *pts_ns = g_new (int64_t, n);
  g_autofree int64_t *dts_ns = g_new (int64_t, n);
  cam_join_squeeze_head (head, pts_ns, dts_ns);

  g_autoptr (GPtrArray) bursts = g_ptr_array_new_full (n, (GDestroyNotify) cam_burst_unref);
  CamTsMux *mux = cam_ts_mux_copy (live);
  uint16_t packets = 0;
  for (unsigned i = 0; i < n; i++) {
    const CamTsBurstTimes times = {.pts_ns = pts_ns[i] + shift_ns, .dts_ns = dts_ns[i] + shift_ns, .sent_ns = dts_ns[i] + shift_ns};
    CamBurst *burst = cam_ts_burst_new (mux, cam_gop_head_get (head, i), &times, rtp, packets, now_us);
    if (burst == NULL)
      continue;
    burst->is_head = true;
    packets = (uint16_t) (packets + burst->packets);
    g_ptr_array_add (bursts, burst);
  }
  for (unsigned i = 0; i < bursts->len; i++) {
    cam_burst_shift (bursts->pdata[i], (uint16_t) (rtp->next_sequence - packets));
    join_counters (bursts->pdata[i], mux, live);
  }
  cam_ts_mux_free (mux);
  return bursts->len > 0 ? g_steal_pointer (&bursts) : NULL;
}
