/* What libsrt knows of one connection, since it began; filled from the library's own header types.
 * Thread: pure values. Owner: whoever asked. */
#pragma once

#include <stdint.h>

typedef struct {
  double rtt_ms;
  double bandwidth_mbit; /* estimated, of the link */
  double receive_mbit;
  double send_mbit;
  uint64_t packets_received; /* without those that came twice */
  uint64_t packets_sent;
  uint64_t bytes_received;
  uint64_t bytes_sent;
  uint64_t packets_lost;          /* missing at first, either direction */
  uint64_t packets_retransmitted; /* either direction */
  uint64_t packets_dropped;       /* came, or would have been sent, too late */
  uint64_t packets_undecrypted;
  unsigned packets_in_flight;
  unsigned receive_buffer_ms;
  unsigned send_buffer_ms;
  int64_t uptime_us;
} CamSrtStatistics;
