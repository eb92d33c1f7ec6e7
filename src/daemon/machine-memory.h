/* How much memory this process may use: what the machine has, or less where a control group says so.
 * Thread: M, at start. Owner: none, functions only. */
#pragma once

#include <stdint.h>

/* Bytes. */
uint64_t cam_machine_memory_get_bytes (void);
