/* How promptly the loops of the process do what they are asked to: M asks each of them once a second and looks when it answers; and how long their
 * turns were within the last minute. Costs a loop one post a second.
 * Thread: M; the answers are the loops'. Owner: status-desk. */
#pragma once

#include "core/clock.h"
#include "core/loop-thread.h"
#include "supervise/status.h"

typedef struct CamLoopVitals CamLoopVitals;

#define CAM_LOOP_VITALS_SECONDS 60

/* @name: copied. @loop: borrowed, outlives it; NULL: the thread's default context itself. @clock: borrowed. */
CamLoopVitals *cam_loop_vitals_new (const char *name, CamLoopThread *loop, const CamClock *clock);
void cam_loop_vitals_free (CamLoopVitals *self); /* NULL is fine */

/* Asks once more, and says what came of the question before. To be called each second; @late_us: by how much M is late with that.
 * @ret_status: filled in, (transfer full). */
void cam_loop_vitals_look (CamLoopVitals *self, int64_t late_us, CamLoopStatus *ret_status);
