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
