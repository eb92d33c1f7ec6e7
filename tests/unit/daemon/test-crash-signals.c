#include "daemon/crash-signals.h"

#include <glib.h>

static void
test_names (void)
{
  static const char *const names[] = {"SIGSEGV", "SIGBUS", "SIGFPE", "SIGILL", "SIGABRT", "SIGSYS", "SIGTRAP"};
  G_STATIC_ASSERT (G_N_ELEMENTS (names) == CAM_CRASH_SIGNALS);
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    g_assert_cmpstr (cam_crash_signals_get_name (cam_crash_signals[i]), ==, names[i]);
  g_assert_cmpstr (cam_crash_signals_get_name (SIGTERM), ==, "signal");
}

static void
test_causes (void)
{
  g_assert_cmpstr (cam_crash_signals_get_cause (SIGSEGV, SEGV_MAPERR), ==, "SEGV_MAPERR");
  g_assert_cmpstr (cam_crash_signals_get_cause (SIGBUS, BUS_ADRERR), ==, "BUS_ADRERR");
  g_assert_cmpstr (cam_crash_signals_get_cause (SIGFPE, FPE_INTDIV), ==, "FPE_INTDIV");
  g_assert_cmpstr (cam_crash_signals_get_cause (SIGILL, ILL_ILLOPN), ==, "ILL_ILLOPN");
  g_assert_cmpstr (cam_crash_signals_get_cause (SIGABRT, SI_TKILL), ==, "SI_TKILL");
  g_assert_cmpstr (cam_crash_signals_get_cause (SIGTRAP, SI_KERNEL), ==, "SI_KERNEL");
  g_assert_null (cam_crash_signals_get_cause (SIGSEGV, 77));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/crash-signals/names", test_names);
  g_test_add_func ("/crash-signals/causes", test_causes);
  return g_test_run ();
}
