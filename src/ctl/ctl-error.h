/* The program's error domain, and what each error means as an exit status.
 * Thread: any. Owner: none, constants. */
#pragma once

#include <glib.h>

#define CAM_CTL_ERROR (cam_ctl_error_quark ())
GQuark cam_ctl_error_quark (void);

typedef enum
{
  CAM_CTL_ERROR_USAGE,       /* what was typed, or what it names, is wrong: there is no such camera */
  CAM_CTL_ERROR_UNAVAILABLE, /* the daemon does not run, is busy, or has gone */
  CAM_CTL_ERROR_PERMISSION,  /* who asks may not */
  CAM_CTL_ERROR_CONFIG,      /* the configuration is, or would be, wrong */
  CAM_CTL_ERROR_SYSTEM       /* a file, the terminal, an answer that nobody understands */
} CamCtlError;

/* Of camrelay/exit-codes.h. */
int cam_ctl_exit_status (const GError *error);
