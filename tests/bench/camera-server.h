/* The camera simulator's server: N cameras that play one clip behind one port of 127.0.0.1.
 * Thread: its loop, but for new and free. Owner: the program. */
#pragma once

#include "clip.h"

typedef struct BenchCameraServer BenchCameraServer;

/* Starts a loop, and on it @n_cameras whose pictures are spread evenly over one interval. @clip: borrowed. @port: 0 for a free one.
 * Errors: G_IO_ERROR, G_THREAD_ERROR, G_FILE_ERROR. */
BenchCameraServer *bench_camera_server_new (const BenchClip *clip, unsigned n_cameras, unsigned fps, uint16_t port, GError **error);
void bench_camera_server_free (BenchCameraServer *self); /* closes all connections */

uint16_t bench_camera_server_get_port (const BenchCameraServer *self);
