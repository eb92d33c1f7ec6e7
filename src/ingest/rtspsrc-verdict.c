#include "ingest/rtspsrc-verdict.h"

#include <string.h>

#include "ingest/camera-refusal.h"

#define NO_ANSWER_US (9 * G_USEC_PER_SEC) /* rtspsrc waits for 10 s */

/* Of a refused SETUP the status stands in the text for developers only: "Error (453): Not Enough Bandwidth". 0: there is none. */
static unsigned
find_status (const CamRtspsrcFault *fault)
{
  const char *at = fault->debug != NULL ? strstr (fault->debug, "Error (") : NULL;
  unsigned status = fault->status;
  if (status == 0 && at != NULL)
    status = (unsigned) g_ascii_strtoull (at + strlen ("Error ("), NULL, 10);
  return status >= 300 && status <= 999 ? status : 0;
}

static CamReason
judge_status (const CamRtspsrcFault *fault, unsigned status, char **ret_detail)
{
  const char *phrase = fault->phrase != NULL && *fault->phrase != '\0' ? fault->phrase : cam_rtsp_status_phrase ((int) status);
  g_autoptr (CamRtspMessage) answer = cam_rtsp_message_new_response ((int) status, phrase);
  *ret_detail = g_strdup_printf ("%u %s to %s", status, phrase, fault->asked != NULL ? fault->asked : "the request");
  return cam_camera_refusal_reason (answer, false);
}

static bool
speaks_of_protocols (const char *text)
{
  return text != NULL && (strstr (text, "no protocols left") != NULL || strstr (text, "allow more transport protocols") != NULL);
}

CamReason
cam_rtspsrc_verdict (const CamRtspsrcFault *fault, char **ret_detail)
{
  unsigned status = find_status (fault);
  if (status != 0)
    return judge_status (fault, status, ret_detail);
  if (fault->has_played) {
    *ret_detail = g_strdup_printf ("the connection broke: %s", fault->text);
    return CAM_REASON_CLOSED;
  }
  if (fault->asked == NULL && fault->is_tls) {
    *ret_detail = g_strdup_printf ("no TLS connection comes about: %s", fault->text);
    return CAM_REASON_TLS;
  }
  if (fault->asked == NULL) {
    *ret_detail = g_strdup_printf ("no connection for RTSP comes about: %s", fault->text);
    return CAM_REASON_PROTOCOL;
  }
  /* It does not say what the camera answered to the last of the protocols it may use, here the only one. */
  if (speaks_of_protocols (fault->text) || speaks_of_protocols (fault->debug)) {
    *ret_detail = g_strdup ("the camera does not send over this transport");
    return CAM_REASON_UNSUPPORTED;
  }
  if (fault->waited_us >= NO_ANSWER_US) {
    *ret_detail = g_strdup_printf ("no answer to %s within 10 s", fault->asked);
    return CAM_REASON_TIMEOUT;
  }
  *ret_detail = g_strdup_printf ("after %s: %s", fault->asked, fault->text);
  return CAM_REASON_CLOSED;
}
