#include "wire/rtsp-auth.h"

#include <string.h>

#define CNONCE "0123456789abcdef"

typedef struct {
  CamAuthClient *client;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (CamSecret) password = cam_secret_new ("secret", -1);
  fixture->client = cam_auth_client_new ("admin", password);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  cam_auth_client_free (fixture->client);
}

static CamAuthOutcome
challenge (CamAuthClient *client, const char *value)
{
  const char *const values[] = {value, NULL};
  return cam_auth_client_challenge (client, values, CNONCE);
}

static void
assert_header (CamAuthClient *client, const char *method, const char *uri, const char *expected)
{
  g_autofree char *header = cam_auth_client_header (client, method, uri);
  g_assert_cmpstr (header, ==, expected);
}

/* Whether the answer to @value contains @part. */
static void
assert_answer (const char *value, const char *part)
{
  g_autoptr (CamSecret) password = cam_secret_new ("secret", -1);
  CamAuthClient *client = cam_auth_client_new ("admin", password);
  g_test_message ("%s", value);
  g_assert_cmpint (challenge (client, value), ==, part != NULL ? CAM_AUTH_RETRY : CAM_AUTH_UNSUPPORTED);
  g_autofree char *header = cam_auth_client_header (client, "DESCRIBE", "rtsp://h/");
  g_assert_cmpint (header != NULL, ==, part != NULL);
  if (part != NULL)
    g_assert_nonnull (strstr (header, part));
  cam_auth_client_free (client);
}

static void
test_old_digest (void)
{
  g_autoptr (CamSecret) password = cam_secret_new ("p@ss:word", -1);
  CamAuthClient *client = cam_auth_client_new ("admin", password);
  g_assert_null (cam_auth_client_header (client, "DESCRIBE", "rtsp://h/cam"));
  g_assert_cmpint (challenge (client, "Digest realm=\"IP Camera(12345)\", nonce=\"n0nce\", stale=\"FALSE\""), ==, CAM_AUTH_RETRY);
  const char *expected = "Digest username=\"admin\", realm=\"IP Camera(12345)\", nonce=\"n0nce\", uri=\"rtsp://h/cam\", "
                         "response=\"1d80103fb0c1709241f52697303dcd2b\"";
  assert_header (client, "DESCRIBE", "rtsp://h/cam", expected);
  assert_header (client, "DESCRIBE", "rtsp://h/cam", expected);
  cam_auth_client_free (client);
}

static void
test_session_digests (Fixture *fixture, gconstpointer data)
{
  CamAuthClient *client = fixture->client;
  g_assert_cmpint (
      challenge (client, "Digest realm=\"cam\", nonce=\"abc\", qop=\"auth-int,auth\", algorithm=\"MD5-sess\", opaque=\"o\\\"p\""), ==,
      CAM_AUTH_RETRY);
  assert_header (client, "PLAY", "rtsp://h/cam/",
                 "Digest username=\"admin\", realm=\"cam\", nonce=\"abc\", uri=\"rtsp://h/cam/\", "
                 "response=\"3327f2901e3579c61818e3263c21e1cf\", algorithm=MD5-sess, opaque=\"o\\\"p\", "
                 "qop=auth, nc=00000001, cnonce=\"0123456789abcdef\"");
  assert_header (client, "PLAY", "rtsp://h/cam/",
                 "Digest username=\"admin\", realm=\"cam\", nonce=\"abc\", uri=\"rtsp://h/cam/\", "
                 "response=\"036c72200972fd93f32acb5cd327fab0\", algorithm=MD5-sess, opaque=\"o\\\"p\", "
                 "qop=auth, nc=00000002, cnonce=\"0123456789abcdef\"");
  cam_auth_client_accepted (client);
  g_assert_cmpint (challenge (client, "Digest realm=cam, nonce=abc, algorithm=SHA-256-sess"), ==, CAM_AUTH_RETRY);
  assert_header (client, "PLAY", "rtsp://h/cam/",
                 "Digest username=\"admin\", realm=\"cam\", nonce=\"abc\", uri=\"rtsp://h/cam/\", "
                 "response=\"65c3c29c0e7b8e656d5a4eed586e474d341a3156500e77ff6dff2b81b64f5532\", "
                 "algorithm=SHA-256-sess, cnonce=\"0123456789abcdef\"");
}

static void
test_basic (Fixture *fixture, gconstpointer data)
{
  g_assert_cmpint (challenge (fixture->client, "Basic realm=\"cam\""), ==, CAM_AUTH_RETRY);
  assert_header (fixture->client, "PLAY", "rtsp://h/", "Basic YWRtaW46c2VjcmV0");
}

/* One camera each. */
static void
test_odd_challenges (void)
{
  assert_answer ("Basic realm=\"x\", Digest realm=\"y\", nonce=\"1\"", "Digest username=\"admin\", realm=\"y\"");
  assert_answer ("Digest realm=\"y\", nonce=\"1\", Basic realm=\"x\"", "Digest username=\"admin\", realm=\"y\"");
  assert_answer ("Digest realm=\"m\", nonce=\"1\", algorithm=\"MD5\", Digest realm=\"s\", nonce=\"2\", algorithm=SHA-256", "realm=\"s\"");
  assert_answer ("Digest realm=\"a\", nonce=\"1\", Digest realm=\"b\", nonce=\"2\"", "realm=\"a\"");
  assert_answer ("Digest realm=\"s\", nonce=\"1\", algorithm=SHA-512-256, Digest realm=\"m\", nonce=\"2\"", "realm=\"m\"");
  assert_answer ("digest REALM=\"Login to 0A1B, C\", Nonce=\"1\"", "realm=\"Login to 0A1B, C\"");
  assert_answer ("Digest realm=IP Camera, nonce=a1b2==, stale=FALSE", "realm=\"IP Camera\", nonce=\"a1b2==\"");
  assert_answer ("Digest realm=\"a\" nonce=\"1\" algorithm=\"MD5\"", "algorithm=MD5");
  assert_answer ("Digest realm=\"a\\\\b\", nonce=\"1\"", "realm=\"a\\\\b\"");
  assert_answer ("Digest nonce=\"1\"", "realm=\"\"");
  assert_answer ("Digest realm=\"a\", nonce=\"1\", qop=\"\"", "response=\"");
  assert_answer ("Digest realm=\"a\", nonce=\"1\", qop=auth", "qop=auth, nc=00000001");
  assert_answer ("Digest realm=\"a\", nonce=\"1\", opaque=\"\"", "opaque=\"\"");
  assert_answer ("Digest realm=\"a\", nonce=\"1\", qop=\"auth-int\", Basic realm=\"x\"", "Basic ");
  assert_answer ("Digest realm=\"a\", nonce=\"1\", qop=\"auth-int\"", NULL);
  assert_answer ("Digest realm=\"a\", nonce=\"1\", algorithm=SHA-512-256", NULL);
  assert_answer ("Digest realm=\"a\"", NULL);
  assert_answer ("Negotiate, NTLM", NULL);
  assert_answer ("", NULL);
}

static void
test_several_headers (Fixture *fixture, gconstpointer data)
{
  const char *const values[] = {"Basic realm=\"b\"", "Digest realm=\"s\", nonce=\"1\", algorithm=SHA-256",
                                "Digest realm=\"m\", nonce=\"2\", algorithm=MD5", NULL};
  const char *const none[] = {NULL};
  g_assert_cmpint (cam_auth_client_challenge (fixture->client, none, CNONCE), ==, CAM_AUTH_UNSUPPORTED);
  g_assert_cmpint (cam_auth_client_challenge (fixture->client, values, CNONCE), ==, CAM_AUTH_RETRY);
  g_autofree char *header = cam_auth_client_header (fixture->client, "PLAY", "rtsp://h/");
  g_assert_nonnull (strstr (header, "realm=\"s\""));
}

static void
test_refused_password (Fixture *fixture, gconstpointer data)
{
  g_assert_cmpint (challenge (fixture->client, "Basic realm=\"b\""), ==, CAM_AUTH_RETRY);
  g_assert_cmpint (challenge (fixture->client, "Basic realm=\"b\""), ==, CAM_AUTH_FAILED);
  g_assert_cmpint (challenge (fixture->client, "Digest realm=\"b\", nonce=\"1\""), ==, CAM_AUTH_RETRY);
  g_assert_cmpint (challenge (fixture->client, "Digest realm=\"b\", nonce=\"2\""), ==, CAM_AUTH_FAILED);
  g_assert_cmpint (challenge (fixture->client, "Digest realm=\"b\", nonce=\"2\", stale=false"), ==, CAM_AUTH_FAILED);
  g_assert_cmpint (challenge (fixture->client, "Digest realm=\"b\", nonce=\"3\", algorithm=SHA-256"), ==, CAM_AUTH_RETRY);
  g_assert_cmpint (challenge (fixture->client, "Digest realm=\"b\", nonce=\"4\", algorithm=SHA-256"), ==, CAM_AUTH_FAILED);
  cam_auth_client_accepted (fixture->client);
  g_assert_cmpint (challenge (fixture->client, "Digest realm=\"b\", nonce=\"5\""), ==, CAM_AUTH_RETRY);
}

static void
test_stale_nonces (Fixture *fixture, gconstpointer data)
{
  g_assert_cmpint (challenge (fixture->client, "Digest realm=\"b\", nonce=\"1\", qop=auth"), ==, CAM_AUTH_RETRY);
  for (int i = 0; i < 3; i++) {
    g_assert_cmpint (challenge (fixture->client, "Digest realm=\"b\", nonce=\"2\", qop=auth, stale=TRUE"), ==, CAM_AUTH_RETRY);
    g_autofree char *header = cam_auth_client_header (fixture->client, "PLAY", "rtsp://h/");
    g_assert_nonnull (strstr (header, "nonce=\"2\""));
    g_assert_nonnull (strstr (header, "nc=00000001"));
  }
  g_assert_cmpint (challenge (fixture->client, "Digest realm=\"b\", nonce=\"3\", stale=true"), ==, CAM_AUTH_FAILED);
  cam_auth_client_accepted (fixture->client);
  g_assert_cmpint (challenge (fixture->client, "Digest realm=\"b\", nonce=\"4\", stale=true"), ==, CAM_AUTH_RETRY);
  g_assert_cmpint (challenge (fixture->client, "Digest realm=\"b\", nonce=\"5\", stale=true"), ==, CAM_AUTH_RETRY);
}

static void
test_no_credentials (void)
{
  CamAuthClient *nobody = cam_auth_client_new (NULL, NULL);
  g_assert_cmpint (challenge (nobody, "Basic realm=\"b\""), ==, CAM_AUTH_FAILED);
  g_assert_null (cam_auth_client_header (nobody, "PLAY", "rtsp://h/"));
  cam_auth_client_free (nobody);
  cam_auth_client_free (NULL);

  CamAuthClient *no_password = cam_auth_client_new ("u", NULL);
  g_assert_cmpint (challenge (no_password, "Basic realm=\"b\""), ==, CAM_AUTH_RETRY);
  assert_header (no_password, "PLAY", "rtsp://h/", "Basic dTo=");
  cam_auth_client_free (no_password);

  g_autoptr (CamSecret) password = cam_secret_new ("p", -1);
  CamAuthClient *no_name = cam_auth_client_new (NULL, password);
  g_assert_cmpint (challenge (no_name, "Basic realm=\"b\""), ==, CAM_AUTH_RETRY);
  assert_header (no_name, "PLAY", "rtsp://h/", "Basic OnA=");
  cam_auth_client_free (no_name);
}

#define ADD(path, test) g_test_add ("/rtsp-auth-client/" path, Fixture, NULL, set_up, test, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/rtsp-auth-client/old-digest", test_old_digest);
  ADD ("session-digests", test_session_digests);
  ADD ("basic", test_basic);
  g_test_add_func ("/rtsp-auth-client/odd-challenges", test_odd_challenges);
  ADD ("several-headers", test_several_headers);
  ADD ("refused-password", test_refused_password);
  ADD ("stale-nonces", test_stale_nonces);
  g_test_add_func ("/rtsp-auth-client/no-credentials", test_no_credentials);
  return g_test_run ();
}
