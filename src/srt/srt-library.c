#include "srt/srt-library.h"

#include <srt/srt.h>
#include <stdatomic.h>
#include <string.h>
#include <syslog.h>

#include "core/log.h"
#include "core/redact.h"

/* Debian 12's; below it a listener could be ended by its callers. */
#define LEAST_VERSION SRT_MAKE_VERSION (1, 5, 1)
#define OLD "the loaded libsrt is older than 1.5.1, the security level of Debian 12: update it"

/* libsrt does not know of Debian's repairs to it, Debian does. */
#define PACKAGE "libsrt1.5-gnutls"
#define PACKAGE_STATUS "/var/lib/dpkg/status"
#define DEBIAN_VERSION "1.5.1-1"
#define DEBIAN_REPAIR "+deb12u"
#define LEAST_DEBIAN_REPAIR 2
#define UNREPAIRED                                                                                                                         \
  "the installed " PACKAGE " is older than 1.5.1-1+deb12u2 and can be ended or made to take a forged key by who sends to it "              \
  "(CVE-2026-55868, CVE-2026-55869): update it"

/* Peers can make libsrt say something with every packet. */
#define MOST_LINES_A_SECOND 10
#define LONGEST_LINE 300

G_DEFINE_QUARK (cam_srt_error, cam_srt_error)

struct CamSrtLibrary {
  _Atomic gint64 second; /* of the lines counted */
  _Atomic unsigned lines;
};

static void
on_log (void *opaque, int level, const char *file, int line, const char *area, const char *message)
{
  CamSrtLibrary *self = opaque;
  const gint64 now_s = g_get_monotonic_time () / G_USEC_PER_SEC;
  if (atomic_exchange (&self->second, now_s) != now_s)
    atomic_store (&self->lines, 0);
  if (atomic_fetch_add (&self->lines, 1) >= MOST_LINES_A_SECOND)
    return;
  g_autofree char *text = cam_redact_text (message, -1, LONGEST_LINE);
  cam_log (CAM_LOG_DEBUG, NULL, NULL, "libsrt: %s", text);
}

CamSrtLibrary *
cam_srt_library_new (GError **error)
{
  const uint32_t loaded = srt_getversion ();
  if (loaded < SRT_VERSION_VALUE) {
    g_set_error (error, CAM_SRT_ERROR, CAM_SRT_ERROR_LIBRARY, "libsrt %u.%u.%u is loaded, older than the %s that this was built with",
                 loaded >> 16 & 0xff, loaded >> 8 & 0xff, loaded & 0xff, SRT_VERSION_STRING);
    return NULL;
  }
  CamSrtLibrary *self = g_new0 (CamSrtLibrary, 1);
  srt_setloglevel (cam_log_enabled (CAM_LOG_DEBUG) ? LOG_NOTICE : LOG_CRIT);
  srt_setlogflags (SRT_LOGF_DISABLE_TIME | SRT_LOGF_DISABLE_THREADNAME | SRT_LOGF_DISABLE_SEVERITY | SRT_LOGF_DISABLE_EOL);
  srt_setloghandler (self, on_log);
  if (srt_startup () < 0) {
    g_set_error (error, CAM_SRT_ERROR, CAM_SRT_ERROR_LIBRARY, "libsrt does not start: %s", srt_getlasterror_str ());
    srt_setloghandler (NULL, NULL);
    g_clear_pointer (&self, g_free);
  }
  return self;
}

void
cam_srt_library_free (CamSrtLibrary *self)
{
  if (self == NULL)
    return;
  srt_cleanup ();
  srt_setloghandler (NULL, NULL);
  g_free (self);
}

char *
cam_srt_library_find_package (const char *status, size_t size, const char *package)
{
  g_autofree char *heading = g_strdup_printf ("Package: %s\n", package);
  const char *end = status + size;
  const char *found = memmem (status, size, heading, strlen (heading));
  while (found != NULL && found != status && found[-1] != '\n')
    found = memmem (found + 1, (size_t) (end - found - 1), heading, strlen (heading));
  if (found == NULL)
    return NULL;
  const char *paragraph_end = memmem (found, (size_t) (end - found), "\n\n", 2);
  const size_t length = (size_t) ((paragraph_end != NULL ? paragraph_end : end) - found);
  const char *version = memmem (found, length, "\nVersion: ", strlen ("\nVersion: "));
  if (version == NULL)
    return NULL;
  version += strlen ("\nVersion: ");
  const char *line_end = memchr (version, '\n', (size_t) (end - version));
  return g_strndup (version, (size_t) ((line_end != NULL ? line_end : end) - version));
}

/* Only what Debian 12 ever had is known to lack something. */
static bool
is_unrepaired (const char *package)
{
  if (!g_str_has_prefix (package, DEBIAN_VERSION))
    return false;
  const char *rest = package + strlen (DEBIAN_VERSION);
  if (!g_str_has_prefix (rest, DEBIAN_REPAIR))
    return *rest == '\0';
  return g_ascii_strtoull (rest + strlen (DEBIAN_REPAIR), NULL, 10) < LEAST_DEBIAN_REPAIR;
}

const char *
cam_srt_library_judge (uint32_t version, const char *package)
{
  if (version < LEAST_VERSION)
    return OLD;
  return version == LEAST_VERSION && package != NULL && is_unrepaired (package) ? UNREPAIRED : NULL;
}

const char *
cam_srt_library_get_warning (void)
{
  g_autofree char *package = NULL;
  GMappedFile *status = g_mapped_file_new (PACKAGE_STATUS, FALSE, NULL); /* none: not Debian */
  if (status != NULL) {
    package = cam_srt_library_find_package (g_mapped_file_get_contents (status), g_mapped_file_get_length (status), PACKAGE);
    g_mapped_file_unref (status);
  }
  return cam_srt_library_judge (srt_getversion (), package);
}
