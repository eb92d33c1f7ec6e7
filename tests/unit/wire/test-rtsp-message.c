#include "wire/rtsp-message.h"

#include <string.h>

static void
assert_serialises (const CamRtspMessage *message, const char *expected)
{
  g_autoptr (GBytes) bytes = cam_rtsp_message_serialise (message);
  size_t size = 0;
  const void *data = g_bytes_get_data (bytes, &size);
  g_assert_cmpmem (data, size, expected, strlen (expected));
}

static void
test_request (void)
{
  g_autoptr (CamRtspMessage) message = cam_rtsp_message_new_request ("DESCRIBE", "rtsp://h/cam");
  cam_rtsp_message_add (message, "Accept", "application/sdp");
  cam_rtsp_message_addf (message, "CSeq", "%d", 7);
  g_assert_true (message->is_request);
  g_assert_cmpstr (message->phrase, ==, "RTSP/1.0");
  assert_serialises (message, "DESCRIBE rtsp://h/cam RTSP/1.0\r\nAccept: application/sdp\r\nCSeq: 7\r\n\r\n");
}

static void
test_response_with_body (void)
{
  g_autoptr (CamRtspMessage) message = cam_rtsp_message_new_response (200, NULL);
  cam_rtsp_message_add (message, "content-length", "999");
  cam_rtsp_message_set_body (message, "old and longer", 14);
  cam_rtsp_message_set_body (message, "v=0\r\n", 5);
  g_assert_cmpstr ((const char *) message->body->data, ==, "v=0\r\n");
  assert_serialises (message, "RTSP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nv=0\r\n");
}

static void
test_body_is_never_null (void)
{
  g_autoptr (CamRtspMessage) message = cam_rtsp_message_new_response (404, "Nowhere");
  g_assert_cmpuint (message->body->len, ==, 0);
  g_assert_cmpstr ((const char *) message->body->data, ==, "");
  cam_rtsp_message_set_body (message, "x", 1);
  cam_rtsp_message_set_body (message, NULL, 0);
  g_assert_cmpstr ((const char *) message->body->data, ==, "");
  assert_serialises (message, "RTSP/1.0 404 Nowhere\r\n\r\n");
}

static void
test_get (void)
{
  g_autoptr (CamRtspMessage) message = cam_rtsp_message_new_response (401, NULL);
  cam_rtsp_message_add (message, "WWW-Authenticate", "Basic");
  cam_rtsp_message_add (message, "CSeq", "1");
  cam_rtsp_message_add (message, "www-authenticate", "Digest");
  g_assert_cmpstr (cam_rtsp_message_get (message, "Www-Authenticate", 0), ==, "Basic");
  g_assert_cmpstr (cam_rtsp_message_get (message, "Www-Authenticate", 1), ==, "Digest");
  g_assert_null (cam_rtsp_message_get (message, "Www-Authenticate", 2));
  g_assert_null (cam_rtsp_message_get (message, "Session", 0));
}

static void
test_nobody_injects_headers (void)
{
  g_autoptr (CamRtspMessage) message = cam_rtsp_message_new_request ("SETUP\r\nA: b", "rtsp://h/\nc");
  cam_rtsp_message_add (message, "X\r\nY", "1\r\nSession: 2\x7f\t3");
  assert_serialises (message, "SETUPA: b rtsp://h/c RTSP/1.0\r\nXY: 1Session: 23\r\n\r\n");
}

static void
test_phrases (void)
{
  g_assert_cmpstr (cam_rtsp_status_phrase (100), ==, "Continue");
  g_assert_cmpstr (cam_rtsp_status_phrase (454), ==, "Session Not Found");
  g_assert_cmpstr (cam_rtsp_status_phrase (551), ==, "Option not supported");
  g_assert_cmpstr (cam_rtsp_status_phrase (299), ==, "Unknown Status");
}

static void
test_free_of_nothing (void)
{
  cam_rtsp_message_free (NULL);
  g_assert_cmpstr (g_quark_to_string (CAM_RTSP_ERROR), ==, "cam_rtsp_error");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/rtsp-message/request", test_request);
  g_test_add_func ("/rtsp-message/response-with-body", test_response_with_body);
  g_test_add_func ("/rtsp-message/body-is-never-null", test_body_is_never_null);
  g_test_add_func ("/rtsp-message/get", test_get);
  g_test_add_func ("/rtsp-message/nobody-injects-headers", test_nobody_injects_headers);
  g_test_add_func ("/rtsp-message/phrases", test_phrases);
  g_test_add_func ("/rtsp-message/free-of-nothing", test_free_of_nothing);
  return g_test_run ();
}
