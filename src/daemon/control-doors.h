/* The doors for people and programs that look after the relay, as the configuration asks for them.
 * Thread: M. Owner: none; the doors are the desk's. */
#pragma once

#include "control/control-desk.h"
#include "core/handed-sockets.h"
#include "daemon/folders.h"

/* Opens all on @desk. Errors: CAM_CONTROL_ERROR_SOCKET, naming what cannot be opened. Without any folder there is no control socket, which the log
 * says. */
bool cam_control_doors_open (CamControlDesk *desk, const CamConfigSet *config, const CamFolders *folders, CamHandedSockets *handed, GError **error);
