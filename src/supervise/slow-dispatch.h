/* M never waits and never works for long: whatever kept it for more than 5 ms at once is said by name, at debug, with what was work of its own: on a
 * busy machine the rest is the time of others.
 * Thread: M. Owner: the dispatch, on its stack. */
#pragma once

#include <stdint.h>

#define CAM_SLOW_DISPATCH_US 5000

typedef struct {
  int64_t began_us;
  int64_t worked_us;
  long waits;
} CamSlowDispatch;

CamSlowDispatch cam_slow_dispatch_begin (void);

/* May be called again, for the next part with the same beginning. @name: "the reaper". */
void cam_slow_dispatch_end (const CamSlowDispatch *self, const char *name);
