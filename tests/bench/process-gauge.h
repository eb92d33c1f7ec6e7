/* What another process of this machine uses: its own CPU clock, memory, threads and file descriptors.
 * Thread: any. Owner: values. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

typedef struct {
  int64_t cpu_us; /* used since its start, user and system (clock_getcpuclockid (3)) */
  uint64_t rss_bytes;
  unsigned threads;
  unsigned fds;
} BenchGauge;

/* Errors: G_FILE_ERROR (no such process, or not ours to look at). */
bool bench_gauge_read (pid_t pid, BenchGauge *ret_gauge, GError **error);
