#include "wire/rtsp-head.h"

#include <string.h>

#include "camrelay/limits.h"

#define METHOD_LENGTH 32

static bool
fail (CamRtspFault *ret_fault, CamRtspError code, int status, const char *text)
{
  *ret_fault = (CamRtspFault){.code = code, .status = status, .text = text};
  return false;
}

/* RFC 2326, 15.1: token. */
static bool
is_token_char (char c)
{
  return g_ascii_isgraph (c) && strchr ("()<>@,;:\\\"/[]?={}", c) == NULL;
}

static bool
is_method_char (char c, bool tolerant)
{
  return tolerant ? g_ascii_isupper (c) || c == '_' : is_token_char (c);
}

bool
cam_rtsp_head_may_begin (const uint8_t *data, size_t size, bool tolerant)
{
  for (size_t i = 0; i < size; i++) {
    const char c = (char) data[i];
    if (c == ' ')
      return i > 0;
    if (c == '/')
      return i == 4 && memcmp (data, "RTSP", 4) == 0;
    if (i == METHOD_LENGTH || !is_method_char (c, tolerant))
      return false;
  }
  return true;
}

/* What is wrong with the byte at @at, NULL if nothing is. */
static const char *
judge_byte (const CamHeadScan *self, const uint8_t *data, size_t at, bool tolerant)
{
  const char c = (char) data[at];
  const bool after_cr = at > self->line_start && data[at - 1] == '\r';
  if (c == '\n')
    return after_cr || tolerant ? NULL : "line feed without carriage return";
  if (after_cr && !(tolerant && c == '\r'))
    return "carriage return without line feed";
  if (g_ascii_iscntrl (c) && c != '\t' && c != '\r')
    return "control character in the head";
  return NULL;
}

static bool
is_empty_line (const CamHeadScan *self, const uint8_t *data)
{
  for (size_t i = self->line_start; i < self->position; i++) {
    if (data[i] != '\r')
      return false;
  }
  return true;
}

CamHeadState
cam_rtsp_head_scan (CamHeadScan *self, const uint8_t *data, size_t size, bool tolerant, CamRtspFault *ret_fault)
{
  for (; self->position < size; self->position++) {
    if (self->position == CAM_LIMIT_HEADER_BYTES) {
      if (self->line_start == 0)
        fail (ret_fault, CAM_RTSP_ERROR_LIMIT, 414, "start line too long");
      else
        fail (ret_fault, CAM_RTSP_ERROR_LIMIT, 400, "head too long");
      return CAM_HEAD_FAULT;
    }
    const char *wrong = judge_byte (self, data, self->position, tolerant);
    if (wrong != NULL) {
      fail (ret_fault, CAM_RTSP_ERROR_SYNTAX, 400, wrong);
      return CAM_HEAD_FAULT;
    }
    if (data[self->position] != '\n')
      continue;
    if (is_empty_line (self, data)) {
      self->position++;
      return CAM_HEAD_WHOLE;
    }
    self->line_start = self->position + 1;
  }
  return CAM_HEAD_PARTIAL;
}

/* A NUL-terminated copy of a head in which folded lines are joined and the only white space inside a line is the space. */
static char *
unfold (const uint8_t *head, size_t size)
{
  char *text = g_strndup ((const char *) head, size);
  for (size_t i = 0; i < size; i++) {
    if (text[i] == '\t')
      text[i] = ' ';
    if (text[i] != '\n' || (text[i + 1] != ' ' && text[i + 1] != '\t'))
      continue;
    text[i] = ' ';
    for (size_t j = i; j > 0 && text[j - 1] == '\r'; j--)
      text[j - 1] = ' ';
  }
  return text;
}

/* Cuts the first line off @rest, NULL at the end. */
static char *
next_line (char **rest)
{
  char *line = *rest;
  char *end = strchr (line, '\n');
  if (end == NULL)
    return NULL;
  *rest = end + 1;
  while (end > line && end[-1] == '\r')
    end--;
  *end = '\0';
  return line;
}

static CamRtspMessage *
parse_request_line (char *line, CamRtspFault *ret_fault)
{
  char *uri = strchr (line, ' ');
  char *version = strrchr (line, ' ');
  if (uri == NULL || version == uri || version[1] == '\0') {
    fail (ret_fault, CAM_RTSP_ERROR_SYNTAX, 400, "start line is not METHOD URI VERSION");
    return NULL;
  }
  *uri++ = '\0';
  *version++ = '\0';
  if (*uri == '\0' || strchr (uri, ' ') != NULL) {
    fail (ret_fault, CAM_RTSP_ERROR_SYNTAX, 400, "white space in the URI");
    return NULL;
  }
  if (strlen (uri) > CAM_LIMIT_URI_BYTES) {
    fail (ret_fault, CAM_RTSP_ERROR_LIMIT, 414, "URI too long");
    return NULL;
  }
  CamRtspMessage *message = cam_rtsp_message_new_request (line, uri);
  g_free (message->phrase);
  message->phrase = g_strdup (version);
  return message;
}

static CamRtspMessage *
parse_status_line (char *line, CamRtspFault *ret_fault)
{
  const char *at = line + strcspn (line, " ");
  at += strspn (at, " ");
  const size_t digits = strspn (at, "0123456789");
  if (digits != 3 || at[0] == '0' || (at[3] != ' ' && at[3] != '\0')) {
    fail (ret_fault, CAM_RTSP_ERROR_SYNTAX, 400, "status line without a status");
    return NULL;
  }
  const int status = (at[0] - '0') * 100 + (at[1] - '0') * 10 + (at[2] - '0');
  g_autofree char *phrase = g_strstrip (g_strdup (at + 3));
  return cam_rtsp_message_new_response (status, phrase);
}

/* Whether @line is a header; name and value are added to @message. */
static bool
parse_header (CamRtspMessage *message, char *line, bool tolerant)
{
  char *colon = strchr (line, ':');
  if (colon == NULL)
    return false;
  *colon = '\0';
  if (tolerant)
    g_strstrip (line);
  if (*line == '\0')
    return false;
  for (const char *at = line; *at != '\0'; at++) {
    if (!is_token_char (*at))
      return false;
  }
  cam_rtsp_message_add (message, line, g_strstrip (colon + 1));
  return true;
}

static bool
parse_headers (CamRtspMessage *message, char *rest, bool tolerant, CamRtspFault *ret_fault)
{
  unsigned lines = 0;
  for (char *line = next_line (&rest); line != NULL && *line != '\0'; line = next_line (&rest)) {
    if (++lines > CAM_LIMIT_HEADERS)
      return fail (ret_fault, CAM_RTSP_ERROR_LIMIT, 400, "too many headers");
    if (!parse_header (message, line, tolerant) && !tolerant)
      return fail (ret_fault, CAM_RTSP_ERROR_SYNTAX, 400, "header line is not NAME: VALUE");
  }
  return true;
}

static bool
read_body_size (const CamRtspMessage *message, bool tolerant, size_t max_body, size_t *ret_body_size, CamRtspFault *ret_fault)
{
  const char *first = cam_rtsp_message_get (message, "Content-Length", 0);
  size_t size = 0;
  if (first != NULL && (*first == '\0' || first[strspn (first, "0123456789")] != '\0'))
    return fail (ret_fault, CAM_RTSP_ERROR_VALUE, 400, "Content-Length is not a number");
  for (const char *at = first; at != NULL && *at != '\0'; at++) {
    size = size * 10 + (size_t) (*at - '0');
    if (size > max_body)
      return fail (ret_fault, CAM_RTSP_ERROR_LIMIT, 413, "body too long");
  }
  const char *next = NULL;
  for (unsigned nth = 1; (next = cam_rtsp_message_get (message, "Content-Length", nth)) != NULL; nth++) {
    if (!tolerant || strcmp (first, next) != 0)
      return fail (ret_fault, CAM_RTSP_ERROR_VALUE, 400, "more than one Content-Length");
  }
  *ret_body_size = size;
  return true;
}

CamRtspMessage *
cam_rtsp_head_parse (const uint8_t *head, size_t size, bool tolerant, size_t max_body, size_t *ret_body_size, CamRtspFault *ret_fault)
{
  g_autofree char *text = unfold (head, size);
  char *rest = text;
  char *line = next_line (&rest);
  g_assert (line != NULL); /* the scan saw an empty line behind it */
  g_autoptr (CamRtspMessage) message =
      g_str_has_prefix (line, "RTSP/") ? parse_status_line (line, ret_fault) : parse_request_line (line, ret_fault);
  if (message == NULL)
    return NULL;
  if (!parse_headers (message, rest, tolerant, ret_fault))
    return NULL;
  if (!read_body_size (message, tolerant, max_body, ret_body_size, ret_fault))
    return NULL;
  return g_steal_pointer (&message);
}
