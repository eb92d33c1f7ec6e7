/* What requests from outside work on: the status, the supervisor's and the server's orders, the reload; and the thread H that the doors live on.
 * Thread: new, start, stop and free M; the rest H, unless said. Owner: the daemon. */
#pragma once

#include "control/request.h"
#include "supervise/reload.h"
#include "supervise/status.h"

typedef struct CamOrderBook CamOrderBook; /* control/order-book.h */
typedef struct CamBundleRun CamBundleRun; /* control/bundle-run.h */

/* Strings are copied. */
typedef struct {
  CamStatusBoard *board;     /* ref */
  CamSupervisor *supervisor; /* borrowed: touched on M only */
  CamRtspServer *server;     /* borrowed */
  CamReload *reload;         /* borrowed: touched on M only */
  const char *runtime_folder; /* for the socket; NULL: there is none */
  const char *state_folder;   /* NULL: there is none */
} CamControlSetup;

/* Makes the thread H; opens nothing yet. Errors: G_THREAD_ERROR. */
CamControlDesk *cam_control_desk_new (const CamControlSetup *setup, GError **error);

/* H's loop, for its beat. Any thread. (transfer none) */
CamLoopThread *cam_control_desk_get_loop (CamControlDesk *self);

/* What requests work on. Any thread. (transfer none) */
const CamControlSetup *cam_control_desk_get_setup (const CamControlDesk *self);

/* M. From now on @door is the desk's: @close (nullable) is called on H when the desk stops, the newest door first, and must end all that the
 * door does there at once; @free (nullable) on M when the desk is freed. */
typedef void (*CamDoorFunc) (gpointer door);
void cam_control_desk_add_door (CamControlDesk *self, gpointer door, CamDoorFunc close, CamDoorFunc free);

/* Ends H: orders that wait are answered, then doors are closed; true when it has ended within @timeout_us. */
bool cam_control_desk_stop (CamControlDesk *self, int64_t timeout_us);

/* NULL is fine; after stop, and after supervisor and reload, which may still have answers for it. */
void cam_control_desk_free (CamControlDesk *self);

/* Where requests put what M is to do. (transfer none) */
CamOrderBook *cam_control_desk_get_orders (CamControlDesk *self);

/* Who makes support bundles. (transfer none) */
CamBundleRun *cam_control_desk_get_bundles (CamControlDesk *self);
