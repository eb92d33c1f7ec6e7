/* One connection to the camera simulator: answers RTSP over TCP as a plain camera does and sends what it is given.
 * Thread: its loop. Owner: the camera server, told by its gone callback. */
#pragma once

#include "simulated-camera.h"

typedef struct BenchViewer BenchViewer;

typedef struct {
  CamLoopThread *loop;
  GPtrArray *cameras; /* of BenchCamera; /cam0 is the first */
  const char *sdp;
  void (*on_gone) (BenchViewer *viewer, gpointer data); /* frees it; not from within the sink */
  gpointer data;
} BenchViewerHouse;

/* @fd: connected, non-blocking (transfer full). @house: borrowed. */
BenchViewer *bench_viewer_new (const BenchViewerHouse *house, int fd);
void bench_viewer_free (BenchViewer *self);

/* The cameras' sink. */
void bench_viewer_send (gpointer viewer, CamTrackKind track, const uint8_t *run, size_t size);
