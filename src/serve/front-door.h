/* Lets clients in: accepts on loop 0, refuses what is over a limit, rests when descriptors run out.
 * Thread: loop 0, but for new and free (M). Owner: rtsp-server. */
#pragma once

#include "serve/rtsp-listeners.h"
#include "serve/serve-loop.h"

typedef struct CamFrontDoor CamFrontDoor;

/* @home: loop 0. @listeners: borrowed, outlive it. */
CamFrontDoor *cam_front_door_new (CamServeLoop *home, const CamRtspListeners *listeners);
void cam_front_door_free (CamFrontDoor *self); /* NULL is fine; closed by now */

void cam_front_door_open (CamFrontDoor *self);
void cam_front_door_close (CamFrontDoor *self); /* twice is fine, and before open */
