/* libsrt as a whole: brought up once a process, what it says goes to the log, and whether the one that was loaded fits the headers.
 * Thread: M. Owner: the daemon. */
#pragma once

#include <glib.h>
#include <stdbool.h>

/* Errors: CAM_SRT_ERROR. Refuses a loaded library older than the headers we were built with: its structures may be shorter. */
bool cam_srt_library_start (GError **error);

/* When nothing of SRT is left. */
void cam_srt_library_stop (void);

/* A sentence for the log when the loaded library lacks known repairs, else NULL. Constant. */
const char *cam_srt_library_get_warning (void);

typedef enum
{
  CAM_SRT_ERROR_LIBRARY, /* it does not start, or is too old */
  CAM_SRT_ERROR_BIND,    /* an address cannot be used */
  CAM_SRT_ERROR_OPTION   /* an option was refused */
} CamSrtError;

#define CAM_SRT_ERROR (cam_srt_error_quark ())
GQuark cam_srt_error_quark (void);
