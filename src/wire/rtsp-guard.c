#include "wire/rtsp-guard.h"

#include <string.h>

#include "camrelay/limits.h"
#include "wire/rtsp-uri.h"

#define SESSION_LENGTH 64

typedef struct {
  const char *name;
  CamRtspMethod method;
  bool may_be_for_all; /* of the server: URI "*" */
} MethodRow;

static const MethodRow method_rows[] = {
    {"OPTIONS", CAM_METHOD_OPTIONS, true},
    {"DESCRIBE", CAM_METHOD_DESCRIBE, false},
    {"SETUP", CAM_METHOD_SETUP, false},
    {"PLAY", CAM_METHOD_PLAY, false},
    {"PAUSE", CAM_METHOD_PAUSE, false},
    {"GET_PARAMETER", CAM_METHOD_GET_PARAMETER, true},
    {"SET_PARAMETER", CAM_METHOD_SET_PARAMETER, false},
    {"TEARDOWN", CAM_METHOD_TEARDOWN, false},
};
G_STATIC_ASSERT (G_N_ELEMENTS (method_rows) == CAM_N_METHODS);

/* RFC 2326, 10: they exist and are not offered. */
static const char *const known_methods[] = {"ANNOUNCE", "RECORD", "REDIRECT"};

/* What a request has once at most. CSeq is looked at before. */
static const char *const single_headers[] = {"Session", "Transport", "Authorization"};

const char *
cam_rtsp_guard_public (void)
{
  return "OPTIONS, DESCRIBE, SETUP, PLAY, PAUSE, GET_PARAMETER, SET_PARAMETER, TEARDOWN";
}

static bool
read_cseq (const CamRtspMessage *message, uint32_t *ret_cseq)
{
  const char *text = cam_rtsp_message_get (message, "CSeq", 0);
  guint64 cseq = 0;
  if (text == NULL || cam_rtsp_message_get (message, "CSeq", 1) != NULL)
    return false;
  if (!g_ascii_string_to_unsigned (text, 10, 0, G_MAXUINT32, &cseq, NULL))
    return false;
  *ret_cseq = (uint32_t) cseq;
  return true;
}

/* NULL and @ret_status: not a method that is offered. */
static const MethodRow *
find_method (const char *name, int *ret_status)
{
  for (size_t i = 0; i < G_N_ELEMENTS (method_rows); i++) {
    if (strcmp (method_rows[i].name, name) == 0)
      return &method_rows[i];
  }
  *ret_status = 501;
  for (size_t i = 0; i < G_N_ELEMENTS (known_methods); i++) {
    if (strcmp (known_methods[i], name) == 0)
      *ret_status = 405;
  }
  return NULL;
}

static int
judge_uri (const char *uri, bool may_be_for_all)
{
  if (strlen (uri) > CAM_LIMIT_URI_BYTES)
    return 414;
  if (strcmp (uri, "*") == 0)
    return may_be_for_all ? 0 : 400;
  for (const char *at = uri; *at != '\0'; at++) {
    if (!g_ascii_isgraph (*at) || strchr ("\"<>\\", *at) != NULL)
      return 400;
  }
  return cam_rtsp_uri_get_path (uri) != NULL ? 0 : 400;
}

static bool
is_session_char (char c)
{
  return g_ascii_isalnum (c) || (c != '\0' && strchr ("$-_.+", c) != NULL);
}

/* RFC 2326, 3.4 and 12.37. False: no session of ours is called so. */
static bool
read_session (const char *value, CamRtspRequest *request)
{
  const char *end = value;
  while (is_session_char (*end))
    end++;
  const size_t length = (size_t) (end - value);
  end += strspn (end, " ");
  if (length == 0 || length > SESSION_LENGTH || (*end != '\0' && *end != ';'))
    return false;
  memcpy (request->session_buffer, value, length);
  request->session_buffer[length] = '\0';
  return true;
}

static bool
says_close (const CamRtspMessage *message)
{
  const char *value = NULL;
  for (unsigned nth = 0; (value = cam_rtsp_message_get (message, "Connection", nth)) != NULL; nth++) {
    while (*value != '\0') {
      value += strspn (value, ", ");
      const size_t length = strcspn (value, ", ");
      if (length == strlen ("close") && g_ascii_strncasecmp (value, "close", length) == 0)
        return true;
      value += length;
    }
  }
  return false;
}

static int
read_headers (const CamRtspMessage *message, CamRtspRequest *request)
{
  for (size_t i = 0; i < G_N_ELEMENTS (single_headers); i++) {
    if (cam_rtsp_message_get (message, single_headers[i], 1) != NULL)
      return 400;
  }
  const char *session = cam_rtsp_message_get (message, "Session", 0);
  if (session != NULL && !read_session (session, request))
    return 454;
  request->session = session != NULL ? request->session_buffer : NULL;
  request->transport = cam_rtsp_message_get (message, "Transport", 0);
  request->authorization = cam_rtsp_message_get (message, "Authorization", 0);
  request->user_agent = cam_rtsp_message_get (message, "User-Agent", 0);
  request->accept = cam_rtsp_message_get (message, "Accept", 0);
  request->require = cam_rtsp_message_get (message, "Require", 0);
  if (request->require == NULL)
    request->require = cam_rtsp_message_get (message, "Proxy-Require", 0);
  request->wants_close = says_close (message);
  return 0;
}

int
cam_rtsp_guard_check (const CamRtspMessage *message, CamRtspRequest *ret_request, uint32_t *ret_cseq, bool *ret_close)
{
  CamRtspRequest request = {0};
  *ret_cseq = 0;
  *ret_close = true;
  if (!message->is_request || !read_cseq (message, ret_cseq))
    return 400;
  *ret_close = !g_str_has_prefix (message->phrase, "RTSP/");
  if (strcmp (message->phrase, "RTSP/1.0") != 0)
    return 505;
  int status = 0;
  const MethodRow *row = find_method (message->method, &status);
  if (row == NULL)
    return status;
  status = judge_uri (message->uri, row->may_be_for_all);
  if (status == 0)
    status = read_headers (message, &request);
  if (status != 0)
    return status;
  request.method = row->method;
  request.method_name = row->name;
  request.uri = message->uri;
  request.cseq = *ret_cseq;
  *ret_request = request;
  if (request.session != NULL)
    ret_request->session = ret_request->session_buffer;
  return 0;
}
