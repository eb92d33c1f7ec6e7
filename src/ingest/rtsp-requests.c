#include "ingest/camera-dialogue-private.h"

#include <string.h>

#include "camrelay/limits.h"

#define SESSION_BYTES 256
#define SESSION_TIMEOUT_S 60 /* RFC 2326, 12.37 */
#define SESSION_TIMEOUT_LEAST_S 5
#define SESSION_TIMEOUT_MOST_S 3600

static char *
aggregate_url (const CamCameraDialogue *self)
{
  const char *control = self->sdp != NULL && self->sdp->control != NULL ? self->sdp->control : "";
  return cam_sdp_control_url (self->base, control);
}

char *
cam_camera_dialogue_dup_session_url (const CamCameraDialogue *self)
{
  g_autofree char *url = aggregate_url (self);
  g_autoptr (CamCameraUrl) read = cam_camera_url_parse (url, NULL);
  if (read == NULL)
    return g_strdup (self->url->clean);
  /* As the camera wrote it, unless it put somebody's password in. */
  return g_strdup (read->username != NULL || read->password != NULL ? read->clean : url);
}

/* The method and URL of the phase's request; for CAM_PHASE_PLAYING a keep-alive. */
static const char *
choose_request (const CamCameraDialogue *self, char **ret_url)
{
  switch (self->phase) {
  case CAM_PHASE_OPTIONS:
    *ret_url = g_strdup (self->url->clean);
    return "OPTIONS";
  case CAM_PHASE_DESCRIBE:
    *ret_url = g_strdup (self->url->clean);
    return "DESCRIBE";
  case CAM_PHASE_SETUP:
    *ret_url = cam_sdp_control_url (self->base, self->sdp->media[self->setting_up]->control);
    return "SETUP";
  case CAM_PHASE_PLAY:
    *ret_url = aggregate_url (self);
    return "PLAY";
  case CAM_PHASE_PLAYING:
    *ret_url = aggregate_url (self);
    return self->knows_get_parameter ? "GET_PARAMETER" : "OPTIONS";
  case CAM_PHASE_LEAVING:
  case CAM_PHASE_OVER:
    break;
  }
  *ret_url = aggregate_url (self);
  return "TEARDOWN";
}

static void
add_phase_headers (const CamCameraDialogue *self, CamRtspMessage *request)
{
  if (self->phase == CAM_PHASE_DESCRIBE)
    cam_rtsp_message_add (request, "Accept", "application/sdp");
  if (self->phase == CAM_PHASE_PLAY && !self->plays_without_range)
    cam_rtsp_message_add (request, "Range", "npt=0.000-");
  if (self->phase != CAM_PHASE_SETUP)
    return;
  const CamRtspTransport *asked = &self->transports[self->setting_up];
  cam_rtsp_message_addf (request, "Transport", "RTP/AVP/TCP;unicast;interleaved=%u-%u", asked->channels[0], asked->channels[1]);
}

void
cam_camera_dialogue_write_request (CamCameraDialogue *self, int64_t now_us, GBytes **ret_output)
{
  g_autofree char *url = NULL;
  const char *method = choose_request (self, &url);
  g_autoptr (CamRtspMessage) request = cam_rtsp_message_new_request (method, url);
  cam_rtsp_message_addf (request, "CSeq", "%u", ++self->cseq);
  cam_rtsp_message_add (request, "User-Agent", "camrelay");
  g_autofree char *authorization = cam_auth_client_header (self->auth, method, url);
  if (authorization != NULL)
    cam_rtsp_message_add (request, "Authorization", authorization);
  if (self->session != NULL)
    cam_rtsp_message_add (request, "Session", self->session);
  add_phase_headers (self, request);
  self->is_authorized = authorization != NULL;
  self->awaited = method;
  self->answer_due_us = now_us + CAM_RTSP_ANSWER_US;
  *ret_output = cam_rtsp_message_serialise (request);
}

static int
status_for_request (const char *method)
{
  static const char *const accepted[] = {"OPTIONS", "GET_PARAMETER", "TEARDOWN", NULL};
  static const char *const known[] = {"DESCRIBE", "ANNOUNCE", "SETUP", "PLAY", "PAUSE", "RECORD", "REDIRECT", "SET_PARAMETER", NULL};
  if (g_strv_contains (accepted, method))
    return 200;
  return g_strv_contains (known, method) ? 405 : 501;
}

GBytes *
cam_camera_dialogue_write_answer (const CamCameraDialogue *self, const CamRtspMessage *request)
{
  int status = status_for_request (request->method);
  g_autoptr (CamRtspMessage) answer = cam_rtsp_message_new_response (status, cam_rtsp_status_phrase (status));
  const char *cseq = cam_rtsp_message_get (request, "CSeq", 0);
  if (cseq != NULL)
    cam_rtsp_message_add (answer, "CSeq", cseq);
  if (self->session != NULL)
    cam_rtsp_message_add (answer, "Session", self->session);
  if (status == 405 || strcmp (request->method, "OPTIONS") == 0)
    cam_rtsp_message_add (answer, status == 405 ? "Allow" : "Public", "OPTIONS, GET_PARAMETER, TEARDOWN");
  return cam_rtsp_message_serialise (answer);
}

bool
cam_rtsp_public_has (const CamRtspMessage *answer, const char *method)
{
  for (unsigned nth = 0;; nth++) {
    const char *value = cam_rtsp_message_get (answer, "Public", nth);
    if (value == NULL)
      return false;
    g_auto (GStrv) words = g_strsplit_set (value, ", \t", -1);
    for (char **word = words; *word != NULL; word++)
      if (g_ascii_strcasecmp (*word, method) == 0)
        return true;
  }
}

static unsigned
read_session_timeout (const char *parameters)
{
  g_auto (GStrv) words = g_strsplit (parameters, ";", -1);
  for (char **word = words; *word != NULL; word++) {
    const char *text = g_strstrip (*word);
    if (g_ascii_strncasecmp (text, "timeout", 7) != 0)
      continue;
    const char *equals = strchr (text, '=');
    guint64 seconds = equals != NULL ? g_ascii_strtoull (equals + 1, NULL, 10) : 0;
    return seconds == 0 ? SESSION_TIMEOUT_S : (unsigned) CLAMP (seconds, SESSION_TIMEOUT_LEAST_S, SESSION_TIMEOUT_MOST_S);
  }
  return SESSION_TIMEOUT_S;
}

bool
cam_camera_dialogue_read_session (CamCameraDialogue *self, const CamRtspMessage *answer)
{
  const char *value = cam_rtsp_message_get (answer, "Session", 0);
  if (value == NULL || self->session != NULL)
    return true;
  size_t length = strcspn (value, ";");
  g_autofree char *id = g_strstrip (g_strndup (value, length));
  if (id[0] == '\0' || strlen (id) > SESSION_BYTES)
    return false;
  self->session = g_steal_pointer (&id);
  self->session_timeout_s = read_session_timeout (value + length);
  return true;
}

char *
cam_camera_dialogue_read_base (const CamCameraDialogue *self, const CamRtspMessage *answer)
{
  static const char *const headers[] = {"Content-Base", "Content-Location"};
  for (size_t i = 0; i < G_N_ELEMENTS (headers); i++) {
    const char *value = cam_rtsp_message_get (answer, headers[i], 0);
    if (value == NULL || strlen (value) > CAM_LIMIT_URI_BYTES)
      continue;
    /* A base that is no RTSP URL is worth less than the one we asked with. */
    g_autoptr (CamCameraUrl) url = cam_camera_url_parse (value, NULL);
    if (url == NULL || url->scheme != CAM_SCHEME_RTSP)
      continue;
    /* As the camera wrote it, a trailing slash included, unless it put somebody's password in. */
    return g_strdup (url->username != NULL || url->password != NULL ? url->clean : value);
  }
  return g_strdup (self->url->clean);
}

CamCameraUrl *
cam_camera_dialogue_read_location (const CamCameraDialogue *self, const CamRtspMessage *answer)
{
  const char *location = cam_rtsp_message_get (answer, "Location", 0);
  if (location == NULL || strlen (location) > CAM_LIMIT_URI_BYTES)
    return NULL;
  g_autofree char *absolute = NULL;
  if (location[0] == '/') {
    bool is_literal_6 = strchr (self->url->host, ':') != NULL;
    absolute = g_strdup_printf ("rtsp://%s%s%s:%u%s", is_literal_6 ? "[" : "", self->url->host, is_literal_6 ? "]" : "", self->url->port,
                                location);
  }
  g_autoptr (CamCameraUrl) url = cam_camera_url_parse (absolute != NULL ? absolute : location, NULL);
  if (url == NULL || url->scheme != CAM_SCHEME_RTSP)
    return NULL;
  return g_steal_pointer (&url);
}
