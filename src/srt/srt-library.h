/* libsrt as a whole: brought up once a process, what it says goes to the debug log, and whether the one that was loaded fits the headers.
 * Thread: new, free on M; its log lines come from any. Owner: the poller. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct CamSrtLibrary CamSrtLibrary;

/* Errors: CAM_SRT_ERROR_LIBRARY. Refuses a loaded library older than the headers we were built with: its structures may be shorter. */
CamSrtLibrary *cam_srt_library_new (GError **error);

/* When nothing of SRT is used any more. Waits for libsrt's threads (milliseconds, whatever was left open). NULL is fine. */
void cam_srt_library_free (CamSrtLibrary *self);

/* A sentence for the log when the loaded library lacks known repairs, else NULL. Constant. Reads Debian's list of installed packages. */
const char *cam_srt_library_get_warning (void);

/* The same of @version (as srt_getversion ()), installed as @package ("1.5.1-1+deb12u2"; NULL: not known). Pure. */
const char *cam_srt_library_judge (uint32_t version, const char *package);

/* The version of @package in @status, the text of /var/lib/dpkg/status. (transfer full) NULL: it is not there. Pure. */
char *cam_srt_library_find_package (const char *status, size_t size, const char *package);

typedef enum
{
  CAM_SRT_ERROR_LIBRARY, /* it does not start, or is too old */
  CAM_SRT_ERROR_BIND,    /* an address cannot be used */
  CAM_SRT_ERROR_OPTION   /* an option was refused */
} CamSrtError;

#define CAM_SRT_ERROR (cam_srt_error_quark ())
GQuark cam_srt_error_quark (void);
