/* What libsrt knows of one connection, since it began; filled from the library's own header types.
 * Thread: pure values; the counter is T's. Owner: whoever asked. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/log.h"

typedef struct {
  double rtt_ms;
  double bandwidth_mbit; /* estimated, of the link */
  double receive_mbit;   /* of the last second */
  double send_mbit;      /* likewise */
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

/* What libsrt forgets from one reading to the next. All zero at first. */
typedef struct {
  uint64_t received_again; /* packets that the peer sent once more */
  uint64_t signs;          /* of the peer's life: data, acknowledgements, loss reports */
} CamSrtCounter;

/* Reads those of @socket, once a second. False: libsrt has no such connection (any more), and nothing is touched. */
bool cam_srt_statistics_read (int socket, CamSrtCounter *counter, CamSrtStatistics *ret_statistics);

/* The debug line of a connection that ends; @fields: whose it was. */
void cam_srt_statistics_log (const CamSrtStatistics *self, const CamLogFields *fields);
