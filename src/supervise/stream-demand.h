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

/* Whether a stream on demand is at work, and to be left when nobody wants it any more. Anew: looks begin a second later. */
void cam_stream_demand_watch (CamStreamDemand *self, bool is_at_work, int64_t now_us);

/* When tick has something to do; INT64_MAX: nothing. */
int64_t cam_stream_demand_get_due_us (const CamStreamDemand *self);

/* Looks once a second while watched. True: nobody was seen there for @idle_us, or since new when nobody ever was. */
bool cam_stream_demand_tick (CamStreamDemand *self, bool may_wait, int64_t idle_us, int64_t now_us);
