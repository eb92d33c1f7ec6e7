/* What the guard lets through keeps its promises; the path of any URI is read. */
#include <string.h>

#include "camrelay/limits.h"
#include "wire/rtsp-framing.h"
#include "wire/rtsp-guard.h"
#include "wire/rtsp-uri.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static void
check (const CamRtspMessage *message)
{
  CamRtspRequest request;
  CamRtspPath path;
  uint32_t cseq = 0;
  bool is_closed = false;
  if (cam_rtsp_guard_check (message, &request, &cseq, &is_closed) == 0) {
    g_assert_cmpuint (request.method, <, CAM_N_METHODS);
    g_assert_true (strcmp (request.uri, "*") == 0 || cam_rtsp_uri_get_path (request.uri) != NULL);
    g_assert_true (request.session == NULL || (strlen (request.session) > 0 && strlen (request.session) <= 64));
  }
  if (message->is_request && cam_rtsp_path_parse (message->uri, &path)) {
    g_assert_cmpuint (strlen (path.camera), >, 0);
    g_assert_cmpuint (path.stream, <=, 1);
    g_assert_cmpint (path.track, <=, 9);
  }
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  CamRtspFraming *framing = cam_rtsp_framing_new (CAM_LIMIT_BODY_BYTES, true);
  CamFrame frame;
  size_t room = 0;
  if (size > 0)
    memcpy (cam_rtsp_framing_get_room (framing, size, &room), data, size);
  cam_rtsp_framing_commit (framing, size);
  while (cam_rtsp_framing_next (framing, &frame) == CAM_FRAME_MESSAGE || frame.kind == CAM_FRAME_DATA) {
    g_autoptr (CamRtspMessage) message = g_steal_pointer (&frame.message);
    if (message != NULL)
      check (message);
  }
  cam_rtsp_framing_free (framing);
  return 0;
}
