#include "daemon/gst-registry.h"

#include <glib.h>
#include <stdbool.h>
#include <unistd.h>

static bool
use_folder (const char *folder)
{
  if (g_mkdir_with_parents (folder, 0755) != 0 || access (folder, W_OK | X_OK) != 0)
    return false;
  /* The plug-ins of two architectures do not share a registry. */
  g_autofree char *file = g_strdup_printf ("%s/gstreamer-registry-%zu.bin", folder, 8 * sizeof (void *));
  return g_setenv ("GST_REGISTRY", file, FALSE);
}

void
cam_gst_registry_choose (void)
{
  if (g_getenv ("GST_REGISTRY") != NULL)
    return;
  const char *service_folder = g_getenv ("CACHE_DIRECTORY");
  if (service_folder != NULL && use_folder (service_folder))
    return;
  g_autofree char *user_folder = g_build_filename (g_get_user_cache_dir (), "camrelay", NULL);
  if (!use_folder (user_folder))
    use_folder ("/var/cache/camrelay");
}
