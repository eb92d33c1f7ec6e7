/* How long the main loop's turns take: from the end of its sleep to the next one. Two readings of the clock a turn.
 * Thread: M. Owner: status-desk. */
#pragma once

#include "core/clock.h"

typedef struct CamMainTurn CamMainTurn;

/* Attaches to the thread's default context. @clock: borrowed. */
CamMainTurn *cam_main_turn_new (const CamClock *clock);
void cam_main_turn_free (CamMainTurn *self); /* NULL is fine */

/* The longest turn since it was asked last, in µs; of the one that goes on, what has passed of it. */
int64_t cam_main_turn_take_worst_us (CamMainTurn *self);
