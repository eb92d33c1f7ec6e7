/* What the reaper does to end things: the table of a worker and the table of an audience. The same, whether a camera dropped, was removed or the daemon stops.
 * Thread: M, but for the news of a departure, which comes on any. Owner: the tables are constants; a subject belongs to its table, whose last step frees it. */
#pragma once

#include "ingest/ingest-worker.h"
#include "serve/rtsp-server.h"
#include "supervise/reaper.h"

/* Subject: CamIngestWorker. Stop, look until it is gone, free. */
extern const CamTeardownTable cam_teardown_worker;

/* Subject: CamDeparture. Close the hub if the mount goes too, end the readers (BYE, close), free. */
extern const CamTeardownTable cam_teardown_audience;

typedef struct CamDeparture CamDeparture;

/* The readers of one mount, and the mount itself unless @keep_mount. @server: borrowed, outlives it. */
CamDeparture *cam_departure_new (CamRtspServer *server, CamStreamHub *hub, const char *camera, unsigned stream, bool keep_mount);
