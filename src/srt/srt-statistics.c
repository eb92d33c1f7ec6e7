#include "srt/srt-statistics.h"

#include <glib.h>
#include <srt/srt.h>

/* srt.h: "please add new fields to this structure to the end". A newer library may be loaded than the header that we know, and write more.
 */
typedef union {
  SRT_TRACEBSTATS known;
  uint8_t room[4096];
} Reading;

G_STATIC_ASSERT (sizeof (SRT_TRACEBSTATS) <= sizeof (Reading) / 2);

static uint64_t
count (int64_t value)
{
  return (uint64_t) MAX (value, 0);
}

bool
cam_srt_statistics_read (int socket, CamSrtCounter *counter, CamSrtStatistics *ret_statistics)
{
  Reading reading = {0};
  const bool is_cleared = true; /* rates are of the time since the last reading; the totals stay */
  const bool is_instant = true;
  if (srt_bistats (socket, &reading.known, is_cleared, is_instant) == SRT_ERROR)
    return false;
  const SRT_TRACEBSTATS *found = &reading.known;
  counter->received_again += count (found->pktRcvRetrans);
  counter->signs = count (found->pktRecvTotal) + count (found->pktRecvACKTotal) + count (found->pktRecvNAKTotal);
  *ret_statistics = (CamSrtStatistics){
      .rtt_ms = found->msRTT,
      .bandwidth_mbit = found->mbpsBandwidth,
      .receive_mbit = found->mbpsRecvRate,
      .send_mbit = found->mbpsSendRate,
      .packets_received = count (found->pktRecvUniqueTotal),
      .packets_sent = count (found->pktSentUniqueTotal),
      .bytes_received = found->byteRecvUniqueTotal,
      .bytes_sent = found->byteSentUniqueTotal,
      .packets_lost = count (found->pktSndLossTotal) + count (found->pktRcvLossTotal),
      .packets_retransmitted = count (found->pktRetransTotal) + counter->received_again,
      .packets_dropped = count (found->pktSndDropTotal) + count (found->pktRcvDropTotal),
      .packets_undecrypted = count (found->pktRcvUndecryptTotal),
      .packets_in_flight = (unsigned) count (found->pktFlightSize),
      .receive_buffer_ms = (unsigned) count (found->msRcvBuf),
      .send_buffer_ms = (unsigned) count (found->msSndBuf),
      .uptime_us = found->msTimeStamp * 1000,
  };
  return true;
}

void
cam_srt_statistics_log (const CamSrtStatistics *self, const CamLogFields *fields)
{
  cam_log (CAM_LOG_DEBUG, NULL, fields,
           "the SRT connection: %.1f s, round trip %.1f ms, packets received %" G_GUINT64_FORMAT ", sent %" G_GUINT64_FORMAT
           ", lost %" G_GUINT64_FORMAT ", retransmitted %" G_GUINT64_FORMAT ", dropped %" G_GUINT64_FORMAT ", undecrypted %" G_GUINT64_FORMAT,
           (double) self->uptime_us / G_USEC_PER_SEC, self->rtt_ms, self->packets_received, self->packets_sent, self->packets_lost,
           self->packets_retransmitted, self->packets_dropped, self->packets_undecrypted);
}
