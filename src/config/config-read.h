/* Files and arguments to a config-set: every error at once, each with file and line.
 * Thread: pure but for reading files. Owner: the result is the caller's. */
#pragma once

#include "config/config-error.h"
#include "config/config-set.h"

typedef struct {
  const char *config_file; /* NULL: none is read */
  bool config_must_exist;  /* named on the command line */
  const char *cameras_dir; /* NULL: none; *.conf in it, sorted */
  bool cameras_must_exist;
  const char *const *urls; /* "[NAME=]URL" arguments, NULL-terminated, or NULL */
  const char *allow;       /* --allow WHO, or NULL */
  const char *state_folder; /* NULL: none; the drop-ins in its cameras.d, NAME.d/FILE.conf, sorted, are read after everything else */
  const char *credentials_dir; /* $CREDENTIALS_DIRECTORY, or NULL */
  const char *override_path; /* NULL: none; one of the files, or a drop-in's path as cam_camera_dropin_path () makes it, which need not exist */
  const char *override_text; /* its content in this reading; "": the file is not there */
} CamConfigSources;

/* Returns NULL and appends to @errors (of GError, owned; message "FILE:LINE: text", or "argument 'NAME=': text") when anything is wrong. */
CamConfigSet *cam_config_read (const CamConfigSources *sources, GPtrArray *errors);

/* The same, and whether or not something is wrong @ret_description: what was read as config-describe says it, without any secret, for as long as
 * the caller keeps it. (transfer full) */
CamConfigSet *cam_config_read_described (const CamConfigSources *sources, GPtrArray *errors, char **ret_description);
