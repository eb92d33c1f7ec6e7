/* A camera's URL of any bytes; a clean URL is read again as itself. */
#include <stdint.h>

#include "config/camera-url.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree char *text = g_strndup ((const char *) data, size);
  g_autoptr (GError) error = NULL;
  g_autoptr (CamCameraUrl) url = cam_camera_url_parse (text, &error);
  if (url == NULL) {
    g_assert_true (g_utf8_validate (error->message, -1, NULL));
    return 0;
  }
  g_autoptr (CamCameraUrl) again = cam_camera_url_parse (url->clean, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (again->clean, ==, url->clean);
  g_assert_cmpstr (again->host, ==, url->host);
  g_assert_cmpuint (again->port, ==, url->port);
  g_assert_cmpstr (again->path, ==, url->path);
  return 0;
}
