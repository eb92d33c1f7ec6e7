#include "dialogue-fixture.h"

static void
test_whole (Fixture *self, gconstpointer data)
{
  connect_camera (self);
  assert_request (self, "OPTIONS rtsp://cam.test/live");
  assert_header (self, "CSeq: 1");
  g_assert_cmpstr (cam_camera_dialogue_get_awaited (self->dialogue), ==, "OPTIONS");
  answer (self, 200, "CSeq: 1\nPublic: OPTIONS, GET_PARAMETER", NULL);
  assert_request (self, "DESCRIBE rtsp://cam.test/live");
  assert_header (self, "Accept: application/sdp");
  answer (self, 200, "CSeq: 2\nContent-Base: rtsp://cam.test/live/", SDP_BOTH);
  assert_request (self, "SETUP rtsp://cam.test/live/trackID=1");
  assert_header (self, "Transport: RTP/AVP/TCP;unicast;interleaved=0-1");
  answer (self, 200, "CSeq: 3\nSession: a-b$c;timeout=60\nTransport: RTP/AVP/TCP;unicast;interleaved=4-5", NULL);
  assert_request (self, "SETUP rtsp://cam.test/live/trackID=2");
  assert_header (self, "Transport: RTP/AVP/TCP;unicast;interleaved=2-3");
  assert_header (self, "Session: a-b$c");
  answer (self, 200, "CSeq: 4\nTransport: RTP/AVP/TCP;unicast;interleaved=6-7", NULL);
  g_assert_cmpint (self->act, ==, CAM_DIALOGUE_READY);
  assert_request (self, "PLAY rtsp://cam.test/live/");
  assert_header (self, "Range: npt=0.000-");
  CamRtspGrant grant;
  g_assert_true (cam_camera_dialogue_get_grant (self->dialogue, CAM_TRACK_VIDEO, &grant));
  g_assert_cmpint (grant.media->track->codec, ==, CAM_CODEC_H264);
  g_assert_cmpuint (grant.channels[0], ==, 4);
  g_assert_true (cam_camera_dialogue_get_grant (self->dialogue, CAM_TRACK_AUDIO, &grant));
  g_assert_cmpuint (grant.channels[1], ==, 7);
  answer (self, 200, "CSeq: 5", NULL);
  g_assert_cmpint (self->act, ==, CAM_DIALOGUE_PLAYING);
  g_assert_cmpint (cam_camera_dialogue_get_due_us (self->dialogue), ==, START_US + 30 * S);
  leave_camera (self);
  assert_request (self, "TEARDOWN rtsp://cam.test/live/");
  assert_header (self, "Session: a-b$c");
  answer (self, 200, "CSeq: 6", NULL);
  g_assert_cmpint (self->act, ==, CAM_DIALOGUE_LEFT);
  leave_camera (self);
  g_assert_cmpint (self->act, ==, CAM_DIALOGUE_LEFT);
  g_assert_null (self->sent);
}

typedef struct {
  const char *name;
  int at; /* answers with 200 before it */
  int status;
  CamReason reason;
  const char *part;
  bool is_of_transport;
} Refusal;

static const Refusal refusals[] = {
    {"describe-400", 1, 400, CAM_REASON_PROTOCOL, "400 Bad Request to DESCRIBE"},
    {"describe-401", 1, 401, CAM_REASON_AUTH, "set Username= and Password="},
    {"describe-403", 1, 403, CAM_REASON_AUTH, "403 Forbidden to DESCRIBE"},
    {"describe-404", 1, 404, CAM_REASON_NOT_FOUND, "404 Not Found to DESCRIBE"},
    {"describe-410", 1, 410, CAM_REASON_NOT_FOUND, "410"},
    {"describe-415", 1, 415, CAM_REASON_UNSUPPORTED, "415"},
    {"describe-453", 1, 453, CAM_REASON_LIMIT, "453"},
    {"describe-500", 1, 500, CAM_REASON_PROTOCOL, "500"},
    {"describe-503", 1, 503, CAM_REASON_LIMIT, "503"},
    {"setup-401", 2, 401, CAM_REASON_AUTH, "to SETUP"},
    {"setup-404", 2, 404, CAM_REASON_NOT_FOUND, "404 Not Found to SETUP"},
    {"setup-453", 2, 453, CAM_REASON_LIMIT, "453"},
    {"setup-461", 2, 461, CAM_REASON_UNSUPPORTED, "461", true},
    {"setup-400", 2, 400, CAM_REASON_PROTOCOL, "400", true},
    {"setup-500", 2, 500, CAM_REASON_PROTOCOL, "500", true},
    {"setup-501", 2, 501, CAM_REASON_PROTOCOL, "501", true},
    {"describe-461", 1, 461, CAM_REASON_UNSUPPORTED, "461"},
    {"play-454", 3, 454, CAM_REASON_PROTOCOL, "454"},
    {"play-503", 3, 503, CAM_REASON_LIMIT, "503"},
};

static void
test_refusal (Fixture *self, gconstpointer data)
{
  const Refusal *refusal = data;
  connect_camera (self);
  for (int i = 0; i < refusal->at; i++)
    answer (self, 200, "Session: abc", i == 1 ? SDP_VIDEO : NULL);
  answer (self, refusal->status, NULL, NULL);
  assert_failed (self, refusal->reason, refusal->part);
  g_assert_cmpint (cam_camera_dialogue_is_transport_refused (self->dialogue), ==, refusal->is_of_transport);
  g_assert_cmpint (cam_camera_dialogue_get_due_us (self->dialogue), ==, INT64_MAX);
  answer (self, 200, NULL, NULL);
  g_assert_cmpint (self->act, ==, CAM_DIALOGUE_WAIT);
}

/* How long a full camera wants to be left alone: what it says, else as long as it keeps sessions. */
static void
test_retry_after (Fixture *self, gconstpointer data)
{
  static const struct {
    const char *session;
    const char *refusal;
    int64_t seconds;
  } rows[] = {
      {"Session: abc;timeout=30", "Retry-After: 7", 7},
      {"Session: abc;timeout=30", NULL, 30},
      {"Session: abc", NULL, 60},
      {NULL, NULL, 0},
  };
  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++) {
    begin (self, NULL, NULL, true);
    describe (self, NULL, SDP_VIDEO);
    answer (self, 200, rows[i].session, NULL);
    answer (self, 453, rows[i].refusal, NULL);
    assert_failed (self, CAM_REASON_LIMIT, "453 Not Enough Bandwidth to PLAY");
    g_assert_cmpint (cam_camera_dialogue_get_retry_after_us (self->dialogue), ==, rows[i].seconds * S);
  }
}

/* The lease is for who tears the session down later: the aggregate's URL, without a password. */
static void
test_session_url (Fixture *self, gconstpointer data)
{
  static const struct {
    const char *headers;
    const char *control;
    const char *url;
  } rows[] = {
      {"Content-Base: rtsp://cam.test/live/", "*", "rtsp://cam.test/live/"},
      {"Content-Base: rtsp://cam.test/live/", "rtsp://admin:pw@cam.test/all", "rtsp://cam.test/all"},
      {NULL, "http://x", "rtsp://cam.test/live"},
  };
  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *sdp = g_strdup_printf ("v=0\r\ns=-\r\nt=0 0\r\na=control:%s\r\nm=video 0 RTP/AVP 96\r\n"
                                            "a=rtpmap:96 H264/90000\r\na=control:rtsp://cam.test/1\r\n",
                                            rows[i].control);
    begin (self, NULL, NULL, true);
    describe (self, rows[i].headers, sdp);
    g_assert_null (cam_camera_dialogue_get_session (self->dialogue));
    answer (self, 200, "Session: abc;timeout=30", NULL);
    g_autofree char *url = cam_camera_dialogue_dup_session_url (self->dialogue);
    g_assert_cmpstr (url, ==, rows[i].url);
    g_assert_cmpstr (cam_camera_dialogue_get_session (self->dialogue), ==, "abc");
  }
}

/* A log-in that worked and works no more is a lock, not a wrong password. */
static void
test_lockout (Fixture *self, gconstpointer data)
{
  begin (self, "viewer", "secret", true);
  connect_camera (self);
  answer (self, 200, NULL, NULL);
  answer (self, 401, "WWW-Authenticate: Basic realm=\"cam\"", NULL);
  answer (self, 200, NULL, SDP_VIDEO);
  answer (self, 401, "WWW-Authenticate: Basic realm=\"cam\"", NULL);
  assert_request (self, "SETUP rtsp://cam.test/live/trackID=1"); /* it may have forgotten us: once more */
  answer (self, 401, "WWW-Authenticate: Basic realm=\"cam\"", NULL);
  assert_failed (self, CAM_REASON_LOCKOUT, "401 Unauthorized to SETUP");

  begin (self, "viewer", "secret", true); /* OPTIONS needs no log-in: its answer proves none */
  connect_camera (self);
  answer (self, 401, "WWW-Authenticate: Basic realm=\"cam\"", NULL);
  answer (self, 200, NULL, NULL);
  answer (self, 401, "WWW-Authenticate: Basic realm=\"cam\"", NULL);
  assert_request (self, "DESCRIBE rtsp://cam.test/live"); /* it may have forgotten us: once more */
  answer (self, 401, "WWW-Authenticate: Basic realm=\"cam\"", NULL);
  assert_failed (self, CAM_REASON_AUTH, "401 Unauthorized to DESCRIBE");
}

/* A camera that was granted a session and refuses PLAY is told that we go. */
static void
test_leave_after_refusal (Fixture *self, gconstpointer data)
{
  connect_camera (self);
  for (int i = 0; i < 3; i++)
    answer (self, 200, "Session: abc", i == 1 ? SDP_VIDEO : NULL);
  answer (self, 503, NULL, NULL);
  leave_camera (self);
  assert_request (self, "TEARDOWN rtsp://cam.test/live");
}

static void
test_options_refused (Fixture *self, gconstpointer data)
{
  static const int statuses[] = {400, 403, 404, 405, 454, 501};
  for (size_t i = 0; i < G_N_ELEMENTS (statuses); i++) {
    begin (self, NULL, NULL, true);
    connect_camera (self);
    answer (self, statuses[i], NULL, NULL);
    assert_request (self, "DESCRIBE rtsp://cam.test/live");
  }
}

static void
test_deadline (Fixture *self, gconstpointer data)
{
  static const char *const methods[] = {"OPTIONS", "DESCRIBE", "SETUP", "PLAY"};
  for (unsigned at = 0; at < G_N_ELEMENTS (methods); at++) {
    begin (self, NULL, NULL, true);
    connect_camera (self);
    for (unsigned i = 0; i < at; i++)
      answer (self, 200, NULL, i == 1 ? SDP_VIDEO : NULL);
    g_assert_cmpint (cam_camera_dialogue_get_due_us (self->dialogue), ==, START_US + 10 * S);
    answer (self, 100, NULL, NULL); /* Continue does not buy time */
    tick_at (self, START_US + 10 * S - 1);
    g_assert_cmpint (self->act, ==, CAM_DIALOGUE_WAIT);
    tick_at (self, START_US + 10 * S);
    assert_failed (self, CAM_REASON_TIMEOUT, methods[at]);
  }
}

static void
test_keep_alive (Fixture *self, gconstpointer data)
{
  play (self);
  int64_t due_us = cam_camera_dialogue_get_due_us (self->dialogue);
  g_assert_cmpint (due_us, ==, START_US + 15 * S);
  tick_at (self, due_us - 1);
  g_assert_null (self->sent);
  tick_at (self, due_us);
  assert_request (self, "GET_PARAMETER rtsp://cam.test/live");
  assert_header (self, "Session: abc");
  answer (self, 200, NULL, NULL);
  g_assert_cmpint (self->act, ==, CAM_DIALOGUE_WAIT);
  tick_at (self, due_us + 15 * S);
  assert_request (self, "GET_PARAMETER rtsp://cam.test/live");
  answer (self, 454, NULL, NULL); /* not the end, but not again */
  g_assert_cmpint (self->act, ==, CAM_DIALOGUE_WAIT);
  tick_at (self, due_us + 30 * S);
  assert_request (self, "OPTIONS rtsp://cam.test/live");
  tick_at (self, due_us + 40 * S); /* no answer: packets tell whether the camera lives */
  g_assert_cmpint (self->act, ==, CAM_DIALOGUE_WAIT);
  g_assert_null (cam_camera_dialogue_get_awaited (self->dialogue));
  tick_at (self, due_us + 45 * S);
  assert_request (self, "OPTIONS rtsp://cam.test/live");
}

/* The password goes to the camera it was given for, and no further. */
/* A nonce that is always stale is not chased for ever. */
/* Cameras that close the connection after a 401 are dialled again, but not for ever. */
static void
test_descriptions (Fixture *self, gconstpointer data)
{
  static const struct {
    const char *sdp;
    CamReason reason;
  } rows[] = {
      {"", CAM_REASON_SDP},
      {"<html>", CAM_REASON_SDP},
      {"v=0\r\ns=-\r\nt=0 0\r\nm=video 0 RTP/AVP 96\r\na=rtpmap:96 VP8/90000\r\n", CAM_REASON_UNSUPPORTED},
      {"v=0\r\ns=-\r\nt=0 0\r\nm=application 0 RTP/AVP 107\r\na=rtpmap:107 vnd.onvif.metadata/90000\r\n", CAM_REASON_UNSUPPORTED},
      {"v=0\r\ns=-\r\nt=0 0\r\na=key-mgmt:mikey AQAFgM0adlABAAAAAAAAAAAAAAAAAAA=\r\nm=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\n",
       CAM_REASON_UNSUPPORTED},
  };
  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++) {
    begin (self, NULL, NULL, true);
    describe (self, NULL, rows[i].sdp);
    assert_failed (self, rows[i].reason, "");
  }
}

static void
test_no_audio (Fixture *self, gconstpointer data)
{
  begin (self, NULL, NULL, false);
  describe (self, NULL, SDP_BOTH);
  assert_request (self, "SETUP rtsp://cam.test/live/trackID=1");
  answer (self, 200, "Session: abc", NULL);
  g_assert_cmpint (self->act, ==, CAM_DIALOGUE_READY);
  CamRtspGrant grant;
  g_assert_false (cam_camera_dialogue_get_grant (self->dialogue, CAM_TRACK_AUDIO, &grant));
  begin (self, NULL, NULL, false);
  describe (self, NULL, "v=0\r\ns=-\r\nt=0 0\r\nm=audio 0 RTP/AVP 0\r\n");
  assert_failed (self, CAM_REASON_UNSUPPORTED, "sound only");
}

/* Sound that cannot be set up is done without, unless the camera is merely full. */
static void
test_audio_refused (Fixture *self, gconstpointer data)
{
  describe (self, NULL, SDP_BOTH);
  answer (self, 200, "Session: abc", NULL);
  answer (self, 404, NULL, NULL);
  g_assert_cmpint (self->act, ==, CAM_DIALOGUE_READY);
  begin (self, NULL, NULL, true);
  describe (self, NULL, SDP_BOTH);
  answer (self, 200, "Session: abc", NULL);
  answer (self, 453, NULL, NULL);
  assert_failed (self, CAM_REASON_LIMIT, "453");
}

static void
test_grants (Fixture *self, gconstpointer data)
{
  describe (self, NULL, SDP_VIDEO);
  answer (self, 200, "Session: abc\nTransport: RTP/AVP;unicast;client_port=8000-8001", NULL);
  assert_failed (self, CAM_REASON_UNSUPPORTED, "does not send over TCP");
  g_assert_true (cam_camera_dialogue_is_transport_refused (self->dialogue));
  begin (self, NULL, NULL, true);
  describe (self, NULL, SDP_VIDEO);
  answer (self, 200, "Session: abc\nTransport: RTP/AVP/TCP;unicast", NULL);
  CamRtspGrant grant;
  g_assert_true (cam_camera_dialogue_get_grant (self->dialogue, CAM_TRACK_VIDEO, &grant));
  g_assert_cmpuint (grant.channels[0], ==, 0);
  g_assert_cmpuint (grant.channels[1], ==, 1);
}

/* While TEARDOWN is awaited, a keep-alive's late answer is not taken for it; silence ends it. */
static void
test_leaving (Fixture *self, gconstpointer data)
{
  play (self);
  tick_at (self, cam_camera_dialogue_get_due_us (self->dialogue));
  assert_header (self, "CSeq: 5");
  leave_camera (self);
  assert_header (self, "CSeq: 6");
  leave_camera (self);
  g_assert_null (self->sent);
  answer (self, 200, "CSeq: 5", NULL);
  g_assert_cmpint (self->act, ==, CAM_DIALOGUE_WAIT);
  tick_at (self, self->now_us + 10 * S);
  g_assert_cmpint (self->act, ==, CAM_DIALOGUE_LEFT);
}

/* Cameras change their nonce while they stream: TEARDOWN is said again with the new one, a few times. */
static void
test_leaving_logs_in (Fixture *self, gconstpointer data)
{
  begin (self, "viewer", "secret", true);
  play (self);
  leave_camera (self);
  for (unsigned i = 0; i < 3; i++) {
    g_autofree char *header = g_strdup_printf ("WWW-Authenticate: Digest realm=\"cam\", nonce=\"n%u\", stale=true", i);
    answer (self, 401, header, NULL);
    g_assert_cmpint (self->act, ==, CAM_DIALOGUE_WAIT);
    g_assert_true (g_str_has_prefix (self->sent, "TEARDOWN "));
    g_assert_nonnull (strstr (self->sent, "Authorization: Digest"));
  }
  answer (self, 401, "WWW-Authenticate: Digest realm=\"cam\", nonce=\"n\", stale=true", NULL);
  g_assert_cmpint (self->act, ==, CAM_DIALOGUE_LEFT);
  g_assert_null (self->sent);
}

/* A session that somebody else began is ended by TEARDOWN alone. */
static void
test_new_leaving (Fixture *self, gconstpointer data)
{
  CamCameraDialogueSetup setup = {.url = "rtsp://cam.test/live", .cnonce = "0123456789abcdef"};
  cam_camera_dialogue_free (self->dialogue);
  self->dialogue = cam_camera_dialogue_new_leaving (&setup, "rtsp://10.0.0.9/live/", "abc");
  connect_camera (self);
  g_assert_true (g_str_has_prefix (self->sent, "TEARDOWN rtsp://10.0.0.9/live/ RTSP/1.0\r\n"));
  assert_header (self, "Session: abc");
  answer (self, 200, NULL, NULL);
  g_assert_cmpint (self->act, ==, CAM_DIALOGUE_LEFT);
  setup.url = "test:";
  g_assert_null (cam_camera_dialogue_new_leaving (&setup, "rtsp://10.0.0.9/live/", "abc"));
}

static void
test_leave_early (Fixture *self, gconstpointer data)
{
  connect_camera (self);
  leave_camera (self);
  g_assert_cmpint (self->act, ==, CAM_DIALOGUE_LEFT);
  g_assert_null (self->sent);
}

static void
test_unasked_answers (Fixture *self, gconstpointer data)
{
  play (self);
  answer (self, 200, "CSeq: 4", NULL);
  g_assert_cmpint (self->act, ==, CAM_DIALOGUE_WAIT);
  answer (self, 404, NULL, NULL);
  g_assert_cmpint (self->act, ==, CAM_DIALOGUE_WAIT);
}

static void
test_wrong_url (void)
{
  g_assert_null (cam_camera_dialogue_new (&(CamCameraDialogueSetup){.url = "test:", .cnonce = "0"}));
  g_assert_null (cam_camera_dialogue_new (&(CamCameraDialogueSetup){.url = "no url", .cnonce = "0"}));
}

#define ADD(path, data, func) g_test_add ("/camera-dialogue/" path, Fixture, data, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("whole", NULL, test_whole);
  ADD ("leave-after-refusal", NULL, test_leave_after_refusal);
  ADD ("retry-after", NULL, test_retry_after);
  ADD ("session-url", NULL, test_session_url);
  ADD ("lockout", NULL, test_lockout);
  ADD ("options-refused", NULL, test_options_refused);
  ADD ("deadline", NULL, test_deadline);
  ADD ("keep-alive", NULL, test_keep_alive);
  ADD ("descriptions", NULL, test_descriptions);
  ADD ("no-audio", NULL, test_no_audio);
  ADD ("audio-refused", NULL, test_audio_refused);
  ADD ("grants", NULL, test_grants);
  ADD ("leaving", NULL, test_leaving);
  ADD ("leaving-logs-in", NULL, test_leaving_logs_in);
  ADD ("new-leaving", NULL, test_new_leaving);
  ADD ("leave-early", NULL, test_leave_early);
  ADD ("unasked-answers", NULL, test_unasked_answers);
  for (size_t i = 0; i < G_N_ELEMENTS (refusals); i++) {
    g_autofree char *path = g_strdup_printf ("/camera-dialogue/refused/%s", refusals[i].name);
    g_test_add (path, Fixture, &refusals[i], set_up, test_refusal, tear_down);
  }
  g_test_add_func ("/camera-dialogue/wrong-url", test_wrong_url);
  return g_test_run ();
}
