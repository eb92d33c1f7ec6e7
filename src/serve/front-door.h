/* Lets clients in: accepts on loop 0, refuses what is over a limit, rests when descriptors run out. Those of rtsps:// ports shake hands first.
 * Thread: loop 0, but for what says M, new and free. Owner: rtsp-server. */
#pragma once

#include "serve/rtsp-listeners.h"
#include "serve/serve-loop.h"
#include "serve/tls-identity.h"

typedef struct CamFrontDoor CamFrontDoor;

/* @home: loop 0. @listeners: borrowed, outlive it. @identity: what their sealed ones show, a reference is taken; NULL without such. */
CamFrontDoor *cam_front_door_new (CamServeLoop *home, const CamRtspListeners *listeners, CamTlsIdentity *identity);
void cam_front_door_free (CamFrontDoor *self); /* NULL is fine; closed and shut by now, or never opened */

void cam_front_door_open (CamFrontDoor *self);

/* M, after new and before close. @after, borrowed as at new, in place of @before (transfer full), which is freed once nobody accepts there any more; @identity:
 * what is shown from now on, NULL: nothing is sealed. Who is inside stays. */
void cam_front_door_post_change (CamFrontDoor *self, CamRtspListeners *before, const CamRtspListeners *after, CamTlsIdentity *identity);

/* Accepts no more. @shut is called once, when nobody is left who came in without being a connection yet, and is the last that is done with @self. */
void cam_front_door_close (CamFrontDoor *self, void (*shut) (gpointer data), gpointer data);
