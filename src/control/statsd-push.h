/* Pushes the metrics to [StatsD] Address each 10 s, over UDP, without ever waiting: what the socket does not take is lost, as it may be on the way.
 * What is in the packets is statsd-feed's.
 * Thread: open M; all else H. Owner: control-desk, as one of its doors. */
#pragma once

#include "control/control-desk.h"
#include "core/resolver.h"

#define CAM_STATSD_PERIOD_US (10 * G_USEC_PER_SEC)

/* Gives itself to @desk as a door. The address is looked up in the status each time: it may change while running. @resolver: borrowed, outlives the
 * desk's thread. @period_us: CAM_STATSD_PERIOD_US, but for tests. */
void cam_statsd_push_open (CamControlDesk *desk, CamResolver *resolver, int64_t period_us);
