#include "supervise/dial-manner.h"

static CamDialManner
manner_of_srt (CamSrtMode mode)
{
  switch (mode) {
  case CAM_SRT_CALLER:
  case CAM_SRT_RENDEZVOUS:
    return CAM_DIAL_MANNER_SRT;
  case CAM_SRT_LISTENER:
  case CAM_SRT_PUBLISHED:
    break;
  }
  return CAM_DIAL_MANNER_PASSIVE;
}

CamDialManner
cam_dial_manner_of (const CamCameraUrl *url)
{
  if (url == NULL)
    return CAM_DIAL_MANNER_LOCAL;
  switch (url->scheme) {
  case CAM_SCHEME_RTSP:
  case CAM_SCHEME_RTSPS:
  case CAM_SCHEME_RTSP_HTTP:
    return CAM_DIAL_MANNER_TCP;
  case CAM_SCHEME_SRT:
    return manner_of_srt (url->srt->mode);
  case CAM_SCHEME_TEST:
  case CAM_SCHEME_FILE:
    break;
  }
  return CAM_DIAL_MANNER_LOCAL;
}
