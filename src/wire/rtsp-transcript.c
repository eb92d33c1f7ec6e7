#include "wire/rtsp-transcript.h"

#include <string.h>

#include "core/redact.h"
#include "wire/rtsp-head.h"

#define MAX_NAME_BYTES 40
#define MAX_VALUE_BYTES 300
#define MAX_BODY_BYTES 8192 /* what is looked at */
#define SESSION_SHOWN 4     /* enough to tell sessions apart, too little to take one over */
#define HIDDEN "…"

typedef enum
{
  SHOW_ALL,     /* URLs in it redacted */
  SHOW_URL,     /* the same, and relative ones too */
  SHOW_SCHEME,  /* "Digest", and not what follows */
  SHOW_SESSION, /* its beginning, and its parameters */
} Showing;

static const struct {
  const char *name;
  Showing showing;
} headers[] = {
    {"Accept", SHOW_ALL},
    {"Allow", SHOW_ALL},
    {"Authorization", SHOW_SCHEME},
    {"Bandwidth", SHOW_ALL},
    {"Blocksize", SHOW_ALL},
    {"CSeq", SHOW_ALL},
    {"Cache-Control", SHOW_ALL},
    {"Connection", SHOW_ALL},
    {"Content-Base", SHOW_URL},
    {"Content-Length", SHOW_ALL},
    {"Content-Location", SHOW_URL},
    {"Content-Type", SHOW_ALL},
    {"Date", SHOW_ALL},
    {"Location", SHOW_URL},
    {"Proxy-Require", SHOW_ALL},
    {"Public", SHOW_ALL},
    {"RTP-Info", SHOW_URL},
    {"Range", SHOW_ALL},
    {"Rate-Control", SHOW_ALL},
    {"Require", SHOW_ALL},
    {"Retry-After", SHOW_ALL},
    {"Scale", SHOW_ALL},
    {"Server", SHOW_ALL},
    {"Session", SHOW_SESSION},
    {"Speed", SHOW_ALL},
    {"Transport", SHOW_ALL},
    {"Unsupported", SHOW_ALL},
    {"User-Agent", SHOW_ALL},
    {"WWW-Authenticate", SHOW_SCHEME},
};

static const char *const sdp_attributes[] = {"control", "cliprect", "fmtp",     "framerate", "framesize", "length",   "maxptime", "ptime",
                                             "range",   "recvonly", "rtcp-mux", "rtpmap",    "sendonly",  "sendrecv", "tool",     "type"};

/* Values may hold anything; what they add is bounded and has no end of line. */
static void
append_clean (GString *line, const char *text, gssize size, gsize limit)
{
  g_autofree char *clean = cam_redact_text (text, size, limit);
  g_string_append (line, clean);
}

static void
append_words (GString *line, const char *text)
{
  g_autofree char *words = cam_redact_words (text);
  append_clean (line, words, -1, MAX_VALUE_BYTES);
}

static void
append_url (GString *line, const char *text)
{
  g_autofree char *url = cam_redact_url (text);
  g_string_append (line, url);
}

static void
append_scheme (GString *line, const char *value)
{
  size_t size = strcspn (value, " \t");
  bool is_known = (size == 5 && g_ascii_strncasecmp (value, "Basic", 5) == 0) || (size == 6 && g_ascii_strncasecmp (value, "Digest", 6) == 0);
  if (is_known) {
    g_string_append_len (line, value, (gssize) size);
    g_string_append_c (line, ' ');
  }
  g_string_append (line, HIDDEN);
}

static void
append_session (GString *line, const char *value)
{
  const char *parameters = strchr (value, ';');
  size_t size = parameters != NULL ? (size_t) (parameters - value) : strlen (value);
  append_clean (line, value, (gssize) MIN (SESSION_SHOWN, size / 2), MAX_VALUE_BYTES);
  g_string_append (line, HIDDEN);
  if (parameters != NULL && g_ascii_strncasecmp (parameters, ";timeout=", 9) == 0)
    append_clean (line, parameters, -1, MAX_NAME_BYTES);
}

static void
append_header (GString *line, const CamRtspHeader *header)
{
  g_string_append (line, " | ");
  append_clean (line, header->name, -1, MAX_NAME_BYTES);
  g_string_append (line, ": ");
  for (unsigned i = 0; i < G_N_ELEMENTS (headers); i++) {
    if (g_ascii_strcasecmp (headers[i].name, header->name) != 0)
      continue;
    switch (headers[i].showing) {
    case SHOW_ALL:
      append_words (line, header->value);
      return;
    case SHOW_URL:
      append_url (line, header->value);
      return;
    case SHOW_SCHEME:
      append_scheme (line, header->value);
      return;
    case SHOW_SESSION:
      append_session (line, header->value);
      return;
    }
  }
  g_string_append (line, HIDDEN);
}

/* ---- bodies ---- */

static bool
is_shown_attribute (const char *text, size_t size)
{
  for (unsigned i = 0; i < G_N_ELEMENTS (sdp_attributes); i++) {
    if (strlen (sdp_attributes[i]) == size && strncmp (sdp_attributes[i], text, size) == 0)
      return true;
  }
  return false;
}

/* "a=control:…" as a URL, it may be a relative one with a password; other lines by their letter. */
static void
append_sdp_line (GString *line, const char *text)
{
  g_string_append (line, " | ");
  bool is_line = g_ascii_isalpha (text[0]) && text[1] == '=';
  if (!is_line) {
    g_string_append (line, HIDDEN);
    return;
  }
  g_string_append_len (line, text, 2);
  const char *value = text + 2;
  size_t size = strcspn (value, ":");
  switch (text[0]) {
  case 'v':
  case 'c':
  case 't':
  case 'b':
  case 'm':
    append_words (line, value);
    return;
  case 's':
  case 'i':
    append_url (line, value);
    return;
  case 'a':
    append_clean (line, value, (gssize) size, MAX_NAME_BYTES);
    if (value[size] == ':' && is_shown_attribute (value, size))
      append_url (line, value + size);
    else if (value[size] == ':')
      g_string_append (line, ":" HIDDEN);
    return;
  default:
    g_string_append (line, HIDDEN);
  }
}

static void
append_body (GString *line, const CamRtspMessage *message)
{
  if (message->body->len == 0)
    return;
  const char *type = cam_rtsp_message_get (message, "Content-Type", 0);
  if (type == NULL || g_ascii_strncasecmp (type, "application/sdp", 15) != 0) {
    g_string_append_printf (line, " | (%u bytes)", message->body->len);
    return;
  }
  g_string_append (line, " |");
  const char *at = (const char *) message->body->data;
  const char *end = at + MIN (message->body->len, MAX_BODY_BYTES);
  while (at < end && line->len < CAM_TRANSCRIPT_LINE_BYTES) {
    const char *stop = at;
    while (stop < end && *stop != '\r' && *stop != '\n')
      stop++;
    g_autofree char *text = g_strndup (at, (gsize) (stop - at));
    if (text[0] != '\0')
      append_sdp_line (line, text);
    at = stop + 1;
  }
}

/* ---- messages ---- */

static bool
is_sign_of_life (const CamRtspMessage *message)
{
  bool is_asked = strcmp (message->method, "OPTIONS") == 0 || strcmp (message->method, "GET_PARAMETER") == 0 ||
                  strcmp (message->method, "SET_PARAMETER") == 0;
  return is_asked && cam_rtsp_message_get (message, "Session", 0) != NULL;
}

static bool
is_left_out (CamRtspTranscript *self, const CamRtspMessage *message)
{
  bool was_routine = self->is_routine;
  self->is_routine = message->is_request && is_sign_of_life (message);
  bool is_news = message->is_request ? !self->is_routine : !was_routine || message->status != 200;
  return !is_news || self->lines >= CAM_TRANSCRIPT_MAX_LINES;
}

char *
cam_rtsp_transcript_note (CamRtspTranscript *self, const CamRtspMessage *message)
{
  if (is_left_out (self, message))
    return NULL;
  self->lines++;
  g_autoptr (GString) line = g_string_new (NULL);
  if (message->is_request) {
    append_clean (line, message->method, -1, MAX_NAME_BYTES);
    g_string_append_c (line, ' ');
    append_url (line, message->uri);
  } else {
    g_string_append_printf (line, "%d ", message->status);
    append_clean (line, message->phrase, -1, MAX_NAME_BYTES);
  }
  for (unsigned i = 0; i < message->headers->len && line->len < CAM_TRANSCRIPT_LINE_BYTES; i++)
    append_header (line, &g_array_index (message->headers, CamRtspHeader, i));
  append_body (line, message);
  if (self->lines == CAM_TRANSCRIPT_MAX_LINES)
    g_string_prepend (line, "(the last line of this connection) ");
  if (line->len <= CAM_TRANSCRIPT_LINE_BYTES)
    return g_string_free (g_steal_pointer (&line), FALSE);
  size_t size = CAM_TRANSCRIPT_LINE_BYTES - strlen (HIDDEN);
  while (((unsigned char) line->str[size] & 0xc0) == 0x80)
    size--;
  g_string_truncate (line, size);
  g_string_append (line, HIDDEN);
  return g_string_free (g_steal_pointer (&line), FALSE);
}

char *
cam_rtsp_transcript_note_bytes (CamRtspTranscript *self, const uint8_t **data, size_t *size)
{
  CamHeadScan scan = {0};
  CamRtspFault fault;
  size_t body = 0;
  const uint8_t *head = *data;
  size_t left = *size;
  *data += left;
  *size = 0;
  if (left == 0 || cam_rtsp_head_scan (&scan, head, left, true, &fault) != CAM_HEAD_WHOLE)
    return NULL;
  g_autoptr (CamRtspMessage) message = cam_rtsp_head_parse (head, scan.position, true, left, &body, &fault);
  if (message == NULL)
    return NULL;
  body = MIN (body, left - scan.position);
  cam_rtsp_message_set_body (message, head + scan.position, body);
  *data = head + scan.position + body;
  *size = left - scan.position - body;
  return cam_rtsp_transcript_note (self, message);
}
