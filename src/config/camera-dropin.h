/* The drop-in of a camera, NAME.d/50-ctl.conf in the state folder's cameras.d: what was changed while the daemon ran, read after every other file.
 * Files that people wrote are never rewritten.
 * Thread: pure. Owner: the caller. */
#pragma once

#include <glib.h>
#include <stdbool.h>

#define CAM_DROPIN_CAMERAS "cameras.d" /* in the state folder */
#define CAM_DROPIN_FOLDER_SUFFIX ".d"  /* behind a camera's name */
#define CAM_DROPIN_FILE "50-ctl.conf"  /* what is edited; others beside it, *.conf, are read as well */

typedef struct {
  const char *section; /* "Camera", "Stream main", "Audio" …: as in a camera's own file */
  const char *key;
  const char *value;   /* raw; "": the default; NULL: the drop-in says nothing of it any more */
} CamDropinSetting;

/* "DIR/cameras.d/NAME.d/50-ctl.conf". (transfer full) */
char *cam_camera_dropin_path (const char *state_folder, const char *camera);

/* The content of a drop-in with @settings taken into @text (the old content, NULL for none) one after the other: keys replaced, added, taken out, and what was said
 * by the other name of the same thing (cam_config_find_twin ()) with them; a section that says nothing any more goes with its last key, all else stays as it was. What comes of it is read back as it was meant, or refused; whether
 * the value fits its key is for whoever reads the configuration. "": nothing is left to say. Passwords are in it: wipe it.
 * NULL and CAM_CONFIG_ERROR: UNKNOWN (section or key), VALUE (what cannot stand on one line: control characters, no UTF-8, over-long, a log-in that begins
 * with a blank), FILE (larger than a file may be). No message repeats a value. (transfer full) */
char *cam_camera_dropin_edit (const char *text, const CamDropinSetting *settings, unsigned n_settings, GError **error);
