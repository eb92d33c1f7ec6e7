/* What one reload does with files: reads and checks the configuration as it would be with an edit, and writes that edit. Both block, so each runs on a short
 * thread of its own.
 * Thread: any, one at a time: M between the runs, the thread of a run while that goes on. Owner: last reference. */
#pragma once

#include "config/camera-dropin.h"
#include "config/config-diff.h"
#include "config/config-read.h"
#include "serve/serve-draft.h"
#include "supervise/main-inbox.h"
#include "supervise/reload-party.h"

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

typedef struct CamReloadJob CamReloadJob;

/* @sources, @edit (NULL: none), @party (NULL: nobody has a say; only fit is called): copied. @before: what holds now (ref). @inbox: ref. */
CamReloadJob *cam_reload_job_new (const CamConfigSources *sources, const CamReloadEdit *edit, CamConfigSet *before, CamMainInbox *inbox,
                                  const CamReloadParty *party);
CamReloadJob *cam_reload_job_ref (CamReloadJob *self);
void cam_reload_job_unref (CamReloadJob *self); /* NULL is fine */

/* M, between runs: what holds by now, that is compared with. */
void cam_reload_job_set_before (CamReloadJob *self, CamConfigSet *before);

/* As they were given. Borrowed. */
const CamConfigSources *cam_reload_job_get_sources (const CamReloadJob *self);

/* Reads and checks on a thread of its own; then, or when there can be no thread, @over (@data) on M. Never, once the job was detached. */
void cam_reload_job_read (CamReloadJob *self, void (*over) (gpointer data), gpointer data);

/* Likewise: writes the edit, if there is one. */
void cam_reload_job_write (CamReloadJob *self, void (*over) (gpointer data), gpointer data);

/* M: waits for somebody else to tell. */
void cam_reload_job_await (CamReloadJob *self, void (*over) (gpointer data), gpointer data);
void cam_reload_job_tell (CamReloadJob *self);

/* M: nobody waits any more. */
void cam_reload_job_detach (CamReloadJob *self);

bool cam_reload_job_has_edit (const CamReloadJob *self);

/* What is wrong: of GError; empty: nothing so far. More may be added, (transfer full). */
GPtrArray *cam_reload_job_get_errors (CamReloadJob *self);
void cam_reload_job_add_error (CamReloadJob *self, GError *error);

/* After a reading without errors. Borrowed, but for the draft (transfer full), which is there once. */
CamConfigSet *cam_reload_job_get_config (const CamReloadJob *self);
const CamConfigDiff *cam_reload_job_get_diff (const CamReloadJob *self);
CamServeDraft *cam_reload_job_steal_draft (CamReloadJob *self);
CamServeDraft *cam_reload_job_get_draft (const CamReloadJob *self);
