#include "ingest/certificate-pin.h"

#include <string.h>

/* Of nobody: CN=camera, P-256, made by openssl req -x509; its fingerprint is openssl's. */
static const char pem[] =
    "-----BEGIN CERTIFICATE-----\n"
    "MIIBeDCCAR+gAwIBAgIUJoZtYdlsN6UHU8GAM4iuNbUXwi8wCgYIKoZIzj0EAwIw\n"
    "ETEPMA0GA1UEAwwGY2FtZXJhMCAXDTI2MTEyMTE2MjkxNloYDzIxMjYxMDI4MTYy\n"
    "OTE2WjARMQ8wDQYDVQQDDAZjYW1lcmEwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNC\n"
    "AARI1H9enzKZwjwZtQ8G3+M32aHyMldlXzLH7EhtvKStMVljVbyPHdz7gaihWM31\n"
    "TpFd7DfgdkWagiAFvs8jvuRxo1MwUTAdBgNVHQ4EFgQUy9CKI8Jb0nN+ka9IaXX6\n"
    "up0x3rkwHwYDVR0jBBgwFoAUy9CKI8Jb0nN+ka9IaXX6up0x3rkwDwYDVR0TAQH/\n"
    "BAUwAwEB/zAKBggqhkjOPQQDAgNHADBEAiAG9zwy9jRiV1kwWfeGhFq4TkDxILRj\n"
    "S2fq+afq77TMnAIgca9FkM+CftmvVo0M7Pyf4z0tMV51vwS0UyaquHH4Okw=\n"
    "-----END CERTIFICATE-----\n";
#define FINGERPRINT "sha256:F9:91:1A:46:6D:BF:BC:D3:93:7A:4A:B7:DD:FD:A6:F8:36:25:5A:1C:C8:3C:FD:80:3F:CA:23:E0:41:9B:68:5A"

static GTlsCertificate *
read_certificate (void)
{
  g_autoptr (GError) error = NULL;
  GTlsCertificate *certificate = g_tls_certificate_new_from_pem (pem, -1, &error);
  g_assert_no_error (error);
  return certificate;
}

static GTlsCertificateFlags
verify (const char *fingerprint)
{
  g_autoptr (GError) error = NULL;
  CamTlsFingerprint parsed;
  g_assert_true (cam_tls_fingerprint_parse (fingerprint, &parsed, &error));
  g_autoptr (GTlsDatabase) pin = cam_certificate_pin_new (&parsed);
  g_autoptr (GTlsCertificate) certificate = read_certificate ();
  /* A name that is not in it: the pin alone counts. */
  g_autoptr (GSocketConnectable) identity = g_network_address_new ("192.0.2.1", 322);
  GTlsCertificateFlags flags = g_tls_database_verify_chain (pin, certificate, G_TLS_DATABASE_PURPOSE_AUTHENTICATE_SERVER, identity, NULL,
                                                            G_TLS_DATABASE_VERIFY_NONE, NULL, &error);
  g_assert_no_error (error);
  return flags;
}

static void
test_pin (void)
{
  g_autofree char *other = g_strdup (FINGERPRINT);
  char *last = other + strlen (other) - 1;
  *last = *last == '0' ? '1' : '0';
  g_assert_cmpuint (verify (FINGERPRINT), ==, G_TLS_CERTIFICATE_NO_FLAGS);
  g_assert_cmpuint (verify (other), ==, G_TLS_CERTIFICATE_UNKNOWN_CA);
}

static void
test_describe (void)
{
  g_autoptr (GTlsCertificate) certificate = read_certificate ();
  g_autofree char *text = cam_certificate_pin_describe (certificate);
  g_assert_cmpstr (text, ==, FINGERPRINT);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (!g_tls_backend_supports_tls (g_tls_backend_get_default ())) {
    g_test_message ("GLib has no TLS here: glib-networking is not installed");
    return 77;
  }
  g_test_add_func ("/certificate-pin/pin", test_pin);
  g_test_add_func ("/certificate-pin/describe", test_describe);
  return g_test_run ();
}
