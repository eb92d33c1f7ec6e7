#include "srt/srt-library.h"

#include <string.h>

#define STATUS                                                                                                                             \
  "Package: libsrt1.5-gnutls-extra\nVersion: 9\n\n"                                                                                        \
  "Package: other\nDescription: x\n Package: libsrt1.5-gnutls\nVersion: 8\n\n"                                                             \
  "Package: libsrt1.5-gnutls\nStatus: install ok installed\nSource: srt\nVersion: 1.5.1-1+deb12u2\nDepends: libc6\n\n"                     \
  "Package: zzz\nVersion: 7\n"

static void
test_versions (void)
{
  static const struct {
    uint32_t version;
    const char *package;
    bool is_warned;
  } rows[] = {
      {0x010404, NULL, true},
      {0x010500, "1.5.0-2", true},
      {0x010501, NULL, false},
      {0x010501, "", false},
      {0x010501, "1.5.1-1", true},
      {0x010501, "1.5.1-1+deb12u1", true},
      {0x010501, "1.5.1-1+deb12u2", false},
      {0x010501, "1.5.1-1+deb12u10", false},
      {0x010501, "1.5.1-2", false},
      {0x010501, "1.5.1-1ubuntu1", false},
      {0x010503, "1.5.3-1", false},
      {0x010503, NULL, false},
      {0x010600, "1.5.1-1", false},
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++)
    g_assert_cmpint (cam_srt_library_judge (rows[i].version, rows[i].package) != NULL, ==, rows[i].is_warned);
  g_assert_nonnull (strstr (cam_srt_library_judge (0x010501, "1.5.1-1"), "CVE-"));
  g_assert_nonnull (strstr (cam_srt_library_judge (0x010404, NULL), "1.5.1"));
}

static char *
find (const char *status, const char *package)
{
  return cam_srt_library_find_package (status, strlen (status), package);
}

static void
test_package (void)
{
  g_autofree char *srt = find (STATUS, "libsrt1.5-gnutls");
  g_assert_cmpstr (srt, ==, "1.5.1-1+deb12u2");
  g_autofree char *last = find (STATUS, "zzz");
  g_assert_cmpstr (last, ==, "7");
  g_autofree char *unfinished = find ("Package: a\nVersion: 1.0", "a");
  g_assert_cmpstr (unfinished, ==, "1.0");
  g_assert_null (find (STATUS, "libsrt1.4"));
  g_assert_null (find ("", "a"));
  g_assert_null (find ("Package: a\n\nPackage: b\nVersion: 2\n", "a"));
  g_assert_null (find ("Package: a", "a"));
}

/* What this machine has is what it is built and tested with. */
static void
test_start (void)
{
  g_autoptr (GError) error = NULL;
  for (unsigned i = 0; i < 2; i++) {
    CamSrtLibrary *library = cam_srt_library_new (&error);
    g_assert_no_error (error);
    g_assert_nonnull (library);
    cam_srt_library_free (library);
  }
  cam_srt_library_free (NULL);
  const char *warning = cam_srt_library_get_warning ();
  g_assert_true (warning == NULL || strlen (warning) > 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/srt/library/versions", test_versions);
  g_test_add_func ("/srt/library/package", test_package);
  g_test_add_func ("/srt/library/start", test_start);
  return g_test_run ();
}
