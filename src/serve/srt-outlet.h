/* A reader's outlet over SRT: each packet's payload, its RTP header left away, is one message. What libsrt has not taken waits here, and libsrt is
 * given no more than a link needs to be full: what waits for a slow one is ours to drop, by groups of pictures. Idle is who has got everything.
 * Thread: its media loop. Owner: the reader's srt-reader. */
#pragma once

#include "serve/client-registry.h"
#include "serve/outlet.h"
#include "srt/srt-connection.h"

#define CAM_SRT_OUTLET_UNSENT_BYTES (1024 * 1024) /* 42 Mbit/s at 200 ms there and back */

typedef struct CamSrtOutlet CamSrtOutlet;

/* @connection, its @loop, @registry (bytes are counted there): borrowed, outlive it. */
CamSrtOutlet *cam_srt_outlet_new (CamSrtConnection *connection, CamLoopThread *loop, CamClientRegistry *registry);
void cam_srt_outlet_free (CamSrtOutlet *self); /* NULL is fine */
CamOutlet *cam_srt_outlet_get (CamSrtOutlet *self); /* (transfer none) */
