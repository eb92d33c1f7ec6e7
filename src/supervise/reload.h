/* Another configuration while the daemon runs, as one transaction: read, check, diff, apply; or nothing at all. Files are read on a thread of its own,
 * the rest is M's. One at a time, in order of asking; SIGHUPs that wait are one.
 * Thread: M, unless said. Owner: the daemon. */
#pragma once

#include "supervise/reload-job.h"
#include "supervise/supervisor.h"

typedef struct CamReload CamReload;

typedef enum
{
  CAM_RELOAD_CHECK, /* read and diff only */
  CAM_RELOAD_APPLY
} CamReloadKind;

/* What came of it: borrowed for the call. */
typedef struct {
  bool is_ok;
  GPtrArray *errors;         /* of GError: "FILE:LINE: text" each; empty when ok */
  const CamConfigDiff *diff; /* NULL when not ok */
} CamReloadResult;

typedef void (*CamReloadDoneFunc) (const CamReloadResult *result, gpointer data); /* on M, once */

/* @sources, @party: copied; @config: what holds now (ref). @supervisor: borrowed. */
CamReload *cam_reload_new (const CamConfigSources *sources, CamConfigSet *config, CamSupervisor *supervisor, const CamReloadParty *party);

/* What waits is done with an error, and so is what comes later. Before the supervisor is stopped; twice is fine. */
void cam_reload_stop (CamReload *self);
void cam_reload_free (CamReload *self); /* NULL is fine; stops; before the supervisor is freed */

/* @edit: NULL for none; copied. @done: nullable. At most 64 wait; past that it is refused at once. One that waits and says the same, @done and @data
 * included, but for edits, stands for both. */
void cam_reload_request (CamReload *self, CamReloadKind kind, const CamReloadEdit *edit, CamReloadDoneFunc done, gpointer data);
