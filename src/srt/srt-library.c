#include "srt/srt-library.h"

#include <srt/srt.h>

/* CVE-less, but: below this a listener could be ended by its callers (Haivision/srt #2512 and its kin). */
#define WELL_MENDED SRT_MAKE_VERSION (1, 5, 1)

G_DEFINE_QUARK (cam-srt-error, cam_srt_error)

/* The library says on its own what went wrong; it is asked for by those it concerns. */
static void
on_log (void *opaque, int level, const char *file, int line, const char *area, const char *message)
{
  g_debug ("srt: %s: %s", area, message);
}

bool
cam_srt_library_start (GError **error)
{
  const uint32_t loaded = srt_getversion ();
  if (loaded < SRT_VERSION_VALUE) {
    g_set_error (error, CAM_SRT_ERROR, CAM_SRT_ERROR_LIBRARY, "libsrt %u.%u.%u is loaded, older than the %s that this was built with",
                 loaded >> 16 & 0xff, loaded >> 8 & 0xff, loaded & 0xff, SRT_VERSION_STRING);
    return false;
  }
  srt_setlogflags (SRT_LOGF_DISABLE_TIME | SRT_LOGF_DISABLE_THREADNAME | SRT_LOGF_DISABLE_SEVERITY | SRT_LOGF_DISABLE_EOL);
  srt_setloghandler (NULL, on_log);
  if (srt_startup () < 0) {
    g_set_error (error, CAM_SRT_ERROR, CAM_SRT_ERROR_LIBRARY, "libsrt does not start: %s", srt_getlasterror_str ());
    return false;
  }
  return true;
}

void
cam_srt_library_stop (void)
{
  srt_cleanup ();
}

const char *
cam_srt_library_get_warning (void)
{
  return srt_getversion () < WELL_MENDED ? "the installed libsrt is older than 1.5.1 and lacks repairs of its security: update it" : NULL;
}
