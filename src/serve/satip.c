#include "serve/satip.h"

#include <string.h>

#include "wire/rtsp-uri.h"
#include "wire/ts-mux.h"

#define STREAM_PATH "/stream=" G_STRINGIFY (CAM_SATIP_STREAM_ID)

bool
cam_satip_is_setup (const CamRtspRequest *request, const CamRtspPath *path)
{
  return request->method == CAM_METHOD_SETUP && request->cseq == 0 && request->session == NULL && path->track < 0;
}

bool
cam_satip_names_stream (const char *uri)
{
  const char *path = cam_rtsp_uri_get_path (uri);
  return path != NULL && g_str_equal (path, STREAM_PATH);
}

bool
cam_satip_can_carry (const CamStreamDescription *description)
{
  bool any = false;
  for (unsigned i = 0; description != NULL && i < CAM_N_TRACKS; i++)
    any = any || (description->tracks[i] != NULL && cam_ts_mux_can_carry (description->tracks[i]));
  return any;
}
