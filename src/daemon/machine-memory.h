/* How much memory this process may use: what the machine has, or less where a control group says so.
 * Thread: M, at start. Owner: none, functions only. */
#pragma once

#include <stdint.h>

/* Bytes. */
uint64_t cam_machine_memory_get_bytes (void);

/* The same with the machine's bytes given. @groups: text of /proc/self/cgroup; @hierarchy: where the unified hierarchy is mounted
 * (/sys/fs/cgroup). The least memory.max of our group and of those around it counts (kernel: cgroup-v2, "memory.max"). What cannot be read
 * limits nothing. */
uint64_t cam_machine_memory_limit (uint64_t machine_bytes, const char *groups, const char *hierarchy);
