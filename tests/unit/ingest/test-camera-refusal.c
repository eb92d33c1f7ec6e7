#include "ingest/camera-refusal.h"

#include <string.h>

typedef struct {
  int status;
  const char *phrase; /* NULL: the usual one */
  const char *header; /* "Name: value", nullable */
  const char *body;   /* nullable */
  bool was_logged_in;
  CamReason reason;
} Row;

static const Row rows[] = {
    {401, NULL, NULL, NULL, false, CAM_REASON_AUTH},
    {403, NULL, NULL, NULL, false, CAM_REASON_AUTH},
    {407, NULL, NULL, NULL, false, CAM_REASON_AUTH},
    {404, NULL, NULL, NULL, false, CAM_REASON_NOT_FOUND},
    {410, NULL, NULL, NULL, false, CAM_REASON_NOT_FOUND},
    {406, NULL, NULL, NULL, false, CAM_REASON_UNSUPPORTED},
    {415, NULL, NULL, NULL, false, CAM_REASON_UNSUPPORTED},
    {461, NULL, NULL, NULL, false, CAM_REASON_UNSUPPORTED},
    {453, NULL, NULL, NULL, false, CAM_REASON_LIMIT},
    {503, NULL, NULL, NULL, false, CAM_REASON_LIMIT},
    {503, "Anything", NULL, NULL, false, CAM_REASON_LIMIT},
    {400, NULL, NULL, NULL, false, CAM_REASON_PROTOCOL},
    {454, NULL, NULL, NULL, false, CAM_REASON_PROTOCOL},
    {500, NULL, NULL, NULL, false, CAM_REASON_PROTOCOL},
    {999, NULL, NULL, NULL, true, CAM_REASON_PROTOCOL},
    /* Words where the number says little. */
    {500, "Not Enough Bandwidth", NULL, NULL, false, CAM_REASON_LIMIT},
    {400, "Service Unavailable", NULL, NULL, false, CAM_REASON_LIMIT},
    {500, NULL, NULL, "Max connections reached", false, CAM_REASON_LIMIT},
    {500, "Too many streams", NULL, NULL, false, CAM_REASON_LIMIT},
    {403, "Maximum of clients reached", NULL, NULL, false, CAM_REASON_LIMIT},
    /* Locks. */
    {403, "Account Locked", NULL, NULL, false, CAM_REASON_LOCKOUT},
    {403, "Forbidden", "X-Reason: user is LOCKED for 30 min", NULL, false, CAM_REASON_LOCKOUT},
    {401, "Unauthorized", NULL, "<lockStatus>lock</lockStatus><unlockTime>1755</unlockTime>", false, CAM_REASON_LOCKOUT},
    {401, "Unauthorized", NULL, "<lockStatus>unlock</lockStatus>", false, CAM_REASON_AUTH},
    {401, "Unauthorized", NULL, "Too many failed attempts", false, CAM_REASON_LOCKOUT},
    {403, "Too Many Tries, Session Limit", NULL, NULL, false, CAM_REASON_LOCKOUT},
    {429, "Too Many Requests", NULL, NULL, false, CAM_REASON_LOCKOUT},
    {403, "Too many connections", NULL, NULL, false, CAM_REASON_LIMIT},
    {401, NULL, NULL, NULL, true, CAM_REASON_LOCKOUT},
    {403, NULL, NULL, NULL, true, CAM_REASON_AUTH}, /* may log in, may not watch */
    /* Names are not words. */
    {401, NULL, "WWW-Authenticate: Basic realm=\"Door Lock\"", NULL, false, CAM_REASON_AUTH},
    {401, NULL, "server: lock 1.0", NULL, false, CAM_REASON_AUTH},
};

static CamRtspMessage *
make_answer (int status, const char *phrase, const char *header, const char *body)
{
  CamRtspMessage *answer = cam_rtsp_message_new_response (status, phrase);
  if (header != NULL) {
    g_auto (GStrv) parts = g_strsplit (header, ": ", 2);
    cam_rtsp_message_add (answer, parts[0], parts[1]);
  }
  if (body != NULL)
    cam_rtsp_message_set_body (answer, body, strlen (body));
  return answer;
}

static void
test_reason (void)
{
  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++) {
    const Row *row = &rows[i];
    g_autoptr (CamRtspMessage) answer = make_answer (row->status, row->phrase, row->header, row->body);
    CamReason found = cam_camera_refusal_reason (answer, row->was_logged_in);
    if (found != row->reason)
      g_test_message ("row %zu: %d %s: %s", i, row->status, answer->phrase, cam_reason_word (found));
    g_assert_cmpint (found, ==, row->reason);
  }
}

/* A body is listened to for a few kilobytes, and may be anything. */
static void
test_long_body (void)
{
  g_autofree char *body = g_strnfill (64 * 1024, 'x');
  memcpy (body + 60000, " locked ", 8);
  g_autoptr (CamRtspMessage) answer = make_answer (403, "", NULL, body);
  g_assert_cmpint (cam_camera_refusal_reason (answer, false), ==, CAM_REASON_AUTH);
  cam_rtsp_message_set_body (answer, "a\0\xff\xfe locked", 11);
  g_assert_cmpint (cam_camera_refusal_reason (answer, false), ==, CAM_REASON_AUTH);
}

static void
test_retry_after (void)
{
  static const struct {
    const char *header;
    int64_t seconds;
  } waits[] = {
      {NULL, 0},
      {"Retry-After: 120", 120},
      {"retry-after: 5;comment", 5},
      {"Retry-After: 0", 0},
      {"Retry-After: -5", 0},
      {"Retry-After: Fri, 31 Dec 1999 23:59:59 GMT", 0},
      {"Retry-After: 99999999999999999999999", 3600},
  };
  for (size_t i = 0; i < G_N_ELEMENTS (waits); i++) {
    g_autoptr (CamRtspMessage) answer = make_answer (503, NULL, waits[i].header, NULL);
    g_assert_cmpint (cam_camera_refusal_retry_after_us (answer), ==, waits[i].seconds * G_USEC_PER_SEC);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/camera-refusal/reason", test_reason);
  g_test_add_func ("/camera-refusal/long-body", test_long_body);
  g_test_add_func ("/camera-refusal/retry-after", test_retry_after);
  return g_test_run ();
}
