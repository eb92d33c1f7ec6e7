#include "daemon/folders.h"

#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct {
  char *base;         /* owned */
  char **environment; /* owned */
} Fixture;

static void
set_up (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  self->base = g_dir_make_tmp ("folders-XXXXXX", &error);
  g_assert_no_error (error);
  self->environment = g_new0 (char *, 1);
}

static void
remove_tree (const char *path)
{
  g_autoptr (GDir) folder = g_dir_open (path, 0, NULL);
  for (const char *name = folder != NULL ? g_dir_read_name (folder) : NULL; name != NULL; name = g_dir_read_name (folder)) {
    g_autofree char *child = g_build_filename (path, name, NULL);
    remove_tree (child);
  }
  g_remove (path);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  remove_tree (self->base);
  g_strfreev (self->environment);
  g_free (self->base);
}

/* $@name = BASE/@path, or several with colons. */
static void
set (Fixture *self, const char *name, const char *path)
{
  g_autofree char *value = g_strdup_printf ("%s/%s", self->base, path);
  self->environment = g_environ_setenv (self->environment, name, value, TRUE);
}

static void
assert_held (Fixture *self, const char *folder, const char *expected)
{
  g_autofree char *path = g_build_filename (self->base, expected, NULL);
  g_assert_cmpstr (folder, ==, path);
  GStatBuf status;
  g_assert_cmpint (g_stat (folder, &status), ==, 0);
  g_assert_true (S_ISDIR (status.st_mode));
  g_assert_cmpint (status.st_mode & 07777, ==, 0700);
}

static void
open_folders (Fixture *self, const char *named, CamFolders *ret_folders)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = named != NULL ? g_build_filename (self->base, named, NULL) : NULL;
  g_assert_true (cam_folders_open_for (path, false, self->environment, ret_folders, &error));
  g_assert_no_error (error);
}

static void
test_option_comes_first (Fixture *self, gconstpointer data)
{
  set (self, "STATE_DIRECTORY", "service");
  set (self, "XDG_STATE_HOME", "xdg");
  set (self, "RUNTIME_DIRECTORY", "run");
  g_auto (CamFolders) folders = CAM_FOLDERS_NONE;
  open_folders (self, "a/b", &folders);
  assert_held (self, folders.state, "a/b");
  g_autofree char *found = cam_folders_find_state (folders.state);
  g_assert_cmpstr (found, ==, folders.state);
  assert_held (self, folders.runtime, "run");
}

static void
test_first_of_several (Fixture *self, gconstpointer data)
{
  set (self, "STATE_DIRECTORY", "one:/nowhere/two");
  set (self, "RUNTIME_DIRECTORY", "run:/nowhere/two");
  g_auto (CamFolders) folders = CAM_FOLDERS_NONE;
  open_folders (self, NULL, &folders);
  assert_held (self, folders.state, "one");
  assert_held (self, folders.runtime, "run");
}

static void
test_user_folders (Fixture *self, gconstpointer data)
{
  set (self, "HOME", "home");
  set (self, "XDG_STATE_HOME", "xdg");
  set (self, "XDG_RUNTIME_DIR", "runtime");
  g_auto (CamFolders) folders = CAM_FOLDERS_NONE;
  open_folders (self, NULL, &folders);
  assert_held (self, folders.state, "xdg/camrelay");
  assert_held (self, folders.runtime, "runtime/camrelay");
}

static void
test_home (Fixture *self, gconstpointer data)
{
  set (self, "HOME", "home");
  set (self, "RUNTIME_DIRECTORY", "run");
  g_auto (CamFolders) folders = CAM_FOLDERS_NONE;
  open_folders (self, NULL, &folders);
  assert_held (self, folders.state, "home/.local/state/camrelay");
}

static void
expect_warnings (const char *path, const char *pattern)
{
  g_test_trap_subprocess (path, 20 * G_USEC_PER_SEC, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_passed ();
  g_test_trap_assert_stderr (pattern);
}

static void
test_usual_ones_can_be_done_without (Fixture *self, gconstpointer data)
{
  if (!g_test_subprocess ()) {
    expect_warnings (NULL, "*WARNING state folder '*file/camrelay': *nothing is kept*WARNING no runtime folder is known: nothing is kept*");
    return;
  }
  g_autofree char *file = g_build_filename (self->base, "file", NULL);
  g_assert_true (g_file_set_contents (file, "", 0, NULL));
  set (self, "XDG_STATE_HOME", "file");
  g_auto (CamFolders) folders = CAM_FOLDERS_NONE;
  open_folders (self, NULL, &folders);
  g_assert_null (folders.state);
  g_assert_null (folders.runtime);
  g_assert_cmpint (folders.state_lock, ==, -1);
}

static void
test_named_one_must_be_usable (Fixture *self, gconstpointer data)
{
  g_autofree char *file = g_build_filename (self->base, "file", NULL);
  g_assert_true (g_file_set_contents (file, "", 0, NULL));
  set (self, "STATE_DIRECTORY", "file/state");
  g_autoptr (GError) error = NULL;
  CamFolders folders = CAM_FOLDERS_NONE;
  g_assert_false (cam_folders_open_for (NULL, false, self->environment, &folders, &error));
  g_assert_error (error, G_FILE_ERROR, G_FILE_ERROR_NOTDIR);
  g_assert_nonnull (g_strrstr (error->message, "file/state'"));
  g_assert_null (folders.state);
}

static void
test_held_by_one (Fixture *self, gconstpointer data)
{
  if (!g_test_subprocess ()) {
    expect_warnings (NULL, "*WARNING runtime folder '*run': in use by another camrelayd: nothing is kept*");
    return;
  }
  set (self, "RUNTIME_DIRECTORY", "run");
  CamFolders first = CAM_FOLDERS_NONE;
  open_folders (self, "state", &first);
  g_autofree char *state = g_strdup (first.state);
  g_autoptr (GError) error = NULL;
  g_auto (CamFolders) second = CAM_FOLDERS_NONE;
  g_assert_false (cam_folders_open_for (state, false, self->environment, &second, &error));
  g_assert_nonnull (g_strrstr (error->message, "in use by another camrelayd"));
  open_folders (self, "other", &second);
  g_assert_null (second.runtime);
  cam_folders_clear (&first);
  cam_folders_clear (&first);
  cam_folders_clear (&second);
  open_folders (self, "state", &second);
  assert_held (self, second.runtime, "run");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/folders/option-comes-first", Fixture, NULL, set_up, test_option_comes_first, tear_down);
  g_test_add ("/folders/first-of-several", Fixture, NULL, set_up, test_first_of_several, tear_down);
  g_test_add ("/folders/user-folders", Fixture, NULL, set_up, test_user_folders, tear_down);
  g_test_add ("/folders/home", Fixture, NULL, set_up, test_home, tear_down);
  g_test_add ("/folders/usual-ones-can-be-done-without", Fixture, NULL, set_up, test_usual_ones_can_be_done_without, tear_down);
  g_test_add ("/folders/named-one-must-be-usable", Fixture, NULL, set_up, test_named_one_must_be_usable, tear_down);
  g_test_add ("/folders/held-by-one", Fixture, NULL, set_up, test_held_by_one, tear_down);
  return g_test_run ();
}
