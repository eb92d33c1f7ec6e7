/* M never waits and never works for long: what took it more than 5 ms is said by name, at debug.
 * Thread: M. Owner: none. */
#pragma once

#include <stdint.h>

#define CAM_SLOW_DISPATCH_US 5000

void cam_slow_dispatch_note (const char *name, int64_t took_us);
