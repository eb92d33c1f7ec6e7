#include "wire/rtsp-uri.h"

#include <glib.h>
#include <string.h>

const char *
cam_rtsp_uri_get_path (const char *uri)
{
  static const char *const schemes[] = {"rtsp://", "rtsps://"};
  for (size_t i = 0; i < G_N_ELEMENTS (schemes); i++) {
    const size_t length = strlen (schemes[i]);
    if (g_ascii_strncasecmp (uri, schemes[i], length) != 0)
      continue;
    const size_t authority = strcspn (uri + length, "/?#");
    return authority > 0 ? uri + length + authority : NULL;
  }
  return NULL;
}
