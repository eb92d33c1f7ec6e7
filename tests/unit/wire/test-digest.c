#include "wire/digest.h"

/* RFC 2617, 3.5. */
static void
test_rfc_2617 (void)
{
  g_autoptr (CamSecret) password = cam_secret_new ("Circle Of Life", -1);
  g_autofree char *ha1 = cam_auth_ha1 (CAM_DIGEST_MD5, "Mufasa", "testrealm@host.com", password);
  g_assert_cmpstr (ha1, ==, "939e7578ed9e3c518a452acee763bce9");
  const CamDigestInput input = {
      .hash = CAM_DIGEST_MD5,
      .nonce = "dcd98b7102dd2f0e8b11d0f600bfb0c093",
      .uri = "/dir/index.html",
      .qop = "auth",
      .nc = "00000001",
      .cnonce = "0a4f113b",
  };
  g_autofree char *response = cam_digest_respond (&input, ha1, "GET");
  g_assert_cmpstr (response, ==, "6629fae49393a05397450978507c4ef1");
}

/* RFC 7616, 3.9.1. */
static void
test_rfc_7616 (void)
{
  static const struct {
    CamDigestHash hash;
    const char *response;
  } rows[] = {
      {CAM_DIGEST_MD5, "8ca523f5e9506fed4657c9700eebdbec"},
      {CAM_DIGEST_SHA256, "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"},
  };
  g_autoptr (CamSecret) password = cam_secret_new ("Circle of Life", -1);
  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++) {
    const CamDigestInput input = {
        .hash = rows[i].hash,
        .nonce = "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v",
        .uri = "/dir/index.html",
        .qop = "auth",
        .nc = "00000001",
        .cnonce = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
    };
    g_autofree char *ha1 = cam_auth_ha1 (rows[i].hash, "Mufasa", "http-auth@example.org", password);
    g_autofree char *response = cam_digest_respond (&input, ha1, "GET");
    g_assert_cmpstr (response, ==, rows[i].response);
  }
}

static void
test_algorithms (void)
{
  static const struct {
    const char *text;
    bool is_known;
    CamDigestHash hash;
    bool is_session;
  } rows[] = {
      {NULL, true, CAM_DIGEST_MD5, false},
      {"MD5", true, CAM_DIGEST_MD5, false},
      {"md5-SESS", true, CAM_DIGEST_MD5, true},
      {"sha-256", true, CAM_DIGEST_SHA256, false},
      {"SHA-256-sess", true, CAM_DIGEST_SHA256, true},
      {"SHA-512-256", false, CAM_N_DIGESTS, false},
      {"", false, CAM_N_DIGESTS, false},
  };
  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++) {
    CamDigestHash hash = CAM_N_DIGESTS;
    bool is_session = false;
    g_assert_cmpint (cam_digest_read_algorithm (rows[i].text, &hash, &is_session), ==, rows[i].is_known);
    g_assert_cmpint (hash, ==, rows[i].hash);
    g_assert_cmpint (is_session, ==, rows[i].is_session);
  }
  g_assert_cmpstr (cam_digest_get_name (CAM_DIGEST_MD5), ==, "MD5");
  g_assert_cmpstr (cam_digest_get_name (CAM_DIGEST_SHA256), ==, "SHA-256");
}

static void
test_no_password (void)
{
  g_autofree char *none = cam_auth_ha1 (CAM_DIGEST_MD5, "u", "r", NULL);
  g_autofree char *empty = cam_digest_of (CAM_DIGEST_MD5, "u:r:", NULL);
  g_assert_cmpstr (none, ==, empty);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/digest/rfc-2617", test_rfc_2617);
  g_test_add_func ("/digest/rfc-7616", test_rfc_7616);
  g_test_add_func ("/digest/algorithms", test_algorithms);
  g_test_add_func ("/digest/no-password", test_no_password);
  return g_test_run ();
}
