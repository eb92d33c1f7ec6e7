#include "daemon/gst-registry.h"

#include <glib.h>
#include <glib/gstdio.h>

/* The user's cache folder is asked for once a process, so each case is a process of its own. */
typedef struct {
  const char *cache_directory; /* absolute, or below the temporary folder; NULL: not set */
  const char *registry;        /* what $GST_REGISTRY is before; NULL: not set */
  const char *expected;        /* pattern of what it is afterwards */
} Case;

static void
set_or_unset (const char *name, const char *value)
{
  if (value != NULL)
    g_setenv (name, value, TRUE);
  else
    g_unsetenv (name);
}

static void
test_case (gconstpointer data)
{
  const Case *c = data;
  if (g_test_subprocess ()) {
    const char *folder = g_getenv ("TEST_FOLDER");
    g_setenv ("XDG_CACHE_HOME", folder, TRUE);
    g_autofree char *service = c->cache_directory != NULL ? g_canonicalize_filename (c->cache_directory, folder) : NULL;
    set_or_unset ("CACHE_DIRECTORY", service);
    set_or_unset ("GST_REGISTRY", c->registry);
    cam_gst_registry_choose ();
    g_assert_true (g_pattern_match_simple (c->expected, g_getenv ("GST_REGISTRY")));
    return;
  }
  g_autofree char *folder = g_dir_make_tmp ("registry-XXXXXX", NULL);
  g_setenv ("TEST_FOLDER", folder, TRUE);
  g_test_trap_subprocess (NULL, 10 * G_USEC_PER_SEC, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_passed ();
  static const char *const made[] = { "service", "camrelay", "" };
  for (unsigned i = 0; i < G_N_ELEMENTS (made); i++) {
    g_autofree char *path = g_build_filename (folder, made[i], NULL);
    g_rmdir (path);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  static const Case service = { .cache_directory = "service", .expected = "*/service/gstreamer-registry-*.bin" };
  static const Case user = { .expected = "*/camrelay/gstreamer-registry-*.bin" };
  static const Case unusable = { .cache_directory = "/proc/self/mem/service", .expected = "*/camrelay/gstreamer-registry-*.bin" };
  static const Case given = { .cache_directory = "service", .registry = "mine.bin", .expected = "mine.bin" };
  g_test_add_data_func ("/gst-registry/service", &service, test_case);
  g_test_add_data_func ("/gst-registry/user", &user, test_case);
  g_test_add_data_func ("/gst-registry/unusable", &unusable, test_case);
  g_test_add_data_func ("/gst-registry/given", &given, test_case);
  return g_test_run ();
}
