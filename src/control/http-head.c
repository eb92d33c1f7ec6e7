#include "control/http-head.h"

#include <string.h>

#define MOST_METHOD 16

/* What is wrong with a head. */
typedef struct {
  unsigned status;
  const char *why;
} Refusal;

static const Refusal fine = {0};

static const struct {
  unsigned status;
  const char *phrase;
} phrases[] = {
    {400, "Bad Request"},
    {411, "Length Required"},
    {413, "Content Too Large"},
    {417, "Expectation Failed"},
    {431, "Request Header Fields Too Large"},
    {503, "Service Unavailable"},
    {505, "HTTP Version Not Supported"},
};

const char *
cam_http_status_phrase (unsigned status)
{
  for (unsigned i = 0; i < G_N_ELEMENTS (phrases); i++) {
    if (phrases[i].status == status)
      return phrases[i].phrase;
  }
  return "Refused";
}

void
cam_http_head_free (CamHttpHead *self)
{
  if (self == NULL)
    return;
  g_free (self->method);
  g_free (self->path);
  g_free (self->query);
  g_free (self->host);
  g_free (self->origin);
  g_free (self->authorization);
  g_free (self->content_type);
  g_free (self->fetch_site);
  g_free (self);
}

/* RFC 9110, 5.6.2 */
static bool
is_token_char (char c)
{
  return g_ascii_isalnum (c) || (c != '\0' && strchr ("!#$%&'*+-.^_`|~", c) != NULL);
}

static bool
is_token (const char *text, size_t length)
{
  for (size_t i = 0; i < length; i++) {
    if (!is_token_char (text[i]))
      return false;
  }
  return length > 0;
}

/* Lines end with CR LF, and neither stands alone; no other control character but a tab. */
static bool
has_clean_lines (const uint8_t *bytes, size_t length)
{
  for (size_t i = 0; i < length; i++) {
    bool is_end = bytes[i] == '\n' && i > 0 && bytes[i - 1] == '\r';
    bool is_begin = bytes[i] == '\r' && (i + 1 == length || bytes[i + 1] == '\n');
    if ((bytes[i] < ' ' && bytes[i] != '\t' && !is_end && !is_begin) || bytes[i] == 0x7f)
      return false;
  }
  return true;
}

static Refusal
read_target (CamHttpHead *head, const char *target, size_t length)
{
  if (length == 0 || target[0] != '/')
    return (Refusal) {400, "the target must begin with '/'"};
  for (size_t i = 0; i < length; i++) {
    if (target[i] <= ' ' || target[i] > '~' || strchr ("\"#<>\\^`{|}", target[i]) != NULL)
      return (Refusal) {400, "the target holds a character that must be percent-encoded"};
  }
  const char *question = memchr (target, '?', length);
  size_t path_length = question != NULL ? (size_t) (question - target) : length;
  head->path = g_strndup (target, path_length);
  head->query = question != NULL ? g_strndup (question + 1, length - path_length - 1) : NULL;
  return fine;
}

/* RFC 9112, 3: method SP target SP version, each SP one. */
static Refusal
read_request_line (CamHttpHead *head, const char *line, size_t length)
{
  const char *first = memchr (line, ' ', length);
  const char *last = memrchr (line, ' ', length);
  if (first == NULL || last == first || (size_t) (first - line) > MOST_METHOD || !is_token (line, (size_t) (first - line)))
    return (Refusal) {400, "the request line is no METHOD TARGET VERSION"};
  const char *version = last + 1;
  size_t version_length = length - (size_t) (version - line);
  if (version_length != strlen ("HTTP/1.1") || strncmp (version, "HTTP/", strlen ("HTTP/")) != 0)
    return (Refusal) {400, "the request line is no METHOD TARGET VERSION"};
  if (strncmp (version, "HTTP/1.", strlen ("HTTP/1.")) != 0 || (version[7] != '0' && version[7] != '1'))
    return (Refusal) {505, "HTTP/1.1 is spoken here"};
  head->is_1_0 = version[7] == '0';
  head->method = g_strndup (line, (size_t) (first - line));
  return read_target (head, first + 1, (size_t) (last - first - 1));
}

static Refusal
read_length (CamHttpHead *head, const char *value)
{
  size_t digits = strspn (value, "0123456789");
  if (digits == 0 || value[digits] != '\0')
    return (Refusal) {400, "Content-Length is no number"};
  guint64 length = g_ascii_strtoull (value, NULL, 10); /* the largest number there is for one that is too large */
  if (length > CAM_HTTP_MAX_BODY)
    return (Refusal) {413, "the body is larger than 64 KiB"};
  head->body_bytes = (size_t) length;
  return fine;
}

/* What was seen so far of headers that may be there once. */
typedef struct {
  char *length;        /* owned */
  char *encoding;      /* owned */
  char *expectation;   /* owned */
} Framing;

static void
framing_clear (Framing *framing)
{
  g_free (framing->length);
  g_free (framing->encoding);
  g_free (framing->expectation);
}

static Refusal
read_header (CamHttpHead *head, Framing *framing, const char *line, size_t length)
{
  const char *colon = memchr (line, ':', length);
  if (colon == NULL || !is_token (line, (size_t) (colon - line)))
    return (Refusal) {400, "a header is no NAME: VALUE"};
  const struct {
    const char *name;
    char **value;
  } once[] = {
      {"Host", &head->host},
      {"Origin", &head->origin},
      {"Authorization", &head->authorization},
      {"Content-Type", &head->content_type},
      {"Sec-Fetch-Site", &head->fetch_site},
      {"Content-Length", &framing->length},
      {"Transfer-Encoding", &framing->encoding},
      {"Expect", &framing->expectation},
  };
  static const char *const forwarding[] = {"Forwarded", "X-Forwarded-For", "X-Real-IP", "Via", NULL};
  g_autofree char *name = g_strndup (line, (size_t) (colon - line));
  for (unsigned i = 0; i < G_N_ELEMENTS (once); i++) {
    if (g_ascii_strcasecmp (name, once[i].name) != 0)
      continue;
    if (*once[i].value != NULL)
      return (Refusal) {400, "a header that may be there once is there twice"};
    *once[i].value = g_strstrip (g_strndup (colon + 1, length - (size_t) (colon + 1 - line)));
    return fine;
  }
  for (unsigned i = 0; forwarding[i] != NULL; i++)
    head->is_forwarded |= g_ascii_strcasecmp (name, forwarding[i]) == 0;
  return fine;
}

static Refusal
judge_framing (CamHttpHead *head, const Framing *framing)
{
  if (head->host == NULL && !head->is_1_0)
    return (Refusal) {400, "there is no Host"};
  if (framing->encoding != NULL && framing->length != NULL)
    return (Refusal) {400, "there is both Content-Length and Transfer-Encoding"};
  if (framing->encoding != NULL)
    return (Refusal) {411, "a body needs a Content-Length"};
  if (framing->expectation != NULL && g_ascii_strcasecmp (framing->expectation, "100-continue") != 0)
    return (Refusal) {417, "no such expectation can be met"};
  head->expects_continue = framing->expectation != NULL && !head->is_1_0;
  return framing->length != NULL ? read_length (head, framing->length) : fine;
}

/* @text: all lines with their ends, without the empty one. */
static Refusal
read_lines (CamHttpHead *head, Framing *framing, const char *text, size_t length)
{
  Refusal refusal = fine;
  unsigned n_lines = 0;
  for (size_t at = 0; at < length && refusal.status == 0; n_lines++) {
    const char *end = memchr (text + at, '\r', length - at);
    size_t line_length = (size_t) (end - (text + at));
    if (n_lines > CAM_HTTP_MAX_HEADERS)
      return (Refusal) {431, "there are too many headers"};
    refusal = n_lines == 0 ? read_request_line (head, text, line_length) : read_header (head, framing, text + at, line_length);
    at += line_length + 2;
  }
  return refusal;
}

/* Of @length bytes: up to and with the empty line; 0: it has not come. */
static size_t
find_end (const uint8_t *bytes, size_t length)
{
  const uint8_t *end = memmem (bytes, length, "\r\n\r\n", 4);
  return end != NULL ? (size_t) (end - bytes) + 4 : 0;
}

CamHttpHeadState
cam_http_head_read (const uint8_t *bytes, size_t length, CamHttpHead **ret_head, unsigned *ret_status, const char **ret_why)
{
  size_t looked_at = MIN (length, CAM_HTTP_MAX_HEAD);
  size_t size = find_end (bytes, looked_at);
  Refusal refusal = fine;
  g_autoptr (CamHttpHead) head = g_new0 (CamHttpHead, 1);
  if (!has_clean_lines (bytes, size != 0 ? size : looked_at)) {
    refusal = (Refusal) {400, "a control character, or a line that does not end with CR LF"};
  } else if (size == 0 && length >= CAM_HTTP_MAX_HEAD) {
    refusal = (Refusal) {431, "the head is larger than 16 KiB"};
  } else if (size == 0) {
    return CAM_HTTP_HEAD_MORE;
  } else {
    Framing framing = {0};
    refusal = read_lines (head, &framing, (const char *) bytes, size - 2);
    if (refusal.status == 0)
      refusal = judge_framing (head, &framing);
    framing_clear (&framing);
  }
  if (refusal.status != 0) {
    *ret_status = refusal.status;
    *ret_why = refusal.why;
    return CAM_HTTP_HEAD_REFUSED;
  }
  head->head_bytes = size;
  *ret_head = g_steal_pointer (&head);
  return CAM_HTTP_HEAD_WHOLE;
}
