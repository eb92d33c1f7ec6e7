/* Whatever a camera asks for is answered so that our own strict reader understands it, or not at all; whatever a client sends is bounded.
 */
#include <string.h>

#include "wire/auth-header.h"
#include "wire/rtsp-auth.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static void
answer (const char *value)
{
  const char *const values[] = {value, "Basic", NULL};
  g_autoptr (CamSecret) password = cam_secret_new ("secret", -1);
  CamAuthClient *client = cam_auth_client_new ("us\\er\"", password);
  g_assert_cmpint (cam_auth_client_challenge (client, values, "0123456789abcdef"), ==, CAM_AUTH_RETRY);
  g_autofree char *header = cam_auth_client_header (client, "PLAY", "rtsp://h/cam");
  g_assert_nonnull (header);
  if (g_str_has_prefix (header, "Digest ") && strlen (header) <= 4096) {
    g_autoptr (GPtrArray) statements = cam_auth_header_read (header, false);
    g_assert_nonnull (statements);
    g_assert_cmpuint (statements->len, ==, 1);
    g_assert_cmpstr (cam_auth_statement_get (statements->pdata[0], "username"), ==, "us\\er\"");
  }
  cam_auth_client_free (client);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree char *value = g_strndup ((const char *) data, size);
  g_autofree char *name = NULL;
  g_autoptr (CamSecret) password = NULL;
  g_assert_true (cam_auth_basic_parse (value, &name, &password) == (name != NULL && password != NULL));
  g_autoptr (CamAuthResponse) response = cam_auth_response_parse (value);
  if (response != NULL) {
    cam_auth_response_check (response, "939e7578ed9e3c518a452acee763bce9", "PLAY");
    cam_auth_uri_matches (response->uri, "rtsp://h/cam/stream=0");
  }
  answer (value);
  return 0;
}
