/* Who wants a stream: clients that asked lately, and readers. Says when somebody new asks, and for how long nobody has been there.
 * Thread: note on any, the rest on M. Owner: stream-session. */
#pragma once

#include "supervise/stream-place.h"

typedef struct CamStreamDemand CamStreamDemand;

/* @wanted: on M; calls that come close together become one. @data outlives it. */
CamStreamDemand *cam_stream_demand_new (const CamStreamPlace *place, const char *camera, unsigned stream, void (*wanted) (gpointer data), gpointer data);

/* NULL is fine. After the mount is gone: nobody notes any more. No call after it. */
void cam_stream_demand_free (CamStreamDemand *self);

/* A CamMountWantedFunc: a client asks. @data: the demand. */
void cam_stream_demand_note (gpointer data);

/* Looks who is there. True: readers, or with @may_wait somebody who asked within the last 8 s: so long is a request kept for a stream that is not known. */
bool cam_stream_demand_look (CamStreamDemand *self, bool may_wait, int64_t now_us);

/* How long ago somebody was seen there by note or look; since new when nobody ever was. */
int64_t cam_stream_demand_get_idle_us (const CamStreamDemand *self, int64_t now_us);
