/* A description's file of any bytes; what is read is written and read again as itself. */
#include <stdint.h>

#include "media/stored-description.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) text = g_bytes_new (data, size);
  g_autoptr (CamStreamDescription) description = cam_stored_description_read (text, "fuzz", &error);
  if (description == NULL) {
    g_assert_true (error->domain == CAM_STORED_ERROR);
    return 0;
  }
  g_autofree char *words = cam_stream_description_to_string (description);
  g_autoptr (GBytes) written = cam_stored_description_write (description, "fuzz");
  g_autoptr (CamStreamDescription) again = cam_stored_description_read (written, "fuzz", &error);
  g_assert_no_error (error);
  g_assert_true (cam_stream_description_same_enough (description, again));
  g_autoptr (GBytes) rewritten = cam_stored_description_write (again, "fuzz");
  g_assert_true (g_bytes_equal (written, rewritten));
  return 0;
}
