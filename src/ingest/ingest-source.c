#include "ingest/ingest-source.h"

static const CamStreamConfig *
get_config (const CamIngestSetup *setup)
{
  return &setup->camera->streams[setup->stream];
}

CamTransport
cam_ingest_setup_get_transport (const CamIngestSetup *setup, const CamCameraUrl *url)
{
  CamTransport configured = get_config (setup)->transport;
  if (url->scheme == CAM_SCHEME_RTSP_HTTP)
    return CAM_TRANSPORT_HTTP;
  if (url->scheme == CAM_SCHEME_RTSPS)
    return CAM_TRANSPORT_TCP;
  if (setup->transport != CAM_TRANSPORT_AUTO)
    return setup->transport;
  return configured != CAM_TRANSPORT_AUTO ? configured : CAM_TRANSPORT_TCP;
}

const CamIngestKind *
cam_ingest_setup_choose_kind (const CamIngestSetup *setup, const CamCameraUrl *url)
{
  switch (url->scheme) {
  case CAM_SCHEME_RTSP:
    return cam_ingest_setup_get_transport (setup, url) == CAM_TRANSPORT_TCP ? &cam_rtsp_client_kind : &cam_rtspsrc_kind;
  case CAM_SCHEME_RTSPS:
  case CAM_SCHEME_RTSP_HTTP:
    return &cam_rtspsrc_kind;
  case CAM_SCHEME_TEST:
    return &cam_test_kind;
  case CAM_SCHEME_SRT:
    return &cam_srt_kind;
  case CAM_SCHEME_FILE:
    break;
  }
  return &cam_file_kind;
}

/* SRT gives up what would come too late, on a link that is too thin again and again. */
static bool
loses_nothing (const CamIngestSetup *setup, const CamCameraUrl *url)
{
  CamTransport transport = cam_ingest_setup_get_transport (setup, url);
  return url->scheme != CAM_SCHEME_SRT && transport != CAM_TRANSPORT_UDP && transport != CAM_TRANSPORT_MULTICAST;
}

bool
cam_ingest_setup_waits_for_key (const CamIngestSetup *setup, const CamCameraUrl *url)
{
  const CamStreamConfig *config = get_config (setup);
  switch (config->on_loss) {
  case CAM_ON_LOSS_FORWARD:
    return false;
  case CAM_ON_LOSS_WAIT_FOR_KEY:
    return true;
  case CAM_ON_LOSS_AUTO:
    break;
  }
  return loses_nothing (setup, url);
}
