#include "config/tls-fingerprint.h"

#include "config/config-error.h"

#define HEX "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" /* of "abc": FIPS 180-4's example */
#define COLONS "BA:78:16:BF:8F:01:CF:EA:41:41:40:DE:5D:AE:22:23:B0:03:61:A3:96:17:7A:9C:B4:10:FF:61:F2:00:15:AD"

static void
test_good (void)
{
  static const char *const texts[] = {"sha256:" HEX, "SHA256:" COLONS, "sha256 Fingerprint=" COLONS};
  CamTlsFingerprint expected;
  cam_tls_fingerprint_of ("abc", 3, &expected);
  for (unsigned i = 0; i < G_N_ELEMENTS (texts); i++) {
    g_autoptr (GError) error = NULL;
    CamTlsFingerprint parsed;
    g_assert_true (cam_tls_fingerprint_parse (texts[i], &parsed, &error));
    g_assert_no_error (error);
    g_assert_true (cam_tls_fingerprint_equal (&parsed, &expected));
  }
  g_autofree char *text = cam_tls_fingerprint_write (&expected);
  g_assert_cmpstr (text, ==, "sha256:" COLONS);
}

static void
test_bad (void)
{
  static const char *const texts[] = {
      "", HEX, "sha1:" HEX, "sha256:", "sha256:" HEX "00", "sha256:" HEX ":", "sha256:" HEX " ", "sha256::" HEX, "sha256:g" HEX, "sha256:AB:", "sha256:A",
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (texts); i++) {
    g_autoptr (GError) error = NULL;
    CamTlsFingerprint untouched = {.bytes = {1, 2}};
    g_assert_false (cam_tls_fingerprint_parse (texts[i], &untouched, &error));
    g_assert_error (error, CAM_CONFIG_ERROR, CAM_CONFIG_ERROR_VALUE);
    g_assert_cmpuint (untouched.bytes[1], ==, 2);
  }
}

static void
test_differs (void)
{
  CamTlsFingerprint one;
  CamTlsFingerprint other;
  cam_tls_fingerprint_of ("abc", 3, &one);
  other = one;
  other.bytes[31] ^= 1;
  g_assert_true (cam_tls_fingerprint_equal (&one, &one));
  g_assert_false (cam_tls_fingerprint_equal (&one, &other));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/tls-fingerprint/good", test_good);
  g_test_add_func ("/tls-fingerprint/bad", test_bad);
  g_test_add_func ("/tls-fingerprint/differs", test_differs);
  return g_test_run ();
}
