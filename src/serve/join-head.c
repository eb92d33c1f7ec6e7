#include "serve/join-head.h"

#include <stdlib.h>

#define PICTURE_NS INT64_C (1000000) /* what players still tell apart, at 90 kHz and in Matroska's clock */
#define DECODING_NS INT64_C (100000) /* between two pictures that are decoded long before they are shown: still apart at 90 kHz */

uint32_t
cam_rtp_time_at (uint32_t base, uint32_t clock_rate, int64_t time_ns)
{
  const int64_t second_ns = INT64_C (1000000000);
  uint64_t ticks = (uint64_t) (time_ns / second_ns) * clock_rate + (uint64_t) (time_ns % second_ns) * clock_rate / (uint64_t) second_ns;
  return (uint32_t) (base + ticks);
}

static int
compare_times (const void *a, const void *b)
{
  int64_t first = *(const int64_t *) a;
  int64_t second = *(const int64_t *) b;
  return (first > second) - (first < second);
}

void
cam_join_squeeze (const int64_t *pts_ns, const int64_t *dts_ns, unsigned n, int64_t *ret_pts_ns)
{
  g_autofree int64_t *sorted = g_memdup2 (pts_ns, n * sizeof (int64_t));
  qsort (sorted, n, sizeof (int64_t), compare_times);

  int64_t edge_ns = dts_ns[n - 1];
  unsigned before_edge = n;
  while (before_edge > 0 && sorted[before_edge - 1] > edge_ns)
    before_edge--;

  for (unsigned i = 0; i < n; i++) {
    if (pts_ns[i] > edge_ns) {
      ret_pts_ns[i] = pts_ns[i];
      continue;
    }
    const int64_t *place = bsearch (&pts_ns[i], sorted, before_edge, sizeof (int64_t), compare_times);
    ret_pts_ns[i] = edge_ns - (int64_t) (before_edge - 1 - (size_t) (place - sorted)) * PICTURE_NS;
  }
}

/* From the end on: each before the one behind it, none after its presentation. */
static void
squeeze_decoding (const int64_t *squeezed_ns, unsigned n, int64_t *dts_ns)
{
  for (unsigned i = n; i > 0; i--) {
    int64_t latest_ns = i == n ? dts_ns[n - 1] : dts_ns[i] - DECODING_NS;
    dts_ns[i - 1] = MIN (squeezed_ns[i - 1], latest_ns);
  }
}

void
cam_join_squeeze_head (const CamGopHead *head, int64_t *ret_pts_ns, int64_t *ret_dts_ns)
{
  unsigned n = cam_gop_head_get_length (head);
  g_autofree int64_t *pts_ns = g_new (int64_t, n);
  for (unsigned i = 0; i < n; i++) {
    const CamAccessUnit *unit = cam_gop_head_get (head, i);
    pts_ns[i] = unit->pts_ns;
    ret_dts_ns[i] = unit->dts_ns;
  }
  cam_join_squeeze (pts_ns, ret_dts_ns, n, ret_pts_ns);
  squeeze_decoding (ret_pts_ns, n, ret_dts_ns);
}

CamBurst *
cam_burst_from_unit (
    const CamAccessUnit *unit, CamPacketizer *packetizer, uint32_t rtp_time, uint16_t sequence, int64_t now_us, size_t *ret_octets)
{
  uint8_t channel = (uint8_t) (unit->track * 2);
  g_autoptr (CamBurst) burst = cam_burst_new (cam_packetizer_bound (packetizer, unit->payload->size));
  CamPacketRun run =
      cam_packetizer_write (packetizer, unit->payload->data, unit->payload->size, unit->is_key, rtp_time, sequence, channel, burst->data);
  if (run.bytes == 0)
    return NULL;

  burst->track = unit->track;
  burst->is_key = unit->is_key;
  burst->channel = channel;
  burst->sequence = sequence;
  burst->packets = (uint16_t) run.packets;
  burst->rtp_time = rtp_time;
  burst->number = unit->number;
  burst->created_us = now_us;
  burst->size = run.bytes;
  if (ret_octets != NULL)
    *ret_octets = run.octets;
  return g_steal_pointer (&burst);
}

GPtrArray *
cam_join_head_new (const CamGopHead *head,
                   int64_t shift_ns,
                   CamPacketizer *packetizer,
                   uint32_t rtp_base,
                   uint32_t clock_rate,
                   uint16_t next_sequence,
                   int64_t now_us)
{
  unsigned n = cam_gop_head_get_length (head);
  if (n == 0)
    return NULL;
  g_autofree int64_t *squeezed_ns = g_new (int64_t, n);
  g_autofree int64_t *dts_ns = g_new (int64_t, n);
  cam_join_squeeze_head (head, squeezed_ns, dts_ns);

  g_autoptr (GPtrArray) bursts = g_ptr_array_new_full (n, (GDestroyNotify) cam_burst_unref);
  uint16_t packets = 0;
  for (unsigned i = 0; i < n; i++) {
    uint32_t rtp_time = cam_rtp_time_at (rtp_base, clock_rate, squeezed_ns[i] + shift_ns);
    CamBurst *burst = cam_burst_from_unit (cam_gop_head_get (head, i), packetizer, rtp_time, packets, now_us, NULL);
    if (burst == NULL)
      continue;
    burst->is_head = true;
    packets = (uint16_t) (packets + burst->packets);
    g_ptr_array_add (bursts, burst);
  }
  if (bursts->len == 0)
    return NULL;
  for (unsigned i = 0; i < bursts->len; i++)
    cam_burst_shift (g_ptr_array_index (bursts, i), (uint16_t) (next_sequence - packets));
  return g_steal_pointer (&bursts);
}
