/* The walls around a decoder: once entered, this process opens no file, no socket and no other process, starts no program, maps no memory
 * that can be executed, and has a bounded share of time and memory. Thread: the only one: walls are inherited by threads started later.
 * Owner: none, there is no way back. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

typedef struct {
  size_t memory_bytes;  /* private memory that can be written to; over it, allocations fail */
  unsigned cpu_seconds; /* since the process began; over it, it is killed */
} CamSandboxLimits;

/* False with @ret_why (a constant) when the system refuses a wall without which nothing may be decoded. Descriptors above 2 are closed. */
bool cam_sandbox_enter (const CamSandboxLimits *limits, const char **ret_why);
