/* The metrics as Prometheus reads them: text exposition format 0.0.4.
 * Thread: any; about 10 ms for 400 streams, so not M or a media loop. Owner: results belong to the caller. */
#pragma once

#include "control/metric-walk.h"

#define CAM_METRICS_CONTENT_TYPE "text/plain; version=0.0.4; charset=utf-8"

/* All metrics; a metric without samples is left out. @readers: of CamReaderView, as cam_rtsp_server_list_readers () has them. (transfer full) */
char *cam_metrics_text (const CamStatus *status, GPtrArray *readers);
