/* The drop-in of a camera, NAME.d/50-ctl.conf in the state folder's cameras.d: what was changed while the daemon ran, read after every other file.
 * Files that people wrote are never rewritten.
 * Thread: pure. Owner: the caller. */
#pragma once

#include <glib.h>
#include <stdbool.h>

#define CAM_DROPIN_FILE "50-ctl.conf"

typedef struct {
  const char *section; /* "Camera", "Stream main", "Audio" …: as in a camera's own file */
  const char *key;
  const char *value;   /* raw; "": the default; NULL: the drop-in says nothing of it any more */
} CamDropinSetting;

/* "DIR/cameras.d/NAME.d/50-ctl.conf". (transfer full) */
char *cam_camera_dropin_path (const char *state_folder, const char *camera);

/* The content of a drop-in with @settings taken into @text (the old content, NULL for none): keys replaced, added, taken out, all else as it was.
 * NULL and CAM_CONFIG_ERROR: a section or key nobody knows, a value that cannot stand on one line. (transfer full) */
char *cam_camera_dropin_edit (const char *text, const CamDropinSetting *settings, unsigned n_settings, GError **error);
