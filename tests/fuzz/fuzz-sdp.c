/* Descriptions of cameras: whatever comes, what is read keeps its bounds.
 * Thread: one. Owner: none. */
#include "wire/sdp-read.h"

#include "camrelay/limits.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static void
check_media (const CamSdpMedia *media, CamTrackKind kind)
{
  if (media == NULL)
    return;
  g_assert_cmpint (cam_codec_kind (media->track->codec), ==, kind);
  g_assert_cmpuint (media->payload_type, <, 128);
  g_assert_cmpuint (media->track->parameter_sets->len, <=, 3 * CAM_LIMIT_PARAMETER_SETS);
  g_autofree char *url = cam_sdp_control_url ("rtsp://camera/stream", media->control);
  g_assert_cmpuint (strlen (url), <=, CAM_LIMIT_URI_BYTES + strlen ("rtsp://camera/stream/"));
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CamSdp) sdp = cam_sdp_read ((const char *) data, size, &error);
  g_assert_true ((sdp == NULL) == (error != NULL));
  if (sdp == NULL)
    return 0;
  check_media (sdp->media[CAM_TRACK_VIDEO], CAM_TRACK_VIDEO);
  check_media (sdp->media[CAM_TRACK_AUDIO], CAM_TRACK_AUDIO);
  return 0;
}
