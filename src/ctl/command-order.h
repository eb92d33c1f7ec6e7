/* camrelayctl kick, retry, enable, disable, remove, add, set, check and reload: orders, and what came of them.
 * Thread: the program's only one. Owner: none, functions only. */
#pragma once

#include "ctl/command.h"

bool cam_command_kick (const CamCommandRow *row, CamCtlSetup *setup, char ***words, GError **error);
bool cam_command_about_camera (const CamCommandRow *row, CamCtlSetup *setup, char ***words, GError **error); /* retry enable disable remove */
bool cam_command_add (const CamCommandRow *row, CamCtlSetup *setup, char ***words, GError **error);
bool cam_command_set (const CamCommandRow *row, CamCtlSetup *setup, char ***words, GError **error);
bool cam_command_check (const CamCommandRow *row, CamCtlSetup *setup, char ***words, GError **error);
bool cam_command_reload (const CamCommandRow *row, CamCtlSetup *setup, char ***words, GError **error);

/* The object of settings that @words, "[Section.]Key=VALUE" each, say: a value that is left out ("Key=") is the default, "Key" alone takes the key
 * back. NULL and CAM_CTL_ERROR_USAGE. (transfer full) */
JsonObject *cam_command_read_settings (const char *const *words, GError **error);
