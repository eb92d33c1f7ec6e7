/* camrelayctl camera: all that is known of one camera.
 * Thread: the program's only one. Owner: none, functions only. */
#pragma once

#include "ctl/command.h"

bool cam_command_camera (const CamCommandRow *row, CamCtlSetup *setup, char ***words, GError **error);
