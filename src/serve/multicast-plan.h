/* Which group each stream is sent to: an address of MulticastRange and two pairs of ports that belong to it.
 * A stream keeps its group over restarts and while others come and go: its place in the range is a hash of its path, and only where two
 * streams would meet, the one whose camera comes later in the alphabet goes to the next free one.
 * Thread: any, immutable. Owner: rtsp-server. */
#pragma once

#include <netinet/in.h>

#include "config/config-set.h"
#include "media/codec.h"

typedef struct {
  struct in_addr group;
  uint16_t rtp_ports[CAM_N_TRACKS]; /* even; RTCP goes to the next one */
} CamMulticastPlace;

typedef struct CamMulticastPlan CamMulticastPlan;

/* A place for each stream that @config has; for none while it has no MulticastRange. */
CamMulticastPlan *cam_multicast_plan_new (const CamConfigSet *config);
/* The same for another configuration: streams that @before placed stay where they are, in its range, whatever @config says of that. */
CamMulticastPlan *cam_multicast_plan_new_after (const CamMulticastPlan *before, const CamConfigSet *config);
void cam_multicast_plan_free (CamMulticastPlan *self); /* NULL is fine */

/* False: that stream has no place. */
bool cam_multicast_plan_find (const CamMulticastPlan *self, const char *camera, unsigned stream, CamMulticastPlace *ret_place);
