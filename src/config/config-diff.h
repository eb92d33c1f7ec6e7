/* What becomes different when one config-set takes the place of another, and what that does to those who watch.
 * Thread: pure. Owner: the caller. */
#pragma once

#include "config/config-set.h"
#include "config/config-table.h"

typedef struct {
  CamConfigKeyId key;
  int stream;   /* of which, for a key of [Stream …]; else -1 */
  char *before; /* owned; as a configuration file would say it, URLs redacted; NULL: it is a secret, or a log-in, which may stand in a URL */
  char *after;  /* owned; likewise */
} CamKeyChange;

typedef enum
{
  CAM_CAMERA_ADDED,
  CAM_CAMERA_REMOVED,
  CAM_CAMERA_CHANGED
} CamCameraChange;

typedef struct {
  char *camera; /* owned */
  CamCameraChange change;
  GPtrArray *keys; /* of CamKeyChange, owned; of a changed one, without those of a stream that appears or vanishes, or is not there at all */
  CamKeyEffect effects[CAM_N_STREAMS]; /* on each stream that is there before and after */
  bool appears[CAM_N_STREAMS];         /* of a changed one: the stream was not there, and is now */
  bool vanishes[CAM_N_STREAMS];
} CamCameraDiff;

typedef struct {
  GPtrArray *server;   /* of CamKeyChange, owned */
  GPtrArray *cameras;  /* of CamCameraDiff, owned, sorted by name; those that did not change are not in it */
  GPtrArray *users;    /* of char *, owned: names of users added, removed or changed, "+bob" "-bob" "~bob" */
  GPtrArray *tokens;   /* likewise */
} CamConfigDiff;

/* By the table: fields, and of keys without one (URLs, log-ins, passphrases) what was made of them. A URL is a key of [Stream …], whichever section
 * it was in; Username and Password are the camera's. Both sets are sorted. (transfer full) */
CamConfigDiff *cam_config_diff_new (const CamConfigSet *before, const CamConfigSet *after);
void cam_config_diff_free (CamConfigDiff *self); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CamConfigDiff, cam_config_diff_free)

bool cam_config_diff_is_empty (const CamConfigDiff *self);

/* A line each for people: "~ camera driveway: [Stream main] StallTimeout=5s → 10s (live)", "~ camera driveway: [Camera] Password (reconnects)",
 * "+ camera driveway: [Stream sub]", "- user bob", "~ [Limits] MaxReaders=1024 → 10 (live)". (of char *, owned) (transfer full) */
GPtrArray *cam_config_diff_describe (const CamConfigDiff *self);
