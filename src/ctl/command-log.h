/* camrelayctl log: the last minutes of the daemon's log, and what comes.
 * Thread: the program's only one. Owner: none, functions only. */
#pragma once

#include "ctl/command.h"

bool cam_command_log (const CamCommandRow *row, CamCtlSetup *setup, char ***words, GError **error);
