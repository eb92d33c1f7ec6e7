#include "wire/rtsp-message.h"

#include <string.h>

G_DEFINE_QUARK (cam_rtsp_error, cam_rtsp_error)

typedef struct {
  int status;
  const char *phrase;
} StatusRow;

/* RFC 2326, 7.1.1. */
static const StatusRow status_rows[] = {
    {100, "Continue"},
    {200, "OK"},
    {201, "Created"},
    {250, "Low on Storage Space"},
    {300, "Multiple Choices"},
    {301, "Moved Permanently"},
    {302, "Moved Temporarily"},
    {303, "See Other"},
    {304, "Not Modified"},
    {305, "Use Proxy"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {402, "Payment Required"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {406, "Not Acceptable"},
    {407, "Proxy Authentication Required"},
    {408, "Request Time-out"},
    {410, "Gone"},
    {411, "Length Required"},
    {412, "Precondition Failed"},
    {413, "Request Entity Too Large"},
    {414, "Request-URI Too Large"},
    {415, "Unsupported Media Type"},
    {451, "Parameter Not Understood"},
    {452, "Conference Not Found"},
    {453, "Not Enough Bandwidth"},
    {454, "Session Not Found"},
    {455, "Method Not Valid in This State"},
    {456, "Header Field Not Valid for Resource"},
    {457, "Invalid Range"},
    {458, "Parameter Is Read-Only"},
    {459, "Aggregate operation not allowed"},
    {460, "Only aggregate operation allowed"},
    {461, "Unsupported transport"},
    {462, "Destination unreachable"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {502, "Bad Gateway"},
    {503, "Service Unavailable"},
    {504, "Gateway Time-out"},
    {505, "RTSP Version not supported"},
    {551, "Option not supported"},
};

static void
clear_header (gpointer data)
{
  CamRtspHeader *header = data;
  g_free (header->name);
  g_free (header->value);
}

static CamRtspMessage *
new_message (bool is_request, const char *phrase)
{
  CamRtspMessage *self = g_new0 (CamRtspMessage, 1);
  self->is_request = is_request;
  self->phrase = g_strdup (phrase);
  self->headers = g_array_new (FALSE, FALSE, sizeof (CamRtspHeader));
  g_array_set_clear_func (self->headers, clear_header);
  self->body = g_byte_array_new ();
  cam_rtsp_message_set_body (self, NULL, 0);
  return self;
}

CamRtspMessage *
cam_rtsp_message_new_request (const char *method, const char *uri)
{
  g_assert (method != NULL && uri != NULL);
  CamRtspMessage *self = new_message (true, "RTSP/1.0");
  self->method = g_strdup (method);
  self->uri = g_strdup (uri);
  return self;
}

CamRtspMessage *
cam_rtsp_message_new_response (int status, const char *phrase)
{
  CamRtspMessage *self = new_message (false, phrase != NULL ? phrase : cam_rtsp_status_phrase (status));
  self->status = status;
  return self;
}

void
cam_rtsp_message_free (CamRtspMessage *self)
{
  if (self == NULL)
    return;
  g_free (self->method);
  g_free (self->uri);
  g_free (self->phrase);
  g_array_unref (self->headers);
  g_byte_array_unref (self->body);
  g_free (self);
}

const char *
cam_rtsp_message_get (const CamRtspMessage *self, const char *name, unsigned nth)
{
  for (unsigned i = 0; i < self->headers->len; i++) {
    const CamRtspHeader *header = &g_array_index (self->headers, CamRtspHeader, i);
    if (g_ascii_strcasecmp (header->name, name) != 0)
      continue;
    if (nth == 0)
      return header->value;
    nth--;
  }
  return NULL;
}

void
cam_rtsp_message_add (CamRtspMessage *self, const char *name, const char *value)
{
  const CamRtspHeader header = {.name = g_strdup (name), .value = g_strdup (value)};
  g_array_append_val (self->headers, header);
}

void
cam_rtsp_message_addf (CamRtspMessage *self, const char *name, const char *format, ...)
{
  va_list arguments;
  va_start (arguments, format);
  g_autofree char *value = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  cam_rtsp_message_add (self, name, value);
}

void
cam_rtsp_message_set_body (CamRtspMessage *self, const void *data, size_t length)
{
  const uint8_t nul = 0;
  g_assert (length < G_MAXINT32);
  g_byte_array_set_size (self->body, 0);
  if (length > 0)
    g_byte_array_append (self->body, data, (unsigned) length);
  g_byte_array_append (self->body, &nul, 1);
  g_byte_array_set_size (self->body, (unsigned) length);
}

/* A line break in a value would begin a header of somebody else's choice. */
static void
append_printable (GString *text, const char *value)
{
  for (const char *at = value; *at != '\0'; at++) {
    if (!g_ascii_iscntrl (*at))
      g_string_append_c (text, *at);
  }
}

static void
append_start_line (GString *text, const CamRtspMessage *self)
{
  if (self->is_request) {
    append_printable (text, self->method);
    g_string_append_c (text, ' ');
    append_printable (text, self->uri);
    g_string_append_c (text, ' ');
  } else {
    g_string_append_printf (text, "RTSP/1.0 %d ", self->status);
  }
  append_printable (text, self->phrase);
  g_string_append (text, "\r\n");
}

GBytes *
cam_rtsp_message_serialise (const CamRtspMessage *self)
{
  GString *text = g_string_new (NULL);
  append_start_line (text, self);
  for (unsigned i = 0; i < self->headers->len; i++) {
    const CamRtspHeader *header = &g_array_index (self->headers, CamRtspHeader, i);
    if (g_ascii_strcasecmp (header->name, "Content-Length") == 0)
      continue;
    append_printable (text, header->name);
    g_string_append (text, ": ");
    append_printable (text, header->value);
    g_string_append (text, "\r\n");
  }
  if (self->body->len > 0)
    g_string_append_printf (text, "Content-Length: %u\r\n", self->body->len);
  g_string_append (text, "\r\n");
  g_string_append_len (text, (const char *) self->body->data, self->body->len);
  return g_string_free_to_bytes (text);
}

const char *
cam_rtsp_status_phrase (int status)
{
  for (size_t i = 0; i < G_N_ELEMENTS (status_rows); i++) {
    if (status_rows[i].status == status)
      return status_rows[i].phrase;
  }
  return "Unknown Status";
}
