/* The signals of a daemon: TERM and INT stop it, a second one ends it at once, HUP has the configuration read again, PIPE means nothing.
 * Also the last resort of a stop: an alarm that ends the process when the teardown hangs.
 * Thread: M. Owner: daemon. */
#pragma once

#include <glib.h>

typedef struct CamSignals CamSignals;

/* @stop (@data) is called on M, once; @reload for each HUP, until then. */
CamSignals *cam_signals_new (void (*stop) (gpointer data), void (*reload) (gpointer data), gpointer data);
void cam_signals_free (CamSignals *self); /* NULL is fine */

/* After @timeout_us the process ends with CAM_EXIT_INTERNAL, whatever its threads are doing. */
void cam_signals_limit_stop (int64_t timeout_us);
