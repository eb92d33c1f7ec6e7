/* The control socket: a Unix socket on which whoever looks after the relay asks and orders, a line of JSON each. Who may connect the file's mode
 * says (0660), what he may then peer-credentials.
 * Thread: new and free M, close H. Owner: control-desk, as one of its doors. */
#pragma once

#include "control/control-desk.h"
#include "core/handed-sockets.h"

typedef struct CamControlSocket CamControlSocket;

#define CAM_CONTROL_MAX_CONNECTIONS 32

/* Listens at @path and gives itself to @desk as a door. A file that a dead process left there is replaced; the file stays behind when we end, as the
 * socket may be kept for the next process. @handed (nullable): sockets that were handed over, taken if they fit.
 * False with CAM_CONTROL_ERROR_SOCKET: somebody listens there, something else is there, or the system refuses; the message names @path. */
bool cam_control_socket_open (CamControlDesk *desk, const char *path, CamHandedSockets *handed, GError **error);

/* Where it is when no path is configured: "control.sock" in the runtime folder, else in the state folder; NULL when there is neither.
 * (transfer full) */
char *cam_control_socket_choose_path (const char *configured, const char *runtime_folder, const char *state_folder);
