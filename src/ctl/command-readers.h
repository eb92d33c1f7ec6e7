/* camrelayctl readers: who watches.
 * Thread: the program's only one. Owner: none, functions only. */
#pragma once

#include "ctl/command.h"

bool cam_command_readers (const CamCommandRow *row, CamCtlSetup *setup, char ***words, GError **error);
