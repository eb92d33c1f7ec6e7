#include "daemon/crash-modules.h"

#include <glib.h>
#include <string.h>

static void
test_program (void)
{
  CamCrashModule module;
  uint64_t address = (uint64_t) test_program;
  g_assert_true (cam_crash_modules_find (address, &module));
  g_assert_cmpstr (module.path, ==, "");
  g_assert_cmpuint (module.start, <=, address);
  g_assert_cmpuint (module.end, >, address);
  g_assert_cmpuint (module.bias, <=, address);
  g_assert_true (cam_crash_modules_is_code (&module, address));
  g_assert_false (cam_crash_modules_is_code (&module, module.start));
  g_assert_nonnull (module.build_id);
  g_assert_cmpuint (module.build_id_size, >=, 8);
}

static void
test_library (void)
{
  CamCrashModule module, ours;
  g_assert_true (cam_crash_modules_find ((uint64_t) g_strdup, &module));
  g_assert_true (cam_crash_modules_find ((uint64_t) test_library, &ours));
  g_assert_nonnull (strstr (module.path, "libglib-2.0.so"));
  g_assert_true (cam_crash_modules_is_code (&module, (uint64_t) g_strdup));
  g_assert_false (cam_crash_modules_is_code (&ours, (uint64_t) g_strdup));
  g_assert_nonnull (module.build_id);
}

static void
test_elsewhere (void)
{
  g_autofree char *heap = g_malloc (1);
  const uint64_t addresses[] = {0, 8, (uint64_t) heap, (uint64_t) addresses, UINT64_MAX};
  for (gsize i = 0; i < G_N_ELEMENTS (addresses); i++) {
    CamCrashModule module;
    g_assert_false (cam_crash_modules_find (addresses[i], &module));
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/crash-modules/program", test_program);
  g_test_add_func ("/crash-modules/library", test_library);
  g_test_add_func ("/crash-modules/elsewhere", test_elsewhere);
  return g_test_run ();
}
