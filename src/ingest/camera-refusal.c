#include "ingest/camera-refusal.h"

#include <string.h>

#include "wire/sdp-read.h"

#define BODY_BYTES 4096 /* of a body that are listened to */
#define RETRY_AFTER_MOST_S 3600

/* Headers whose values are names that somebody chose: a door may be called "Lock". */
static const char *const names[] = {"WWW-Authenticate", "Proxy-Authenticate", "Server", "Date", "Session", NULL};

/* Words, and two in a row. */
static const char *const lock_words[] = {"lock", "locked", "lockout", "blocked", "banned", "attempts", "tries", NULL};
static const char *const limit_words[] = {"bandwidth", "maximum",     "max",     "limit",    "connection", "connections",
                                          "sessions",  "unavailable", "clients", "capacity", "overload",   NULL};

typedef struct {
  bool speaks_of_lock;
  bool speaks_of_limit;
  bool says_too_many;
} Speech;

static void
listen_to (Speech *self, const char *text)
{
  g_autofree char *lower = g_ascii_strdown (text, -1);
  g_auto (GStrv) words = g_strsplit_set (lower, " \t\r\n.,;:!?<>=\"'()[]{}/\\-_", -1);
  const char *before = "";
  for (char **word = words; *word != NULL; word++) {
    if (**word == '\0')
      continue;
    self->speaks_of_lock |= g_strv_contains (lock_words, *word);
    self->speaks_of_limit |= g_strv_contains (limit_words, *word);
    self->says_too_many |= strcmp (before, "too") == 0 && strcmp (*word, "many") == 0;
    before = *word;
  }
}

static bool
is_name (const char *header)
{
  for (size_t i = 0; names[i] != NULL; i++)
    if (g_ascii_strcasecmp (header, names[i]) == 0)
      return true;
  return false;
}

static Speech
hear (const CamRtspMessage *answer)
{
  Speech speech = {.speaks_of_lock = false};
  listen_to (&speech, answer->phrase);
  for (guint i = 0; i < answer->headers->len; i++) {
    const CamRtspHeader *header = &g_array_index (answer->headers, CamRtspHeader, i);
    if (is_name (header->name))
      continue;
    listen_to (&speech, header->name);
    listen_to (&speech, header->value);
  }
  g_autofree char *body = g_strndup ((const char *) answer->body->data, MIN (answer->body->len, BODY_BYTES));
  listen_to (&speech, body);
  return speech;
}

static CamReason
reason_to_keep_out (const CamRtspMessage *answer, bool was_logged_in)
{
  Speech speech = hear (answer);
  if (speech.speaks_of_lock || (speech.says_too_many && !speech.speaks_of_limit))
    return CAM_REASON_LOCKOUT;
  if (speech.speaks_of_limit)
    return CAM_REASON_LIMIT;
  /* What was good enough a moment ago is not wrong now. */
  return answer->status == 401 && was_logged_in ? CAM_REASON_LOCKOUT : CAM_REASON_AUTH;
}

CamReason
cam_camera_refusal_reason (const CamRtspMessage *answer, bool was_logged_in)
{
  switch (answer->status) {
  case 401:
  case 403:
  case 407:
  case 429: /* Too Many Requests, borrowed from HTTP */
    return reason_to_keep_out (answer, was_logged_in);
  case 404:
  case 410:
    return CAM_REASON_NOT_FOUND;
  case 453: /* Not Enough Bandwidth */
  case 503:
    return CAM_REASON_LIMIT;
  case 406:
  case 415:
  case 461: /* Unsupported Transport */
    return CAM_REASON_UNSUPPORTED;
  default:
    break;
  }
  Speech speech = hear (answer);
  return speech.speaks_of_limit || speech.says_too_many ? CAM_REASON_LIMIT : CAM_REASON_PROTOCOL;
}

CamReason
cam_camera_sdp_reason (const GError *error)
{
  if (g_error_matches (error, CAM_SDP_ERROR, CAM_SDP_ERROR_ENCRYPTED) || g_error_matches (error, CAM_SDP_ERROR, CAM_SDP_ERROR_UNSUPPORTED))
    return CAM_REASON_UNSUPPORTED;
  return CAM_REASON_SDP;
}

int64_t
cam_camera_refusal_retry_after_us (const CamRtspMessage *answer)
{
  const char *value = cam_rtsp_message_get (answer, "Retry-After", 0);
  if (value == NULL || !g_ascii_isdigit (value[0]))
    return 0;
  guint64 seconds = g_ascii_strtoull (value, NULL, 10);
  return (int64_t) MIN (seconds, RETRY_AFTER_MOST_S) * G_USEC_PER_SEC;
}
