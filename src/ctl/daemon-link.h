/* A connection to a running daemon's control socket: a request, and the answer to it. What requests mean is include/camrelay/control-verbs.def's.
 * Thread: the program's only one; asks block, 35 s at most. Owner: a command. */
#pragma once

#include <json-glib/json-glib.h>
#include <stdbool.h>

#include "ctl/ctl-error.h"

typedef struct CamDaemonLink CamDaemonLink;

/* Where the socket is: @named (--socket; nullable), else $CAMRELAY_SOCKET, else that of the user's own daemon if there is one
 * ($XDG_RUNTIME_DIR/camrelay/control.sock), else /run/camrelay/control.sock. (transfer full) */
char *cam_daemon_link_find_socket (const char *named);

/* Errors: CAM_CTL_ERROR_UNAVAILABLE or _PERMISSION, in words that say what to do. */
CamDaemonLink *cam_daemon_link_open (const char *socket_path, GError **error);
void cam_daemon_link_close (CamDaemonLink *self); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CamDaemonLink, cam_daemon_link_close)

/* Asks for @verb; @arguments (transfer full, nullable): an object with the other members. The answer's result, or NULL with what the daemon said, its
 * details a line each. (transfer full) */
JsonNode *cam_daemon_link_ask (CamDaemonLink *self, const char *verb, JsonObject *arguments, GError **error);

/* Lets @timeout_ms pass; false at once when the daemon goes away meanwhile. */
bool cam_daemon_link_wait (CamDaemonLink *self, int timeout_ms);
