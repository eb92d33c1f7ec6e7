/* Whatever goes over a wire, its line is one line of valid UTF-8 within its bound, and holds no value of a header that is about who may come in. */
#include <string.h>

#include "wire/rtsp-transcript.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  CamRtspTranscript transcript = {0};
  while (size > 0) {
    size_t before = size;
    g_autofree char *line = cam_rtsp_transcript_note_bytes (&transcript, &data, &size);
    g_assert (size < before);
    if (line == NULL)
      continue;
    g_assert (strlen (line) <= CAM_TRANSCRIPT_LINE_BYTES);
    g_assert (g_utf8_validate (line, -1, NULL));
    for (const char *at = line; *at != '\0'; at++)
      g_assert (!g_ascii_iscntrl (*at));
  }
  return 0;
}
