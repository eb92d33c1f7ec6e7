/* The mounts by path: gst-rtsp-server's mount points, and what else its client objects must be given.
 * Thread: any. Owner: rtsp-server. */
#pragma once

#include "serve/rtsp-factory.h"

typedef struct CamRtspMounts CamRtspMounts;

/* Cheap: the library is not touched before the first publish. */
CamRtspMounts *cam_rtsp_mounts_new (void);
void cam_rtsp_mounts_free (CamRtspMounts *self); /* NULL is fine */

void cam_rtsp_mounts_publish (CamRtspMounts *self, CamRtspFactory *factory); /* takes its own reference; replaces a mount of the same path */
void cam_rtsp_mounts_withdraw (CamRtspMounts *self, CamRtspFactory *factory);

/* The mount of a camera's stream, or NULL. (transfer full) */
CamRtspFactory *cam_rtsp_mounts_find (CamRtspMounts *self, const char *camera, unsigned stream);

/* All mounts. Of CamRtspFactory, ref. (transfer full) */
GPtrArray *cam_rtsp_mounts_list (CamRtspMounts *self);

/* Gives a library client object what it asks for. After the first publish. */
void cam_rtsp_mounts_equip (CamRtspMounts *self, GstRTSPClient *client);
