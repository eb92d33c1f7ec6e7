/* One camera of the simulator: plays the clip at its pace, a burst a picture, sound 3 ms behind it, and reports every 5 s.
 * Who may watch is the camera server's business.
 * Thread: its loop. Owner: the camera server. */
#pragma once

#include "clip.h"

#include "core/loop-thread.h"
#include "media/track.h"

typedef struct BenchCamera BenchCamera;

/* Whoever watches; @run is a run of interleaved packets on the channels 0-1 (video) and 2-3 (audio). */
typedef void (*BenchCameraSink) (gpointer viewer, CamTrackKind track, const uint8_t *run, size_t size);

/* @clip: borrowed. @first_us: when its first picture goes out. @offset: the picture of the clip to begin with. */
BenchCamera *
bench_camera_new (CamLoopThread *loop, const BenchClip *clip, unsigned fps, int64_t first_us, uint64_t offset, BenchCameraSink sink);
void bench_camera_free (BenchCamera *self);

/* @viewer: borrowed until it is removed; adding twice and removing what is not there are fine. Not from within the sink. */
void bench_camera_add_viewer (BenchCamera *self, gpointer viewer);
void bench_camera_remove_viewer (BenchCamera *self, gpointer viewer);

/* The SDP of any camera that plays @clip; controls are track0 and track1. (transfer full) */
char *bench_camera_describe (const BenchClip *clip);
