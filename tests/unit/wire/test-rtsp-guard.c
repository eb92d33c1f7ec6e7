#include "wire/rtsp-guard.h"

#include <string.h>

#include "camrelay/limits.h"
#include "wire/rtsp-framing.h"

/* The message that @text is; headers without the last empty line. */
static CamRtspMessage *
read_message (const char *text)
{
  g_autofree char *wire = g_strconcat (text, "\r\n", NULL);
  CamRtspFraming *framing = cam_rtsp_framing_new (CAM_LIMIT_BODY_BYTES, false);
  CamFrame frame;
  size_t room = 0;
  memcpy (cam_rtsp_framing_get_room (framing, strlen (wire), &room), wire, strlen (wire));
  cam_rtsp_framing_commit (framing, strlen (wire));
  g_assert_cmpint (cam_rtsp_framing_next (framing, &frame), ==, CAM_FRAME_MESSAGE);
  cam_rtsp_framing_free (framing);
  return frame.message;
}

typedef struct {
  const char *text;
  int status;
  uint32_t cseq;
  bool is_closed;
} Row;

static const Row rows[] = {
    {"OPTIONS rtsp://h/cam RTSP/1.0\r\nCSeq: 1\r\n", 0, 1},
    {"OPTIONS * RTSP/1.0\r\nCSeq: 0\r\n", 0, 0},
    {"GET_PARAMETER * RTSP/1.0\r\nCSeq: 2\r\n", 0, 2},
    {"DESCRIBE RTSPS://[::1]:8554/cam?a=b RTSP/1.0\r\nCSeq: 4294967295\r\n", 0, 4294967295},
    {"SETUP rtsp://h/cam/stream=0 RTSP/1.0\r\nCSeq: 3\r\nTransport: x\r\n", 0, 3},
    {"PLAY rtsp://h RTSP/1.0\r\nCSeq: 4\r\nSession: aZ09$-_.+;timeout=60\r\n", 0, 4},
    {"PAUSE rtsp://h/ RTSP/1.0\r\nCSeq: 5\r\nSession: a ;timeout=60\r\n", 0, 5},
    {"SET_PARAMETER rtsp://h/cam RTSP/1.0\r\nCSeq: 6\r\n", 0, 6},
    {"TEARDOWN rtsp://h/cam RTSP/1.0\r\nCSeq: 7\r\n", 0, 7},
    /* CSeq. */
    {"OPTIONS * RTSP/1.0\r\n", 400, 0, true},
    {"OPTIONS * RTSP/1.0\r\nCSeq:\r\n", 400, 0, true},
    {"OPTIONS * RTSP/1.0\r\nCSeq: x\r\n", 400, 0, true},
    {"OPTIONS * RTSP/1.0\r\nCSeq: -1\r\n", 400, 0, true},
    {"OPTIONS * RTSP/1.0\r\nCSeq: 4294967296\r\n", 400, 0, true},
    {"OPTIONS * RTSP/1.0\r\nCSeq: 1\r\nCSeq: 1\r\n", 400, 0, true},
    /* A client does not answer us: we never ask. */
    {"RTSP/1.0 200 OK\r\nCSeq: 1\r\n", 400, 0, true},
    /* Versions. */
    {"OPTIONS * RTSP/2.0\r\nCSeq: 1\r\n", 505, 1},
    {"OPTIONS * rtsp/1.0\r\nCSeq: 1\r\n", 505, 1, true},
    {"GET /cam HTTP/1.0\r\nCSeq: 1\r\n", 505, 1, true},
    {"GET /cam HTTP/1.0\r\n", 400, 0, true},
    /* Methods. */
    {"GET rtsp://h/cam RTSP/1.0\r\nCSeq: 1\r\n", 501, 1},
    {"options rtsp://h/cam RTSP/1.0\r\nCSeq: 1\r\n", 501, 1},
    {"ANNOUNCE rtsp://h/cam RTSP/1.0\r\nCSeq: 1\r\n", 405, 1},
    {"RECORD rtsp://h/cam RTSP/1.0\r\nCSeq: 1\r\n", 405, 1},
    {"REDIRECT rtsp://h/cam RTSP/1.0\r\nCSeq: 1\r\n", 405, 1},
    /* URIs. */
    {"DESCRIBE * RTSP/1.0\r\nCSeq: 1\r\n", 400, 1},
    {"SET_PARAMETER * RTSP/1.0\r\nCSeq: 1\r\n", 400, 1},
    {"DESCRIBE /cam RTSP/1.0\r\nCSeq: 1\r\n", 400, 1},
    {"DESCRIBE rtsp:/cam RTSP/1.0\r\nCSeq: 1\r\n", 400, 1},
    {"DESCRIBE rtsp:///cam RTSP/1.0\r\nCSeq: 1\r\n", 400, 1},
    {"DESCRIBE http://h/cam RTSP/1.0\r\nCSeq: 1\r\n", 400, 1},
    {"DESCRIBE rtsp://h/c\xc3\xa4m RTSP/1.0\r\nCSeq: 1\r\n", 400, 1},
    {"DESCRIBE rtsp://h/\"cam RTSP/1.0\r\nCSeq: 1\r\n", 400, 1},
    /* Sessions, and what is there once at most. */
    {"PLAY rtsp://h/cam RTSP/1.0\r\nCSeq: 1\r\nSession:\r\n", 454, 1},
    {"PLAY rtsp://h/cam RTSP/1.0\r\nCSeq: 1\r\nSession: ;timeout=1\r\n", 454, 1},
    {"PLAY rtsp://h/cam RTSP/1.0\r\nCSeq: 1\r\nSession: a/b\r\n", 454, 1},
    {"PLAY rtsp://h/cam RTSP/1.0\r\nCSeq: 1\r\nSession: a b\r\n", 454, 1},
    {"PLAY rtsp://h/cam RTSP/1.0\r\nCSeq: 1\r\nSession: a\r\nsession: a\r\n", 400, 1},
    {"SETUP rtsp://h/cam RTSP/1.0\r\nCSeq: 1\r\nTransport: a\r\nTransport: a\r\n", 400, 1},
    {"PLAY rtsp://h/cam RTSP/1.0\r\nCSeq: 1\r\nAuthorization: a\r\nAuthorization: b\r\n", 400, 1},
};

static void
test_rows (void)
{
  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_test_message ("row %zu", i);
    g_autoptr (CamRtspMessage) message = read_message (rows[i].text);
    CamRtspRequest request = {.method = CAM_N_METHODS};
    uint32_t cseq = 99;
    bool is_closed = !rows[i].is_closed;
    g_assert_cmpint (cam_rtsp_guard_check (message, &request, &cseq, &is_closed), ==, rows[i].status);
    g_assert_cmpuint (cseq, ==, rows[i].cseq);
    g_assert_cmpint (is_closed, ==, rows[i].is_closed);
    g_assert_true ((request.method == CAM_N_METHODS) == (rows[i].status != 0));
  }
}

static void
test_request (void)
{
  g_autoptr (CamRtspMessage) message = read_message ("SETUP rtsp://h/cam/stream=1 RTSP/1.0\r\nCSeq: 9\r\nSession: 0aF;timeout=60\r\n"
                                                     "Transport: RTP/AVP\r\nAuthorization: Digest x\r\nUser-Agent: me\r\n"
                                                     "Accept: application/sdp\r\nRequire: a\r\nRange: npt=0-\r\n"
                                                     "Connection: keep-alive\r\nConnection: a, Close\r\n");
  CamRtspRequest request;
  uint32_t cseq = 0;
  bool is_closed = true;
  g_assert_cmpint (cam_rtsp_guard_check (message, &request, &cseq, &is_closed), ==, 0);
  g_assert_cmpint (request.method, ==, CAM_METHOD_SETUP);
  g_assert_cmpstr (request.method_name, ==, "SETUP");
  g_assert_cmpstr (request.uri, ==, "rtsp://h/cam/stream=1");
  g_assert_cmpuint (request.cseq, ==, 9);
  g_assert_cmpstr (request.session, ==, "0aF");
  g_assert_true (request.session == request.session_buffer);
  g_assert_cmpstr (request.transport, ==, "RTP/AVP");
  g_assert_cmpstr (request.authorization, ==, "Digest x");
  g_assert_cmpstr (request.user_agent, ==, "me");
  g_assert_cmpstr (request.accept, ==, "application/sdp");
  g_assert_cmpstr (request.require, ==, "a");
  g_assert_true (request.wants_close);
}

static void
test_what_is_not_there (void)
{
  g_autoptr (CamRtspMessage) message = read_message ("OPTIONS * RTSP/1.0\r\nCSeq: 9\r\nProxy-Require: p\r\nConnection: closed\r\n");
  CamRtspRequest request;
  uint32_t cseq = 0;
  bool is_closed = true;
  g_assert_cmpint (cam_rtsp_guard_check (message, &request, &cseq, &is_closed), ==, 0);
  g_assert_null (request.session);
  g_assert_null (request.transport);
  g_assert_null (request.authorization);
  g_assert_null (request.user_agent);
  g_assert_null (request.accept);
  g_assert_cmpstr (request.require, ==, "p");
  g_assert_false (request.wants_close);
}

static int
check_session_of_length (unsigned length)
{
  g_autofree char *id = g_strnfill (length, 'a');
  g_autofree char *text = g_strdup_printf ("PLAY rtsp://h/cam RTSP/1.0\r\nCSeq: 1\r\nSession: %s\r\n", id);
  g_autoptr (CamRtspMessage) message = read_message (text);
  CamRtspRequest request;
  uint32_t cseq = 0;
  bool is_closed = true;
  return cam_rtsp_guard_check (message, &request, &cseq, &is_closed);
}

static int
check_uri_of_length (unsigned length)
{
  g_autofree char *path = g_strnfill (length - (unsigned) strlen ("rtsp://h/"), 'a');
  g_autofree char *uri = g_strconcat ("rtsp://h/", path, NULL);
  g_autoptr (CamRtspMessage) message = cam_rtsp_message_new_request ("DESCRIBE", uri);
  cam_rtsp_message_add (message, "CSeq", "1");
  CamRtspRequest request;
  uint32_t cseq = 0;
  bool is_closed = true;
  return cam_rtsp_guard_check (message, &request, &cseq, &is_closed);
}

static void
test_limits (void)
{
  g_assert_cmpint (check_session_of_length (64), ==, 0);
  g_assert_cmpint (check_session_of_length (65), ==, 454);
  g_assert_cmpint (check_uri_of_length (CAM_LIMIT_URI_BYTES), ==, 0);
  g_assert_cmpint (check_uri_of_length (CAM_LIMIT_URI_BYTES + 1), ==, 414);
}

/* What Public says is what is let through. */
static void
test_public (void)
{
  g_auto (GStrv) methods = g_strsplit (cam_rtsp_guard_public (), ", ", -1);
  g_assert_cmpuint (g_strv_length (methods), ==, CAM_N_METHODS);
  for (unsigned i = 0; i < CAM_N_METHODS; i++) {
    g_autoptr (CamRtspMessage) message = cam_rtsp_message_new_request (methods[i], "rtsp://h/cam");
    cam_rtsp_message_add (message, "CSeq", "1");
    CamRtspRequest request;
    uint32_t cseq = 0;
    bool is_closed = true;
    g_assert_cmpint (cam_rtsp_guard_check (message, &request, &cseq, &is_closed), ==, 0);
    g_assert_cmpuint (request.method, ==, i);
    g_assert_cmpstr (request.method_name, ==, methods[i]);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/rtsp-guard/rows", test_rows);
  g_test_add_func ("/rtsp-guard/request", test_request);
  g_test_add_func ("/rtsp-guard/what-is-not-there", test_what_is_not_there);
  g_test_add_func ("/rtsp-guard/limits", test_limits);
  g_test_add_func ("/rtsp-guard/public", test_public);
  return g_test_run ();
}
