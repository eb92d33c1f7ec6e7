/* gst-rtsp-server's media, hollow: what the library needs to answer DESCRIBE and nothing that could carry data. No pipeline runs, no thread,
 * no socket and no stream object exists; the tracks of a description become the media sections of the SDP.
 * Thread: any, one request at a time (the library locks). Owner: the library, for the time of one DESCRIBE (docs/decisions/0002). */
#pragma once

#include <gst/rtsp-server/rtsp-server.h>

#include "media/stream-description.h"

#define CAM_TYPE_RTSP_MEDIA (cam_rtsp_media_get_type ())
G_DECLARE_FINAL_TYPE (CamRtspMedia, cam_rtsp_media, CAM, RTSP_MEDIA, GstRTSPMedia)

/* What the media describes; by its factory, once. @ssrcs: ours; @cname: of our reports. */
void cam_rtsp_media_set_description (CamRtspMedia *self, CamStreamDescription *description, const uint32_t ssrcs[CAM_N_TRACKS], const char *cname);

/* The tracks of @description that can be sent, in the order of the SDP: "stream=N" is @ret_kinds[N]. Returns their number. */
unsigned cam_rtsp_media_list_tracks (const CamStreamDescription *description, CamTrackKind ret_kinds[CAM_N_TRACKS]);
