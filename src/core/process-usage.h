/* What this process uses of the machine, as /proc says.
 * Thread: any; reads /proc, which never waits. Owner: none, values. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

typedef struct {
  unsigned threads;
  unsigned descriptors;
  unsigned descriptor_limit; /* RLIMIT_NOFILE, the soft one */
  uint64_t resident_bytes;
  double cpu_s;              /* user and system, since start */
} CamProcessUsage;

/* What cannot be read is 0. */
CamProcessUsage cam_process_usage_read (void);

/* The same out of the text of /proc/self/stat (proc(5)): threads, resident_bytes, cpu_s. False: it makes no sense, and nothing is touched. */
bool cam_process_usage_parse (const char *stat, long ticks_a_second, long page_bytes, CamProcessUsage *ret_usage);
