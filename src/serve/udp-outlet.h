/* A reader's outlet over UDP: a lane that is told the stream's rate.
 * Thread: its media loop. Owner: the client's session. */
#pragma once

#include "serve/client-registry.h"
#include "serve/outlet.h"
#include "serve/udp-sender.h"

typedef struct CamUdpOutlet CamUdpOutlet;

/* @lane: (transfer full). @sender, @registry (bytes are counted there): borrowed, outlive it. */
CamUdpOutlet *cam_udp_outlet_new (CamUdpSender *sender, CamUdpLane *lane, CamClientRegistry *registry);
void cam_udp_outlet_free (CamUdpOutlet *self); /* NULL is fine */
CamOutlet *cam_udp_outlet_get (CamUdpOutlet *self);    /* (transfer none) */
CamUdpLane *cam_udp_outlet_get_lane (CamUdpOutlet *self); /* (transfer none) */

/* When its client was alive last, as far as can be told: its last report, or the time at which it began to get anything that it could report on.
 * @now_us while nothing has been sent for a while: common clients report on data only, and read their keep-alives' clock only with data.
 * All CLOCK_MONOTONIC µs; 0: never. */
int64_t cam_udp_outlet_get_alive_us (const CamUdpOutlet *self, int64_t now_us);
