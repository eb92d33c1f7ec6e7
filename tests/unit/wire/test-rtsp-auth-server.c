#include "wire/rtsp-auth.h"

#include <string.h>

#define MD5_HEX "0123456789abcdef0123456789ABCDEF"
#define SHA_HEX MD5_HEX MD5_HEX
#define FIRST "Digest username=\"u\", realm=\"camrelay\", nonce=\"n\", uri=\"rtsp://h/cam\", "

static void
test_challenge (void)
{
  g_autofree char *md5 = cam_auth_server_challenge ("camrelay", "n1", CAM_DIGEST_MD5, false);
  g_autofree char *sha256 = cam_auth_server_challenge ("camrelay", "n2", CAM_DIGEST_SHA256, true);
  g_assert_cmpstr (md5, ==, "Digest realm=\"camrelay\", nonce=\"n1\", algorithm=MD5, qop=\"auth\"");
  g_assert_cmpstr (sha256, ==, "Digest realm=\"camrelay\", nonce=\"n2\", stale=true, algorithm=SHA-256, qop=\"auth\"");
}

static void
test_parse (void)
{
  g_autoptr (CamAuthResponse) with_qop = cam_auth_response_parse (
      FIRST "response=\"" SHA_HEX "\", algorithm=\"SHA-256\", qop=\"auth\", nc=0000000a, cnonce=\"c\\\"\", opaque=\"\"");
  g_assert_nonnull (with_qop);
  g_assert_true (with_qop->is_digest);
  g_assert_cmpint (with_qop->hash, ==, CAM_DIGEST_SHA256);
  g_assert_cmpstr (with_qop->username, ==, "u");
  g_assert_cmpstr (with_qop->realm, ==, "camrelay");
  g_assert_cmpstr (with_qop->nonce, ==, "n");
  g_assert_cmpstr (with_qop->uri, ==, "rtsp://h/cam");
  g_assert_cmpstr (with_qop->response, ==, SHA_HEX);
  g_assert_cmpstr (with_qop->qop, ==, "auth");
  g_assert_cmpstr (with_qop->nc, ==, "0000000a");
  g_assert_cmpstr (with_qop->cnonce, ==, "c\"");

  /* What live555 sends. */
  g_autoptr (CamAuthResponse) old = cam_auth_response_parse (FIRST "response=\"" MD5_HEX "\"");
  g_assert_nonnull (old);
  g_assert_cmpint (old->hash, ==, CAM_DIGEST_MD5);
  g_assert_null (old->qop);
}

static void
test_refused (void)
{
  static const char *const values[] = {
      "",
      "Digest",
      "Basic dTpw",
      "Basic",
      "Bearer x",
      "Digest realm=\"camrelay\", nonce=\"n\", uri=\"u\", response=\"" MD5_HEX "\"",
      "Digest username=\"u\", nonce=\"n\", uri=\"u\", response=\"" MD5_HEX "\"",
      "Digest username=\"u\", realm=\"camrelay\", uri=\"u\", response=\"" MD5_HEX "\"",
      "Digest username=\"u\", realm=\"camrelay\", nonce=\"n\", response=\"" MD5_HEX "\"",
      FIRST "x=y",
      FIRST "response=\"\"",
      FIRST "response=\"" SHA_HEX "\"",
      FIRST "response=\"0123456789abcdef0123456789abcdeg\"",
      FIRST "response=\"" MD5_HEX "\", algorithm=SHA-256",
      FIRST "response=\"" MD5_HEX "\", algorithm=MD5-sess",
      FIRST "response=\"" MD5_HEX "\", algorithm=SHA-512-256",
      FIRST "response=\"" MD5_HEX "\", qop=auth-int, nc=00000001, cnonce=\"c\"",
      FIRST "response=\"" MD5_HEX "\", qop=\"\", nc=00000001, cnonce=\"c\"",
      FIRST "response=\"" MD5_HEX "\", qop=auth, cnonce=\"c\"",
      FIRST "response=\"" MD5_HEX "\", qop=auth, nc=1, cnonce=\"c\"",
      FIRST "response=\"" MD5_HEX "\", qop=auth, nc=0000000x, cnonce=\"c\"",
      FIRST "response=\"" MD5_HEX "\", qop=auth, nc=00000001",
      FIRST "response=\"" MD5_HEX "\", username=\"v\"",
      FIRST "response=\"" MD5_HEX "\", Basic",
      FIRST "response=\"" MD5_HEX,
  };
  for (size_t i = 0; i < G_N_ELEMENTS (values); i++) {
    g_test_message ("%s", values[i]);
    g_assert_null (cam_auth_response_parse (values[i]));
  }
  cam_auth_response_free (NULL);
}

/* Our own client's answer to @challenge for PLAY. */
static CamAuthResponse *
answer (const char *challenge, const char *password)
{
  const char *const values[] = {challenge, NULL};
  g_autoptr (CamSecret) secret = cam_secret_new (password, -1);
  CamAuthClient *client = cam_auth_client_new ("us\"er", secret);
  g_assert_cmpint (cam_auth_client_challenge (client, values, "0123456789abcdef"), ==, CAM_AUTH_RETRY);
  g_autofree char *header = cam_auth_client_header (client, "PLAY", "rtsp://h/cam");
  cam_auth_client_free (client);
  return cam_auth_response_parse (header);
}

static void
test_check (void)
{
  g_autoptr (CamSecret) secret = cam_secret_new ("right", -1);
  for (unsigned i = 0; i < CAM_N_DIGESTS; i++) {
    const CamDigestHash hash = (CamDigestHash) i;
    g_autofree char *challenge = cam_auth_server_challenge ("camrelay", "n", hash, false);
    g_autofree char *ha1 = cam_auth_ha1 (hash, "us\"er", "camrelay", secret);
    g_autoptr (CamAuthResponse) right = answer (challenge, "right");
    g_autoptr (CamAuthResponse) wrong = answer (challenge, "wrong");
    g_assert_cmpstr (right->username, ==, "us\"er");
    g_assert_true (cam_auth_response_check (right, ha1, "PLAY"));
    g_assert_false (cam_auth_response_check (right, ha1, "PAUSE"));
    g_assert_false (cam_auth_response_check (wrong, ha1, "PLAY"));

    g_autofree char *upper = g_ascii_strup (right->response, -1);
    g_free (right->response);
    right->response = g_steal_pointer (&upper);
    g_assert_true (cam_auth_response_check (right, ha1, "PLAY"));
    right->response[0] = right->response[0] == '0' ? '1' : '0';
    g_assert_false (cam_auth_response_check (right, ha1, "PLAY"));
  }
}

/* GStreamer 1.22 and live555 know no qop. */
static void
test_check_without_qop (void)
{
  g_autoptr (CamSecret) secret = cam_secret_new ("right", -1);
  g_autofree char *ha1 = cam_auth_ha1 (CAM_DIGEST_MD5, "us\"er", "camrelay", secret);
  g_autoptr (CamAuthResponse) response = answer ("Digest realm=\"camrelay\", nonce=\"n\"", "right");
  g_assert_null (response->qop);
  g_assert_true (cam_auth_response_check (response, ha1, "PLAY"));
}

typedef struct {
  const char *digest_uri;
  const char *request_uri;
  bool is_same;
} UriRow;

static const UriRow uri_rows[] = {
    {"rtsp://h/cam", "rtsp://h/cam", true},
    {"rtsp://h/cam/", "rtsp://h/cam", true},
    {"rtsp://h/cam", "rtsp://h/cam/", true},
    {"rtsp://h/cam?a=b", "rtsp://h/cam?a=b", true},
    {"/cam", "rtsp://h/cam", true},
    {"/cam/", "rtsp://h/cam?", false},
    {"/cam?a=b", "rtsp://h/cam?a=b", true},
    {"/", "rtsp://h", true},
    {"*", "*", true},
    {"rtsp://h/cam/stream=0", "rtsp://h/cam/stream=0", true},
    {"rtsp://h/cam", "rtsp://h/cam/stream=0", true},
    {"rtsp://h/cam/", "rtsp://h/cam/stream=0", true},
    {"rtsp://h/cam/", "rtsp://h/cam/stream=1/", true},
    {"/cam", "rtsp://h/cam/stream=1", true},
    {"rtsp://h/cam/stream=0", "rtsp://h/cam", false},
    {"rtsp://h/cam/stream=0", "rtsp://h/cam/stream=1", false},
    {"rtsp://h/cam", "rtsp://h/cam/stream=x", false},
    {"rtsp://h/cam", "rtsp://h/cam/stream=10", false},
    {"rtsp://h/cam", "rtsp://h/cam/main", false},
    {"rtsp://h/cam//", "rtsp://h/cam", false},
    {"rtsp://h/cam", "rtsp://h/cam?a=b", false},
    {"rtsp://h/ca", "rtsp://h/cam", false},
    {"rtsp://g/cam", "rtsp://h/cam", false},
    {"cam", "rtsp://h/cam", false},
    {"/cam", "*", false},
    {"", "rtsp://h/cam", false},
    {"", "rtsp://h/", false},
};

static void
test_basic (void)
{
  static const char *const wrong[] = {
      "", "Basic", "Basic ", "Basic =", "Basic Ym9i", "Basic Ym9iOnMzY3IzdA", "Basic Ym9iOnMzY3IzdA===", "Basic Ym9i OnMz", "Basic Ym9iOgB4", "Digest Ym9iOnMzY3IzdA==",
  };
  g_autofree char *name = NULL;
  g_autoptr (CamSecret) password = NULL;
  for (size_t i = 0; i < G_N_ELEMENTS (wrong); i++) {
    g_assert_false (cam_auth_basic_parse (wrong[i], &name, &password));
    g_assert_null (name);
    g_assert_null (password);
  }
  g_autofree char *filling = g_strnfill (4096, 'O');
  g_autofree char *large = g_strconcat ("Basic ", filling, NULL);
  g_assert_false (cam_auth_basic_parse (large, &name, &password));
  g_assert_true (cam_auth_basic_parse ("bAsIc   Ym9iOnMzOmNyM3Q=", &name, &password));
  g_assert_cmpstr (name, ==, "bob");
  g_assert_cmpstr (cam_secret_reveal (password), ==, "s3:cr3t");
}

static void
test_uris (void)
{
  for (size_t i = 0; i < G_N_ELEMENTS (uri_rows); i++) {
    g_test_message ("%s for %s", uri_rows[i].digest_uri, uri_rows[i].request_uri);
    g_assert_cmpint (cam_auth_uri_matches (uri_rows[i].digest_uri, uri_rows[i].request_uri), ==, uri_rows[i].is_same);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/rtsp-auth-server/challenge", test_challenge);
  g_test_add_func ("/rtsp-auth-server/parse", test_parse);
  g_test_add_func ("/rtsp-auth-server/refused", test_refused);
  g_test_add_func ("/rtsp-auth-server/check", test_check);
  g_test_add_func ("/rtsp-auth-server/check-without-qop", test_check_without_qop);
  g_test_add_func ("/rtsp-auth-server/uris", test_uris);
  g_test_add_func ("/rtsp-auth-server/basic", test_basic);
  return g_test_run ();
}
