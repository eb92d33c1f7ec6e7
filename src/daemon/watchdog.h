/* Whether the loops that everything lives on still turn: looked at by a thread of its own, which tells the service manager as long as all do, and
 * writes down where one is stuck. Nobody is ended here: systemd does that when it is told nothing for too long.
 * Thread: new, add, start, stop M; what it does W. Owner: the daemon. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/loop-beat.h"

typedef struct CamWatchdog CamWatchdog;

typedef struct {
  int64_t period_us;    /* in which alive must be called (WatchdogSec=); 0: nobody waits for it */
  void (*alive) (void); /* on W */
  const char *folder;   /* of reports, made when there is one to write; NULL: the log's line is all. Copied */
} CamWatchdogSetup;

/* Watches M, from start on. */
CamWatchdog *cam_watchdog_new (const CamWatchdogSetup *setup);
void cam_watchdog_free (CamWatchdog *self); /* NULL is fine; not started, or stopped */

/* Before start. @name: "media0"; @beat: struck five times a second at least; borrowed, outlives the watchdog's end. */
void cam_watchdog_add (CamWatchdog *self, const char *name, const CamLoopBeat *beat);

/* Errors: G_THREAD_ERROR. A thread that is silent for half the period (10 s when nobody waits) is stuck: an error in the log, with the calls it is
 * in, and a report; alive is not called until all beat again. */
bool cam_watchdog_start (CamWatchdog *self, GError **error);

/* True when W has ended, or was never started. False after a second: it writes to a disk that hangs, and must be left as it is. */
bool cam_watchdog_stop (CamWatchdog *self);
