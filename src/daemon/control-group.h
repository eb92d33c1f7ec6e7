/* What our control group allows, or one of those around it.
 * Thread: M, at start. Owner: none, functions only. */
#pragma once

#include <stdint.h>

/* The least that @file ("memory.max", "pids.max") says in our group and in those around it; UINT64_MAX: no limit, or none that can be read
 * (kernel: cgroup-v2). */
uint64_t cam_control_group_get_limit (const char *file);

/* The same with @groups, the text of /proc/self/cgroup, and @hierarchy, where the unified hierarchy is mounted (/sys/fs/cgroup). */
uint64_t cam_control_group_find_limit (const char *file, const char *groups, const char *hierarchy);
