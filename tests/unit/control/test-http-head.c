#include "control/http-head.h"

#include <string.h>

static CamHttpHeadState
read_text (const char *text, CamHttpHead **ret_head, unsigned *ret_status)
{
  const char *why = NULL;
  *ret_status = 0;
  CamHttpHeadState state = cam_http_head_read ((const uint8_t *) text, strlen (text), ret_head, ret_status, &why);
  g_assert_cmpint (why != NULL, ==, state == CAM_HTTP_HEAD_REFUSED);
  return state;
}

static void
test_whole (void)
{
  static const char text[] = "POST /api/v1/cameras/a%20b?x=1&y HTTP/1.1\r\nHOST:  nvr.lan:8090 \r\norigin: http://nvr.lan:8090\r\n"
                             "Authorization: Bearer abc\r\nContent-type: application/json\r\nContent-Length: 5\r\nSec-Fetch-Site: none\r\n"
                             "X-Forwarded-For: 192.0.2.1\r\nExpect: 100-Continue\r\n\r\n12345";
  g_autoptr (CamHttpHead) head = NULL;
  unsigned status;
  g_assert_cmpint (read_text (text, &head, &status), ==, CAM_HTTP_HEAD_WHOLE);
  g_assert_cmpstr (head->method, ==, "POST");
  g_assert_cmpstr (head->path, ==, "/api/v1/cameras/a%20b");
  g_assert_cmpstr (head->query, ==, "x=1&y");
  g_assert_cmpstr (head->host, ==, "nvr.lan:8090");
  g_assert_cmpstr (head->origin, ==, "http://nvr.lan:8090");
  g_assert_cmpstr (head->authorization, ==, "Bearer abc");
  g_assert_cmpstr (head->content_type, ==, "application/json");
  g_assert_cmpstr (head->fetch_site, ==, "none");
  g_assert_true (head->is_forwarded && head->expects_continue && !head->is_1_0);
  g_assert_cmpuint (head->body_bytes, ==, 5);
  g_assert_cmpuint (head->head_bytes, ==, strlen (text) - 5);
}

static void
test_least (void)
{
  g_autoptr (CamHttpHead) head = NULL;
  unsigned status;
  g_assert_cmpint (read_text ("GET / HTTP/1.0\r\n\r\n", &head, &status), ==, CAM_HTTP_HEAD_WHOLE);
  g_assert_true (head->is_1_0 && head->host == NULL && head->query == NULL && head->body_bytes == 0);
  g_assert_false (head->is_forwarded || head->expects_continue);
  cam_http_head_free (NULL);
}

static void
test_cut (void)
{
  static const char text[] = "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n";
  for (size_t length = 0; length < strlen (text); length++) {
    CamHttpHead *head = NULL;
    unsigned status;
    g_autofree char *cut = g_strndup (text, length);
    g_assert_cmpint (read_text (cut, &head, &status), ==, CAM_HTTP_HEAD_MORE);
  }
}

static void
test_refused (void)
{
#define GET "GET / HTTP/1.1\r\n"
#define HOST "Host: a\r\n"
  static const struct {
    const char *text;
    unsigned status;
  } rows[] = {
      {"\x16\x03\x01\x02", 400},                                                  /* TLS */
      {"GET / HTTP/1.1\nHost: a\n\n", 400},                                       /* bare LF */
      {GET "Host: a\r\n\n", 400},
      {GET "Host: a\rb\r\n\r\n", 400},                                            /* bare CR */
      {GET HOST "X: \x01\r\n\r\n", 400},
      {GET HOST "X: \x7f\r\n\r\n", 400},
      {"GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505},
      {"GET / HTTP/1.2\r\nHost: a\r\n\r\n", 505},
      {"GET / http/1.1\r\nHost: a\r\n\r\n", 400},
      {"GET / HTTP/1.1 \r\nHost: a\r\n\r\n", 400},
      {"GET /\r\n\r\n", 400},
      {"GET\r\n\r\n", 400},
      {"\r\n\r\n", 400},
      {" / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"G(T / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"ABCDEFGHIJKLMNOPQRS / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"GET http://a/ HTTP/1.1\r\nHost: a\r\n\r\n", 400},                         /* absolute */
      {"OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"GET /a b HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"GET /\xc3\xa4 HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {GET "\r\n", 400},                                                          /* no Host */
      {GET HOST HOST "\r\n", 400},                                                /* two */
      {GET HOST "Host : a\r\n\r\n", 400},
      {GET HOST " folded\r\n\r\n", 400},
      {GET HOST "no colon\r\n\r\n", 400},
      {GET HOST ": nameless\r\n\r\n", 400},
      {GET HOST "Content-Length: 1\r\nContent-Length: 1\r\n\r\n", 400},
      {GET HOST "Content-Length: -5\r\n\r\n", 400},
      {GET HOST "Content-Length: +5\r\n\r\n", 400},
      {GET HOST "Content-Length: 5, 5\r\n\r\n", 400},
      {GET HOST "Content-Length: 0x5\r\n\r\n", 400},
      {GET HOST "Content-Length:\r\n\r\n", 400},
      {GET HOST "Content-Length: 65537\r\n\r\n", 413},
      {GET HOST "Content-Length: 99999999999999999999999999\r\n\r\n", 413},
      {GET HOST "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
      {GET HOST "Transfer-Encoding: chunked\r\n\r\n", 411},
      {GET HOST "Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
      {GET HOST "Expect: tea\r\n\r\n", 417},
      {GET HOST "Authorization: a\r\nAuthorization: b\r\n\r\n", 400},
      {GET HOST "Origin: a\r\nOrigin: b\r\n\r\n", 400},
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {
    CamHttpHead *head = NULL;
    unsigned status;
    g_test_message ("row %u", i);
    g_assert_cmpint (read_text (rows[i].text, &head, &status), ==, CAM_HTTP_HEAD_REFUSED);
    g_assert_cmpuint (status, ==, rows[i].status);
    g_assert_cmpstr (cam_http_status_phrase (status), !=, "Refused");
  }
}

static void
test_bounds (void)
{
  CamHttpHead *head = NULL;
  unsigned status;
  g_autoptr (GString) many = g_string_new ("GET / HTTP/1.1\r\nHost: a\r\n");
  for (unsigned i = 1; i < CAM_HTTP_MAX_HEADERS; i++)
    g_string_append (many, "X: y\r\n");
  g_autofree char *most = g_strconcat (many->str, "\r\n", NULL);
  g_assert_cmpint (read_text (most, &head, &status), ==, CAM_HTTP_HEAD_WHOLE);
  cam_http_head_free (head);
  g_string_append (many, "X: y\r\n\r\n");
  g_assert_cmpint (read_text (many->str, &head, &status), ==, CAM_HTTP_HEAD_REFUSED);
  g_assert_cmpuint (status, ==, 431);

  g_autofree char *filler = g_strnfill (CAM_HTTP_MAX_HEAD, 'x');
  g_autofree char *large = g_strconcat ("GET / HTTP/1.1\r\nHost: a\r\nX: ", filler, NULL);
  large[CAM_HTTP_MAX_HEAD - 1] = '\0';
  g_assert_cmpint (read_text (large, &head, &status), ==, CAM_HTTP_HEAD_MORE);
  large[CAM_HTTP_MAX_HEAD - 1] = 'x';
  g_assert_cmpint (read_text (large, &head, &status), ==, CAM_HTTP_HEAD_REFUSED);
  g_assert_cmpuint (status, ==, 431);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/control/http-head/whole", test_whole);
  g_test_add_func ("/control/http-head/least", test_least);
  g_test_add_func ("/control/http-head/cut", test_cut);
  g_test_add_func ("/control/http-head/refused", test_refused);
  g_test_add_func ("/control/http-head/bounds", test_bounds);
  return g_test_run ();
}
