/* The doors for people and programs that look after the relay, as the configuration asks for them.
 * Thread: M. Owner: none; the doors are the desk's. */
#pragma once

#include "control/control-desk.h"
#include "control/http-server.h"
#include "core/handed-sockets.h"
#include "daemon/folders.h"

/* Opens all on @desk. @ret_http: HTTP's, borrowed from the desk. Errors: CAM_CONTROL_ERROR_SOCKET and CAM_SERVE_ERROR_BIND, naming what cannot be opened.
 * Without any folder there is no control socket, which the log says. */
bool cam_control_doors_open (CamControlDesk *desk,
                             CamConfigSet *config,
                             const CamFolders *folders,
                             CamHandedSockets *handed,
                             CamHttpServer **ret_http,
                             GError **error);
