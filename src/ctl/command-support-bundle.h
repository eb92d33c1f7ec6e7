/* camrelayctl support-bundle: everything somebody who helps wants to see, as one tar file.
 * Thread: the program's only one. Owner: none, functions only. */
#pragma once

#include "ctl/command.h"

bool cam_command_support_bundle (const CamCommandRow *row, CamCtlSetup *setup, char ***words, GError **error);
