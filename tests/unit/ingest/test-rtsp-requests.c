#include "dialogue-fixture.h"

static void
test_session_header (Fixture *self, gconstpointer data)
{
  static const struct {
    const char *header;
    int seconds;
    const char *sent;
  } rows[] = {
      {"Session: abc", 60, "Session: abc"},
      {"Session: abc;timeout=60", 60, "Session: abc"},
      {"Session: abc ; timeout = 20", 20, "Session: abc"},
      {"Session: abc;Timeout=1", 5, "Session: abc"},
      {"Session: abc;timeout=99999999999999999999999", 3600, "Session: abc"},
      {"Session: abc;timeout=x", 60, "Session: abc"},
      {"Session: abc;timeout", 60, "Session: abc"},
      {"Session: A+b=/-_.$", 60, "Session: A+b=/-_.$"},
  };
  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++) {
    begin (self, NULL, NULL, true);
    describe (self, NULL, SDP_VIDEO);
    answer (self, 200, rows[i].header, NULL);
    g_assert_cmpint (self->act, ==, CAM_DIALOGUE_READY);
    assert_header (self, rows[i].sent);
    answer (self, 200, NULL, NULL);
    g_assert_cmpint (cam_camera_dialogue_get_due_us (self->dialogue), ==, START_US + rows[i].seconds * S / 2);
  }
  begin (self, NULL, NULL, true);
  describe (self, NULL, SDP_VIDEO);
  answer (self, 200, "Session: ;timeout=60", NULL);
  assert_failed (self, CAM_REASON_PROTOCOL, "session id that");
  begin (self, NULL, NULL, true);
  describe (self, NULL, SDP_VIDEO);
  answer (self, 200, NULL, NULL); /* no session at all: some cameras need none */
  g_assert_cmpint (self->act, ==, CAM_DIALOGUE_READY);
  g_assert_null (strstr (self->sent, "Session:"));
}

static void
test_base (Fixture *self, gconstpointer data)
{
  static const struct {
    const char *headers;
    const char *setup;
  } rows[] = {
      {NULL, "SETUP rtsp://cam.test/live/trackID=1"},
      {"Content-Base: rtsp://cam.test/x/", "SETUP rtsp://cam.test/x/trackID=1"},
      {"Content-Base: rtsp://cam.test/x", "SETUP rtsp://cam.test/x/trackID=1"},
      {"Content-Location: rtsp://cam.test/y/", "SETUP rtsp://cam.test/y/trackID=1"},
      {"Content-Location: rtsp://cam.test/y/\nContent-Base: rtsp://cam.test/x/", "SETUP rtsp://cam.test/x/trackID=1"},
      {"Content-Base: nonsense", "SETUP rtsp://cam.test/live/trackID=1"},
      {"Content-Base: http://cam.test/x/", "SETUP rtsp://cam.test/live/trackID=1"},
  };
  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++) {
    begin (self, NULL, NULL, true);
    describe (self, rows[i].headers, SDP_VIDEO);
    assert_request (self, rows[i].setup);
  }
}

static void
test_redirect (Fixture *self, gconstpointer data)
{
  static const int statuses[] = {301, 302, 303, 305, 307};
  for (size_t i = 0; i < G_N_ELEMENTS (statuses); i++) {
    begin (self, NULL, NULL, true);
    connect_camera (self);
    answer (self, statuses[i], "Location: rtsp://other.test:8554/there", NULL);
    g_assert_cmpint (self->act, ==, CAM_DIALOGUE_DIAL);
    g_assert_cmpstr (cam_camera_dialogue_get_host (self->dialogue), ==, "other.test");
    g_assert_cmpuint (cam_camera_dialogue_get_port (self->dialogue), ==, 8554);
    connect_camera (self);
    assert_request (self, "DESCRIBE rtsp://other.test:8554/there");
  }
  answer (self, 302, "Location: /here", NULL);
  g_assert_cmpint (self->act, ==, CAM_DIALOGUE_DIAL);
  connect_camera (self);
  assert_request (self, "DESCRIBE rtsp://other.test:8554/here");
  answer (self, 302, "Location: http://other.test/", NULL);
  assert_failed (self, CAM_REASON_PROTOCOL, "302 to DESCRIBE leads nowhere");
  begin (self, NULL, NULL, true);
  connect_camera (self);
  answer (self, 302, NULL, NULL);
  assert_failed (self, CAM_REASON_PROTOCOL, "leads nowhere");
}

static void
test_redirect_loop (Fixture *self, gconstpointer data)
{
  for (int i = 0; i < 5; i++) {
    connect_camera (self);
    answer (self, 302, "Location: rtsp://cam.test/live", NULL);
    g_assert_cmpint (self->act, ==, CAM_DIALOGUE_DIAL);
  }
  connect_camera (self);
  answer (self, 302, "Location: rtsp://cam.test/live", NULL);
  assert_failed (self, CAM_REASON_PROTOCOL, "more than 5 redirects");
}

#define BASIC "WWW-Authenticate: Basic realm=\"cam\""
#define DIGEST "WWW-Authenticate: Digest realm=\"cam\", nonce=\"n1\""

static void
test_redirect_credentials (Fixture *self, gconstpointer data)
{
  begin (self, "viewer", "secret", true);
  connect_camera (self);
  answer (self, 401, BASIC, NULL);
  assert_header (self, "Authorization: Basic dmlld2VyOnNlY3JldA==");
  answer (self, 302, "Location: rtsp://cam.test/other", NULL);
  connect_camera (self);
  assert_header (self, "Authorization: Basic dmlld2VyOnNlY3JldA==");
  answer (self, 302, "Location: rtsp://evil.test/other", NULL);
  connect_camera (self);
  g_assert_null (strstr (self->sent, "Authorization"));
  answer (self, 401, BASIC, NULL);
  assert_failed (self, CAM_REASON_AUTH, "401");
}

static void
test_auth (Fixture *self, gconstpointer data)
{
  begin (self, "viewer", "secret", true);
  connect_camera (self);
  answer (self, 401, BASIC "\n" DIGEST, NULL);
  assert_request (self, "OPTIONS rtsp://cam.test/live");
  assert_header (self, "CSeq: 2");
  g_assert_nonnull (strstr (self->sent, "Authorization: Digest username=\"viewer\""));
  answer (self, 200, NULL, NULL);
  assert_request (self, "DESCRIBE rtsp://cam.test/live");
  g_assert_nonnull (strstr (self->sent, "nonce=\"n1\""));
  answer (self, 401, "WWW-Authenticate: Digest realm=\"cam\", nonce=\"n2\", stale=true", NULL);
  g_assert_nonnull (strstr (self->sent, "nonce=\"n2\""));
  answer (self, 401, "WWW-Authenticate: Digest realm=\"cam\", nonce=\"n3\"", NULL);
  assert_failed (self, CAM_REASON_AUTH, "401 Unauthorized to DESCRIBE");
}

static void
test_stale_for_ever (Fixture *self, gconstpointer data)
{
  begin (self, "viewer", "secret", true);
  connect_camera (self);
  for (int i = 0; i < 3; i++) {
    answer (self, 401, "WWW-Authenticate: Digest realm=\"cam\", nonce=\"n\", stale=true", NULL);
    g_assert_cmpint (self->act, ==, CAM_DIALOGUE_WAIT);
  }
  answer (self, 401, "WWW-Authenticate: Digest realm=\"cam\", nonce=\"n\", stale=true", NULL);
  assert_failed (self, CAM_REASON_AUTH, "401 Unauthorized to OPTIONS, and so on");
}

static void
test_auth_unknown (Fixture *self, gconstpointer data)
{
  begin (self, "viewer", "secret", true);
  connect_camera (self);
  answer (self, 401, "WWW-Authenticate: Negotiate", NULL);
  assert_failed (self, CAM_REASON_AUTH, "without a way of logging in");
}

static void
test_close_after_challenge (Fixture *self, gconstpointer data)
{
  begin (self, "viewer", "secret", true);
  connect_camera (self);
  g_assert_false (cam_camera_dialogue_wants_redial (self->dialogue));
  answer (self, 401, DIGEST, NULL);
  g_assert_true (cam_camera_dialogue_wants_redial (self->dialogue));
  connect_camera (self);
  assert_request (self, "OPTIONS rtsp://cam.test/live");
  g_assert_nonnull (strstr (self->sent, "Authorization: Digest"));
  g_assert_true (cam_camera_dialogue_wants_redial (self->dialogue));
  g_assert_false (cam_camera_dialogue_wants_redial (self->dialogue));
}

static void
test_keep_alive_challenged (Fixture *self, gconstpointer data)
{
  begin (self, "viewer", "secret", true);
  play (self);
  tick_at (self, cam_camera_dialogue_get_due_us (self->dialogue));
  answer (self, 401, DIGEST, NULL);
  assert_request (self, "GET_PARAMETER rtsp://cam.test/live");
  answer (self, 401, DIGEST, NULL);
  g_assert_cmpint (self->act, ==, CAM_DIALOGUE_WAIT);
  g_assert_null (self->sent);
}

static void
test_range_refused (Fixture *self, gconstpointer data)
{
  describe (self, NULL, SDP_VIDEO);
  answer (self, 200, "Session: abc", NULL);
  assert_header (self, "Range: npt=0.000-");
  answer (self, 457, NULL, NULL);
  assert_request (self, "PLAY rtsp://cam.test/live");
  g_assert_null (strstr (self->sent, "Range:"));
  answer (self, 457, NULL, NULL);
  assert_failed (self, CAM_REASON_PROTOCOL, "457");
}

static void
ask (Fixture *self, const char *method)
{
  CamRtspMessage *request = cam_rtsp_message_new_request (method, "rtsp://cam.test/live");
  cam_rtsp_message_add (request, "CSeq", "77");
  take (self, request);
}

static void
test_requests_of_the_camera (Fixture *self, gconstpointer data)
{
  static const struct {
    const char *method;
    const char *line;
  } rows[] = {
      {"OPTIONS", "RTSP/1.0 200 OK\r\n"},
      {"GET_PARAMETER", "RTSP/1.0 200 OK\r\n"},
      {"SET_PARAMETER", "RTSP/1.0 405 "},
      {"ANNOUNCE", "RTSP/1.0 405 "},
      {"REDIRECT", "RTSP/1.0 405 "},
      {"PLAY", "RTSP/1.0 405 "},
      {"BREW", "RTSP/1.0 501 Not Implemented\r\n"},
  };
  play (self);
  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++) {
    ask (self, rows[i].method);
    g_assert_cmpint (self->act, ==, CAM_DIALOGUE_WAIT);
    g_assert_true (g_str_has_prefix (self->sent, rows[i].line));
    assert_header (self, "CSeq: 77");
  }
  ask (self, "TEARDOWN");
  g_assert_true (g_str_has_prefix (self->sent, "RTSP/1.0 200 OK\r\n"));
  assert_failed (self, CAM_REASON_CLOSED, "TEARDOWN");
  leave_camera (self);
  g_assert_cmpint (self->act, ==, CAM_DIALOGUE_LEFT);
}

#define ADD(path, data, func) g_test_add ("/rtsp-requests/" path, Fixture, data, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("keep-alive-challenged", NULL, test_keep_alive_challenged);
  ADD ("session-header", NULL, test_session_header);
  ADD ("base", NULL, test_base);
  ADD ("redirect", NULL, test_redirect);
  ADD ("redirect-loop", NULL, test_redirect_loop);
  ADD ("redirect-credentials", NULL, test_redirect_credentials);
  ADD ("auth", NULL, test_auth);
  ADD ("stale-for-ever", NULL, test_stale_for_ever);
  ADD ("auth-unknown", NULL, test_auth_unknown);
  ADD ("close-after-challenge", NULL, test_close_after_challenge);
  ADD ("range-refused", NULL, test_range_refused);
  ADD ("requests-of-the-camera", NULL, test_requests_of_the_camera);
  return g_test_run ();
}
