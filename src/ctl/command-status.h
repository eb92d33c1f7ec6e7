/* camrelayctl status and cameras: what the relay and its cameras do, as a table or as JSON, once or again each second.
 * Thread: the program's only one. Owner: none, functions only. */
#pragma once

#include "ctl/command.h"

bool cam_command_status (const CamCommandRow *row, CamCtlSetup *setup, char ***words, GError **error);
bool cam_command_cameras (const CamCommandRow *row, CamCtlSetup *setup, char ***words, GError **error);
