/* Drop-ins as cam_config_read () takes them: what they win over, and a reading with one that is not written yet. */
#include <glib/gstdio.h>
#include <string.h>

#include "config/camera-dropin.h"
#include "config/config-read.h"

typedef struct {
  char *folder; /* owned; with cameras.d and state in it */
  char *cameras;
  char *state;
  CamConfigSources sources;
  GPtrArray *errors;
} Fixture;

static void
set_up (Fixture *self, gconstpointer data)
{
  (void) data;
  self->folder = g_dir_make_tmp ("camrelay-dropins-XXXXXX", NULL);
  self->cameras = g_build_filename (self->folder, "cameras.d", NULL);
  self->state = g_build_filename (self->folder, "state", NULL);
  self->sources = (CamConfigSources){.cameras_dir = self->cameras, .state_folder = self->state};
  self->errors = g_ptr_array_new_with_free_func ((GDestroyNotify) g_error_free);
}

static void
remove_tree (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  for (const char *name = dir != NULL ? g_dir_read_name (dir) : NULL; name != NULL; name = g_dir_read_name (dir)) {
    g_autofree char *inner = g_build_filename (path, name, NULL);
    remove_tree (inner);
  }
  g_assert_cmpint (g_remove (path), ==, 0);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  (void) data;
  remove_tree (self->folder);
  g_free (self->folder);
  g_free (self->cameras);
  g_free (self->state);
  g_ptr_array_unref (self->errors);
}

/* @path: in the fixture's folder. */
static void
write_file (const Fixture *self, const char *path, const char *text)
{
  g_autofree char *full = g_build_filename (self->folder, path, NULL);
  g_autofree char *folder = g_path_get_dirname (full);
  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_assert_true (g_file_set_contents (full, text, -1, NULL));
}

/* The one message that there is, without the fixture's folder. */
static char *
only_error (const Fixture *self)
{
  g_assert_cmpuint (self->errors->len, ==, 1);
  g_autoptr (GString) text = g_string_new (((const GError *) g_ptr_array_index (self->errors, 0))->message);
  g_autofree char *prefix = g_strconcat (self->folder, "/", NULL);
  g_string_replace (text, prefix, "", 0);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static CamConfigSet *
read_good (const Fixture *self)
{
  CamConfigSet *set = cam_config_read (&self->sources, self->errors);
  for (unsigned i = 0; i < self->errors->len; i++)
    g_test_message ("%s", ((const GError *) g_ptr_array_index (self->errors, i))->message);
  g_assert_nonnull (set);
  return set;
}

static const CamCameraConfig *
find (const CamConfigSet *set, const char *name)
{
  const CamCameraConfig *camera = cam_config_set_find_camera (set, name);
  g_assert_nonnull (camera);
  return camera;
}

static void
test_nothing (Fixture *self, gconstpointer data)
{
  (void) data;
  write_file (self, "cameras.d/front.conf", "[Camera]\nURL=test:\n");
  write_file (self, "file", "");
  g_autofree char *file = g_build_filename (self->folder, "file", NULL);
  self->sources.state_folder = file;
  g_autoptr (CamConfigSet) no_folder = read_good (self);
  g_assert_cmpuint (no_folder->cameras->len, ==, 1);
  self->sources.state_folder = self->state;
  g_autoptr (CamConfigSet) missing = read_good (self);
  g_assert_cmpuint (missing->cameras->len, ==, 1);
  /* What is no drop-in is nobody's business: hidden files, other names, other folders. */
  write_file (self, "state/cameras.d/front.d/.hidden.conf", "?");
  write_file (self, "state/cameras.d/front.d/50-ctl.conf~", "?");
  write_file (self, "state/cameras.d/README", "?");
  write_file (self, "state/cameras.d/front.d/empty.conf", "");
  g_autoptr (CamConfigSet) none = read_good (self);
  g_assert_cmpuint (none->cameras->len, ==, 1);
  g_assert_true (find (none, "front")->enabled);
}

static void
test_last_wins (Fixture *self, gconstpointer data)
{
  (void) data;
  write_file (self, "cameras.d/front.conf",
              "[Camera]\nURL=rtsp://cam/1\nUsername=bob\nPassword=old\nDescription=by hand\n\n[Stream main]\nStallTimeout=9s\n\n"
              "[Stream sub]\nURL=rtsp://cam/2\n\n[Access]\nMaxReaders=3\n");
  write_file (self, "state/cameras.d/front.d/10-site.conf", "[Camera]\nDescription=site\nEnabled=no\n[Access]\nMaxReaders=4\n");
  write_file (self, "state/cameras.d/front.d/50-ctl.conf",
              "[Camera front]\nPassword=new \nEnabled=\n\n[Stream main]\nURL=rtsp://cam/3\nStallTimeout=\n\n[Stream sub]\nIdleTimeout=1min\n"
              "[Retry]\nBackoff=2s 3s\n");
  g_autoptr (CamConfigSet) set = read_good (self);
  const CamCameraConfig *camera = find (set, "front");
  const CamStreamConfig *stream = &camera->streams[CAM_STREAM_MAIN];
  g_assert_cmpstr (camera->description, ==, "site");
  g_assert_true (camera->enabled);
  g_assert_cmpuint (camera->max_readers, ==, 4);
  g_assert_cmpstr (stream->url, ==, "rtsp://cam/3");
  g_assert_cmpstr (stream->username, ==, "bob");
  g_assert_cmpstr (cam_secret_reveal (stream->password), ==, "new ");
  g_assert_cmpint (stream->stall_timeout, ==, 5 * G_USEC_PER_SEC);
  g_assert_cmpstr (camera->streams[CAM_STREAM_SUB].url, ==, "rtsp://cam/2");
  g_assert_cmpint (camera->streams[CAM_STREAM_SUB].idle_timeout, ==, 60 * G_USEC_PER_SEC);
  g_assert_cmpint (camera->backoff.longest_us, ==, 3 * G_USEC_PER_SEC);
}

/* A sub stream can be taken away, and a password be replaced by a credential. */
static void
test_taken_away (Fixture *self, gconstpointer data)
{
  (void) data;
  g_autofree char *credentials = g_build_filename (self->folder, "credentials", NULL);
  self->sources.credentials_dir = credentials;
  write_file (self, "credentials/camera", "secret\n");
  write_file (self, "cameras.d/front.conf", "[Camera]\nURL=rtsp://cam/1\nUsername=bob\nPassword=old\n[Stream sub]\nURL=rtsp://cam/2\n");
  write_file (self, "state/cameras.d/front.d/50-ctl.conf", "[Stream sub]\nIdleTimeout=1min\nURL=\n[Camera]\nPasswordCredential=camera\n");
  g_autoptr (CamConfigSet) set = read_good (self);
  g_assert_null (find (set, "front")->streams[CAM_STREAM_SUB].url);
  g_assert_cmpstr (cam_secret_reveal (find (set, "front")->streams[CAM_STREAM_MAIN].password), ==, "secret");
}

/* A camera that only its drop-in makes, and one of the command line that has a drop-in. */
static void
test_made (Fixture *self, gconstpointer data)
{
  (void) data;
  static const char *const urls[] = {"arg=test:", NULL};
  self->sources.urls = urls;
  write_file (self, "state/cameras.d/new.d/50-ctl.conf", "[Camera]\nURL=rtsp://bob:pw@cam/1\n");
  write_file (self, "state/cameras.d/arg.d/50-ctl.conf", "[Camera]\nEnabled=no\n");
  g_autoptr (CamConfigSet) set = read_good (self);
  g_assert_cmpuint (set->cameras->len, ==, 2);
  g_assert_cmpstr (find (set, "new")->streams[CAM_STREAM_MAIN].username, ==, "bob");
  g_assert_false (find (set, "arg")->enabled);
  g_assert_cmpstr (find (set, "arg")->streams[CAM_STREAM_MAIN].url, ==, "test:");
}

/* An edit is read before it is written: of a file that is there, of one that is not, in a folder that is not. */
static void
test_override (Fixture *self, gconstpointer data)
{
  (void) data;
  write_file (self, "cameras.d/front.conf", "[Camera]\nURL=test:\n");
  g_autofree char *path = cam_camera_dropin_path (self->state, "front");
  self->sources.override_path = path;
  self->sources.override_text = "[Camera]\nDescription=edited\n";
  g_autoptr (CamConfigSet) added = read_good (self);
  g_assert_cmpstr (find (added, "front")->description, ==, "edited");
  g_assert_false (g_file_test (self->state, G_FILE_TEST_EXISTS));

  write_file (self, "state/cameras.d/front.d/50-ctl.conf", "[Camera]\nDescription=written\n");
  write_file (self, "state/cameras.d/front.d/40-site.conf", "[Camera]\nDescription=site\n");
  g_autoptr (CamConfigSet) replaced = read_good (self);
  g_assert_cmpstr (find (replaced, "front")->description, ==, "edited");

  self->sources.override_text = "";
  g_autoptr (CamConfigSet) removed = read_good (self);
  g_assert_cmpstr (find (removed, "front")->description, ==, "site");

  self->sources.override_text = "[Camera]\nEnabled=maybe\n";
  g_assert_null (cam_config_read (&self->sources, self->errors));
  g_autofree char *message = only_error (self);
  g_assert_cmpstr (message, ==, "state/cameras.d/front.d/50-ctl.conf:2: Enabled='maybe': expected yes or no");
}

/* The same of a camera that nothing else makes, and of a file that people wrote. */
static void
test_override_others (Fixture *self, gconstpointer data)
{
  (void) data;
  write_file (self, "cameras.d/front.conf", "[Camera]\nURL=test:\n");
  g_autofree char *new = cam_camera_dropin_path (self->state, "new");
  self->sources.override_path = new;
  self->sources.override_text = "[Camera]\nURL=test:\n";
  g_autoptr (CamConfigSet) added = read_good (self);
  g_assert_cmpuint (added->cameras->len, ==, 2);
  g_autofree char *written = g_build_filename (self->cameras, "front.conf", NULL);
  self->sources.override_path = written;
  self->sources.override_text = "[Camera]\nURL=test:?fps=5\n";
  g_autoptr (CamConfigSet) other = read_good (self);
  g_assert_cmpstr (find (other, "front")->streams[CAM_STREAM_MAIN].url, ==, "test:?fps=5");
  self->sources.override_text = "";
  g_assert_null (cam_config_read (&self->sources, self->errors));
  g_autofree char *message = only_error (self);
  g_assert_cmpstr (message, ==, "cameras.d/front.conf: No such file or directory");
}

/* What was read and where it stands, also when it is wrong. */
static void
test_described (Fixture *self, gconstpointer data)
{
  (void) data;
  write_file (self, "cameras.d/front.conf", "[Camera]\nURL=rtsp://bob:canary@cam/1\nEnabled=yes\n");
  write_file (self, "state/cameras.d/front.d/50-ctl.conf", "[Camera]\nEnabled=maybe\n");
  g_autofree char *text = NULL;
  g_assert_null (cam_config_read_described (&self->sources, self->errors, &text));
  g_autofree char *expected = g_strdup_printf ("[Camera front]\nURL=rtsp://cam/1  # %s/front.conf:2\n"
                                               "Enabled=maybe  # %s/cameras.d/front.d/50-ctl.conf:2\n",
                                               self->cameras, self->state);
  g_assert_cmpstr (text, ==, expected);
}

static void
test_unreadable (Fixture *self, gconstpointer data)
{
  (void) data;
  write_file (self, "state/cameras.d/front.d", "a file\n");
  g_assert_null (cam_config_read (&self->sources, self->errors));
  g_autofree char *message = only_error (self);
  g_assert_cmpstr (message, ==, "state/cameras.d/front.d: cannot be read as a directory");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/config/dropins/nothing", Fixture, NULL, set_up, test_nothing, tear_down);
  g_test_add ("/config/dropins/last-wins", Fixture, NULL, set_up, test_last_wins, tear_down);
  g_test_add ("/config/dropins/taken-away", Fixture, NULL, set_up, test_taken_away, tear_down);
  g_test_add ("/config/dropins/made", Fixture, NULL, set_up, test_made, tear_down);
  g_test_add ("/config/dropins/override", Fixture, NULL, set_up, test_override, tear_down);
  g_test_add ("/config/dropins/override-others", Fixture, NULL, set_up, test_override_others, tear_down);
  g_test_add ("/config/dropins/described", Fixture, NULL, set_up, test_described, tear_down);
  g_test_add ("/config/dropins/unreadable", Fixture, NULL, set_up, test_unreadable, tear_down);
  return g_test_run ();
}
