/* How a stream's source is reached, by its URL.
 * Thread: pure. Owner: none, values. */
#pragma once

#include "config/camera-url.h"

typedef enum
{
  CAM_DIAL_MANNER_LOCAL,  /* test:, file: */
  CAM_DIAL_MANNER_TCP,    /* by a connection, which can be tried without a word: rtsp: and its kin */
  CAM_DIAL_MANNER_SRT,    /* by an SRT handshake, which costs a peer nothing: caller and rendezvous */
  CAM_DIAL_MANNER_PASSIVE /* not at all, a sender comes by itself: srt: and mode=listener */
} CamDialManner;

/* @url: nullable, then it is LOCAL: nothing is there to be dialled. */
CamDialManner cam_dial_manner_of (const CamCameraUrl *url);
