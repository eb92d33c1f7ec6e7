/* The room's error domain: one code a reason that a caller or a test tells apart.
 * Thread: any. Owner: none, constants. */
#pragma once

#include <glib.h>

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

/* @text as an error message quotes it: in single quotes, at most 60 characters and then "…", control characters as '?', valid UTF-8; of what may be a URL
 * without what redact.h leaves out of one: people put URLs where they do not belong, and messages go into the log. (transfer full) */
char *cam_config_quote (const char *text);
