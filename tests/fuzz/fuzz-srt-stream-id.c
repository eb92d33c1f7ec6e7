/* Stream ids as an SRT caller may send them: what is read holds what its fields can hold. */
#include <glib.h>
#include <stdint.h>

#include "wire/srt-stream-id.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree char *text = g_strndup ((const char *) data, size);
  g_autoptr (CamSrtStreamId) id = cam_srt_stream_id_parse (text);
  if (id == NULL)
    return 0;
  g_assert_true (g_utf8_validate (id->camera, -1, NULL));
  g_assert_cmpuint (id->stream, <=, 1);
  g_assert_true (id->wish == CAM_SRT_WANTS_NOTHING || id->camera[0] != '\0');
  return 0;
}
