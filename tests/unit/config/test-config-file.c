#include "config/config-file.h"

#include <glib/gstdio.h>
#include <string.h>

#include "config/config-credential.h"
#include "config/config-error.h"

typedef struct {
  char *folder;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  fixture->folder = g_dir_make_tmp ("camrelay-config-XXXXXX", &error);
  g_assert_no_error (error);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GDir) dir = g_dir_open (fixture->folder, 0, NULL);
  for (const char *name = g_dir_read_name (dir); name != NULL; name = g_dir_read_name (dir)) {
    g_autofree char *path = g_build_filename (fixture->folder, name, NULL);
    g_remove (path);
  }
  g_rmdir (fixture->folder);
  g_free (fixture->folder);
}

static char *
write_file (const Fixture *fixture, const char *name, const char *data, gssize size)
{
  g_autofree char *path = g_build_filename (fixture->folder, name, NULL);
  g_autoptr (GError) error = NULL;
  g_file_set_contents (path, data, size, &error);
  g_assert_no_error (error);
  return g_steal_pointer (&path);
}

static void
test_read (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = write_file (fixture, "f", "ab\0cd", 5);
  g_auto (CamConfigFile) file = {NULL, 0};
  g_autoptr (GError) error = NULL;
  g_assert_true (cam_config_file_read (path, 5, &file, &error));
  g_assert_cmpmem (file.data, file.size, "ab\0cd", 5);
  g_auto (CamConfigFile) cut = {NULL, 0};
  g_assert_true (cam_config_file_read (path, 3, &cut, &error));
  g_assert_cmpuint (cut.size, ==, 4);
  g_auto (CamConfigFile) none = {NULL, 0};
  g_assert_false (cam_config_file_read ("/nonexistent/x", 5, &none, &error));
  g_assert_error (error, G_FILE_ERROR, G_FILE_ERROR_NOENT);
  g_clear_error (&error);
  g_assert_false (cam_config_file_read (fixture->folder, 5, &none, &error));
  g_assert_error (error, G_FILE_ERROR, G_FILE_ERROR_INVAL);
  g_assert_null (none.data);
}

static void
test_credential (Fixture *fixture, gconstpointer data)
{
  static const struct {
    const char *content;
    const char *secret;
  } cases[] = {{"pass word \n", "pass word "}, {"pass", "pass"}, {"pass\r\n", "pass"}, {"pass\r", "pass\r"}, {"", ""}, {"\n", ""}};
  for (unsigned i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *path = write_file (fixture, "c", cases[i].content, -1);
    g_autoptr (GError) error = NULL;
    g_autoptr (CamSecret) secret = cam_config_credential_read (fixture->folder, "c", &error);
    g_assert_no_error (error);
    g_assert_cmpstr (cam_secret_reveal (secret), ==, cases[i].secret);
  }
}

static void
test_bad_credential (Fixture *fixture, gconstpointer data)
{
  g_autofree char *two_lines = write_file (fixture, "two", "a\nb\n", -1);
  g_autofree char *nul = write_file (fixture, "nul", "a\0b", 3);
  g_autofree char *filler = g_strnfill (4097, 'x');
  g_autofree char *large = write_file (fixture, "large", filler, -1);
  static const struct {
    const char *name;
    CamConfigError code;
    const char *message;
  } cases[] = {
      {"two", CAM_CONFIG_ERROR_FILE, "'two': expected one line of text"},
      {"nul", CAM_CONFIG_ERROR_FILE, "'nul': expected one line of text"},
      {"large", CAM_CONFIG_ERROR_FILE, "'large': longer than 4096 bytes"},
      {"none", CAM_CONFIG_ERROR_FILE, "'none': No such file or directory"},
      {"a/b", CAM_CONFIG_ERROR_VALUE, "'a/b': expected the name of a credential, without '/' and not beginning with '.'"},
      {"..", CAM_CONFIG_ERROR_VALUE, "'..': expected the name of a credential, without '/' and not beginning with '.'"},
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GError) error = NULL;
    g_assert_null (cam_config_credential_read (fixture->folder, cases[i].name, &error));
    g_assert_error (error, CAM_CONFIG_ERROR, (int) cases[i].code);
    g_assert_cmpstr (error->message, ==, cases[i].message);
  }
  g_autoptr (GError) error = NULL;
  g_assert_null (cam_config_credential_read (NULL, "x", &error));
  g_assert_error (error, CAM_CONFIG_ERROR, CAM_CONFIG_ERROR_FILE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/config/file/read", Fixture, NULL, set_up, test_read, tear_down);
  g_test_add ("/config/credential/read", Fixture, NULL, set_up, test_credential, tear_down);
  g_test_add ("/config/credential/bad", Fixture, NULL, set_up, test_bad_credential, tear_down);
  return g_test_run ();
}
