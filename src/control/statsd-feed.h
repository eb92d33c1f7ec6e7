/* The metrics as StatsD takes them: counters as what they grew by since the last time, gauges when they changed and now and then all the same. A
 * series' name is the metric's with its labels' values behind, "camrelay_stream_frames_per_second.driveway.main"; what is neither letter,
 * digit, '-' nor '_' in a value becomes '_'.
 * How packets travel is statsd-push's.
 * Thread: pure. Owner: a statsd-push. */
#pragma once

#include "control/metric-walk.h"

/* What goes into an Ethernet frame behind the longest headers, with some to spare for tunnels. */
#define CAM_STATSD_PACKET_BYTES 1432

/* Gauges that do not change are said each so many times. */
#define CAM_STATSD_REFRESH_ROUNDS 6

typedef struct CamStatsdFeed CamStatsdFeed;

CamStatsdFeed *cam_statsd_feed_new (void);
void cam_statsd_feed_free (CamStatsdFeed *self); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CamStatsdFeed, cam_statsd_feed_free)

/* The packets of one round, of GBytes, owned, of lines; no line is cut. Arguments as for cam_metric_walk (). The first round says no counters: from
 * when on they count is not known. (transfer full) */
GPtrArray *cam_statsd_feed_take (CamStatsdFeed *self, const CamStatus *status, const GPtrArray *readers, int64_t now_us);
