/* Listening sockets that systemd handed over: a socket unit's, and those it kept for us over a restart. What we open ourselves it is asked to keep.
 * Thread: M. Owner: none; the result is the caller's. */
#pragma once

#include "core/handed-sockets.h"

/* Once, before there are threads: the environment is changed. Without systemd there are none, and none is kept.
 * Errors: G_IO_ERROR_INVALID_ARGUMENT for one that is no use; the message names it. (transfer full) */
CamHandedSockets *cam_service_sockets_collect (GError **error);
