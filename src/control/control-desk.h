/* What requests from outside work on: the status, the supervisor's and the server's orders, the reload; and the thread H that the doors live on.
 * Thread: new, start, stop and free M; the rest H. Owner: the daemon. */
#pragma once

#include "control/request.h"
#include "supervise/reload.h"
#include "supervise/status.h"

typedef struct {
  CamStatusBoard *board;     /* ref */
  CamSupervisor *supervisor; /* borrowed: touched on M only */
  CamRtspServer *server;     /* borrowed */
  CamReload *reload;         /* borrowed: touched on M only */
  const char *runtime_folder; /* for the socket */
  const char *state_folder;
} CamControlSetup;

/* Makes the thread H; opens nothing yet. Errors: G_THREAD_ERROR. */
CamControlDesk *cam_control_desk_new (const CamControlSetup *setup, GError **error);

/* H's loop, for its beat. (transfer none) */
CamLoopThread *cam_control_desk_get_loop (CamControlDesk *self);

/* Ends H: its doors are closed first; true when it has ended within @timeout_us. */
bool cam_control_desk_stop (CamControlDesk *self, int64_t timeout_us);
void cam_control_desk_free (CamControlDesk *self); /* NULL is fine; after stop */
