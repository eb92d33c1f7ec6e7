/* Another configuration while the daemon runs, as one transaction: read, check, diff, apply; or nothing at all. Files are read on a thread of its own,
 * the rest is M's. One at a time, in order of asking; SIGHUPs that wait are one.
 * Thread: M, unless said. Owner: the daemon. */
#pragma once

#include "config/camera-dropin.h"
#include "config/config-diff.h"
#include "config/config-read.h"
#include "supervise/supervisor.h"

typedef struct CamReload CamReload;

typedef enum
{
  CAM_RELOAD_CHECK, /* read and diff only */
  CAM_RELOAD_APPLY
} CamReloadKind;

typedef enum
{
  CAM_EDIT_NONE,
  CAM_EDIT_ADD,   /* a camera that does not exist yet */
  CAM_EDIT_SET,   /* keys of one that does; also Enabled= */
  CAM_EDIT_REMOVE /* one that only its drop-in makes */
} CamEditKind;

/* A change of one camera's drop-in, written only when the whole configuration is right with it. */
typedef struct {
  CamEditKind kind;
  const char *camera;
  const CamDropinSetting *settings;
  unsigned n_settings;
} CamReloadEdit;

/* What came of it: borrowed for the call. */
typedef struct {
  bool is_ok;
  GPtrArray *errors;         /* of GError: "FILE:LINE: text" each; empty when ok */
  const CamConfigDiff *diff; /* NULL when not ok */
} CamReloadResult;

typedef void (*CamReloadDoneFunc) (const CamReloadResult *result, gpointer data); /* on M, once */

/* @sources: copied; @config: what holds now (ref). @supervisor: borrowed. */
CamReload *cam_reload_new (const CamConfigSources *sources, CamConfigSet *config, CamSupervisor *supervisor);
void cam_reload_free (CamReload *self); /* NULL is fine; what waits is done with an error first */

/* @edit: NULL for none; copied. @done: nullable. At most 64 wait; past that it is refused at once. */
void cam_reload_request (CamReload *self, CamReloadKind kind, const CamReloadEdit *edit, CamReloadDoneFunc done, gpointer data);
