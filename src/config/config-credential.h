/* Passwords that the service manager hands over as files (systemd.exec(5), CREDENTIALS).
 * Thread: any that may wait for a disk. Owner: the caller. */
#pragma once

#include "core/secret.h"

/* The secret in @directory/@name without the line end at its end. @directory: NULL when there are no credentials.
 * Errors: CAM_CONFIG_ERROR_VALUE (@name is no file name), CAM_CONFIG_ERROR_FILE; the message begins with the name in quotes. (transfer full) */
CamSecret *cam_config_credential_read (const char *directory, const char *name, GError **error);
