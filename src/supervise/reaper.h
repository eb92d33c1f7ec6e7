/* The teardown queue: jobs that walk through tables of steps, one GSource on M, whatever ended and for whatever reason.
 * No step waits: it asks, or looks whether what it asked for has happened. A step over its budget puts its camera in quarantine:
 * nothing is freed under a running thread, the job is looked at once a second, and goes on if it clears.
 * Thread: M. Owner: supervisor. */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "core/clock.h"

typedef struct CamReaper CamReaper;

typedef struct {
  const char *name;       /* for the log: "stop" */
  int64_t budget_us;      /* until quarantine */
  int64_t stop_budget_us; /* the same while the daemon stops */
  /* True when it is done. Called again until then; @is_first is true once. Never calls the reaper. */
  bool (*run) (gpointer subject, bool is_first, bool is_stopping);
} CamTeardownStep;

typedef struct {
  const char *name; /* "worker" */
  const CamTeardownStep *steps;
  unsigned n_steps;
} CamTeardownTable;

#define CAM_REAPER_QUARANTINE_LIMIT 8 /* distinct cameras: past that a clean process is better */

/* Attaches to the thread's default context. @overwhelmed (nullable) is called once, when the quarantine limit is reached. */
CamReaper *cam_reaper_new (const CamClock *clock, void (*overwhelmed) (gpointer data), gpointer data);
void cam_reaper_free (CamReaper *self); /* NULL is fine; asserts that it is idle */

/* Queues a job; @table is constant. @done is called once, from the reaper's dispatch, after the last step; it may add jobs. */
void cam_reaper_add (CamReaper *self,
                     const CamTeardownTable *table,
                     const char *camera,
                     gpointer subject,
                     void (*done) (gpointer data),
                     gpointer data);

/* The daemon stops: from now on stop budgets hold, also for the steps under way, from now. */
void cam_reaper_hurry (CamReaper *self);

bool cam_reaper_is_idle (const CamReaper *self);
bool cam_reaper_is_quarantined (const CamReaper *self, const char *camera);
unsigned cam_reaper_count_quarantined (const CamReaper *self); /* distinct cameras */

/* One dispatch, for tests with a hand-turned clock: at most 32 steps or 4 ms, one step a job. */
void cam_reaper_turn (CamReaper *self);
