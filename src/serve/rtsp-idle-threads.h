/* The thread pool that gst-rtsp-server's clients ask for a media thread: always the same one, which is never started, since a hollow media
 * runs nothing.
 * Thread: any. Owner: rtsp-mounts. */
#pragma once

#include <gst/rtsp-server/rtsp-server.h>

GstRTSPThreadPool *cam_rtsp_idle_threads_new (void); /* (transfer full) */
