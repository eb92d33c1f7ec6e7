/* Files and arguments to a config-set: every error at once, each with file and line.
 * Thread: pure but for reading files. Owner: the result is the caller's. */
#pragma once

#include "config/config-set.h"

#define CAM_CONFIG_ERROR (cam_config_error_quark ())
GQuark cam_config_error_quark (void);

typedef enum
{
  CAM_CONFIG_ERROR_SYNTAX,
  CAM_CONFIG_ERROR_UNKNOWN,      /* section or key; "did you mean" */
  CAM_CONFIG_ERROR_TWICE,        /* key, section or camera */
  CAM_CONFIG_ERROR_VALUE,        /* not of the key's type */
  CAM_CONFIG_ERROR_OUT_OF_RANGE,
  CAM_CONFIG_ERROR_CONFLICT,     /* two keys that exclude each other, or one that lacks another */
  CAM_CONFIG_ERROR_FILE          /* cannot be read */
} CamConfigError;

typedef struct {
  const char *config_file; /* NULL: none is read */
  bool config_must_exist;  /* named on the command line */
  const char *cameras_dir; /* NULL: none; *.conf in it, sorted */
  bool cameras_must_exist;
  const char *const *urls; /* "[NAME=]URL" arguments, NULL-terminated, or NULL */
  const char *allow;       /* --allow WHO, or NULL */
  const char *credentials_dir; /* $CREDENTIALS_DIRECTORY, or NULL */
} CamConfigSources;

/* Returns NULL and appends to @errors (of GError, owned; message "FILE:LINE: text", or "argument 'NAME=': text") when anything is wrong. */
CamConfigSet *cam_config_read (const CamConfigSources *sources, GPtrArray *errors);
