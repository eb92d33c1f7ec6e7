#include "config/config-read.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>

/* A case is NAME.conf, a main file, or the folder NAME with camrelay.conf, cameras.d, state, credentials and arguments (one a line; the
 * first may be "--allow WHO"). */
typedef struct {
  char *folder; /* owned; of the case, or of the file */
  char *config_file;
  char *cameras_dir;
  char *state_folder;
  char *credentials_dir;
  char *allow;
  char **arguments;
} Case;

static void
case_clear (Case *self)
{
  g_free (self->folder);
  g_free (self->config_file);
  g_free (self->cameras_dir);
  g_free (self->state_folder);
  g_free (self->credentials_dir);
  g_free (self->allow);
  g_strfreev (self->arguments);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Case, case_clear)

static char *
read_text (const char *path)
{
  char *text = NULL;
  g_autoptr (GError) error = NULL;
  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);
  return text;
}

static void
read_case_arguments (Case *self)
{
  g_autofree char *path = g_build_filename (self->folder, "arguments", NULL);
  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    return;
  g_autofree char *text = g_strchomp (read_text (path));
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  const bool has_allow = g_str_has_prefix (lines[0], "--allow ");
  if (has_allow)
    self->allow = g_strdup (lines[0] + strlen ("--allow "));
  self->arguments = g_strdupv (lines + (has_allow ? 1 : 0));
}

static char *
existing (const char *folder, const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  return g_file_test (path, G_FILE_TEST_EXISTS) ? g_steal_pointer (&path) : NULL;
}

static Case
case_at (const char *path)
{
  Case self = {NULL};
  if (!g_file_test (path, G_FILE_TEST_IS_DIR)) {
    self.folder = g_path_get_dirname (path);
    self.config_file = g_strdup (path);
    return self;
  }
  self.folder = g_strdup (path);
  self.config_file = g_build_filename (path, "camrelay.conf", NULL);
  self.cameras_dir = existing (path, "cameras.d");
  self.state_folder = existing (path, "state");
  self.credentials_dir = existing (path, "credentials");
  read_case_arguments (&self);
  return self;
}

static CamConfigSet *
read_case (const Case *self, GPtrArray *errors)
{
  const CamConfigSources sources = {
      .config_file = self->config_file,
      .cameras_dir = self->cameras_dir,
      .state_folder = self->state_folder,
      .credentials_dir = self->credentials_dir,
      .urls = (const char *const *) self->arguments,
      .allow = self->allow,
  };
  return cam_config_read (&sources, errors);
}

/* All messages, a line each, without @folder where it is given. */
static char *
join_errors (const GPtrArray *errors, const char *folder)
{
  g_autoptr (GString) text = g_string_new (NULL);
  for (unsigned i = 0; i < errors->len; i++) {
    const GError *error = g_ptr_array_index (errors, i);
    g_assert_true (error->domain == CAM_CONFIG_ERROR);
    g_assert_true (g_utf8_validate (error->message, -1, NULL));
    g_string_append_printf (text, "%s\n", error->message);
  }
  if (folder != NULL) {
    g_autofree char *prefix = g_strconcat (folder, "/", NULL);
    g_string_replace (text, prefix, "", 0);
  }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static CamConfigSet *
read_good (const char *name)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "data", "config", "good", name, NULL);
  g_auto (Case) good = case_at (path);
  g_autoptr (GPtrArray) errors = g_ptr_array_new_with_free_func ((GDestroyNotify) g_error_free);
  CamConfigSet *set = read_case (&good, errors);
  g_autofree char *messages = join_errors (errors, good.folder);
  g_assert_cmpstr (messages, ==, "");
  g_assert_nonnull (set);
  return set;
}

static void
test_bad (gconstpointer data)
{
  const char *path = data;
  g_auto (Case) bad = case_at (path);
  g_autofree char *base = g_str_has_suffix (path, ".conf") ? g_strndup (path, strlen (path) - strlen (".conf")) : g_strdup (path);
  g_autofree char *expected_path = g_strconcat (base, ".expected", NULL);
  g_autofree char *expected = read_text (expected_path);
  g_autoptr (GPtrArray) errors = g_ptr_array_new_with_free_func ((GDestroyNotify) g_error_free);
  g_autoptr (CamConfigSet) set = read_case (&bad, errors);
  g_autofree char *messages = join_errors (errors, bad.folder);
  g_assert_cmpstr (messages, ==, expected);
  g_assert_null (set);
  /* Passwords in the corpus hold this word: no message may repeat it. */
  g_assert_null (strstr (messages, "canary"));
}

/* A test for each case of the folder. */
static void
add_bad_cases (void)
{
  g_autofree char *folder = g_test_build_filename (G_TEST_DIST, "data", "config", "bad", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GDir) dir = g_dir_open (folder, 0, &error);
  g_assert_no_error (error);
  for (const char *name = g_dir_read_name (dir); name != NULL; name = g_dir_read_name (dir)) {
    if (g_str_has_suffix (name, ".expected"))
      continue;
    g_autofree char *test = g_strconcat ("/config/read/bad/", name, NULL);
    g_test_add_data_func_full (test, g_build_filename (folder, name, NULL), test_bad, g_free);
  }
}

static void
test_defaults (void)
{
  const CamConfigSources none = {NULL};
  g_autoptr (GPtrArray) errors = g_ptr_array_new ();
  g_autoptr (CamConfigSet) set = cam_config_read (&none, errors);
  g_assert_cmpuint (errors->len, ==, 0);
  g_assert_cmpuint (set->cameras->len, ==, 0);
  g_assert_cmpuint (set->users->len, ==, 0);
  g_assert_cmpstr (set->server.listen[0], ==, "[::]:8554");
  g_assert_null (set->server.listen[1]);
  g_assert_cmpuint (set->server.udp_ports.rtp, ==, 0);
  g_assert_cmpuint (set->server.max_connections, ==, 2048);
  g_assert_cmpint (set->server.reader_lag, ==, 3 * G_USEC_PER_SEC);
}

static void
assert_stream (const CamStreamConfig *stream, const char *url, const char *username, const char *password)
{
  g_assert_cmpstr (stream->url, ==, url);
  g_assert_cmpstr (stream->username, ==, username);
  g_assert_cmpstr (cam_secret_reveal (stream->password), ==, password);
}

static void
test_full (void)
{
  g_autoptr (CamConfigSet) set = read_good ("full");
  g_assert_cmpstr (set->server.listen[0], ==, "127.0.0.1:0");
  g_assert_cmpstr (set->server.listen[1], ==, "[::]:8555");
  g_assert_cmpuint (set->server.udp_ports.rtp, ==, 8000);
  g_assert_cmpuint (set->server.udp_ports.rtcp, ==, 8001);
  g_assert_cmpuint (set->server.max_connections, ==, 10);
  g_assert_cmpuint (set->server.max_connections_per_address, ==, 5);
  g_assert_cmpuint (set->server.max_readers, ==, 8);
  g_assert_cmpint (set->server.request_timeout, ==, 5 * G_USEC_PER_SEC);
  g_assert_cmpint (set->server.reader_lag, ==, 750 * 1000);
  g_assert_cmpint (set->server.reader_timeout, ==, 60 * G_USEC_PER_SEC);

  const CamCameraConfig *drive = cam_config_set_find_camera (set, "driveway");
  g_assert_cmpstr (drive->name, ==, "driveway");
  g_assert_true (drive->enabled);
  g_assert_cmpstr (drive->description, ==, "Über der Einfahrt # nicht das Tor");
  assert_stream (&drive->streams[CAM_STREAM_MAIN], "rtsp://192.168.1.21/Streaming/Channels/101", "viewer", "p@ss#w%rd&! ");
  assert_stream (&drive->streams[CAM_STREAM_SUB], "rtsp://192.168.1.21/Streaming/Channels/102", "viewer", "p@ss#w%rd&! ");
  g_assert_cmpint (drive->streams[CAM_STREAM_MAIN].transport, ==, CAM_TRANSPORT_TCP);
  g_assert_cmpint (drive->streams[CAM_STREAM_MAIN].stall_timeout, ==, 8 * G_USEC_PER_SEC);
  g_assert_cmpint (drive->streams[CAM_STREAM_SUB].stall_timeout, ==, 2 * G_USEC_PER_SEC);
  g_assert_cmpint (drive->streams[CAM_STREAM_MAIN].on_loss, ==, CAM_ON_LOSS_FORWARD);
  g_assert_cmpint (drive->streams[CAM_STREAM_SUB].on_loss, ==, CAM_ON_LOSS_WAIT_FOR_KEY);
  g_assert_cmpuint (drive->streams[CAM_STREAM_SUB].max_bitrate, ==, 512 * 1000);
  g_assert_cmpint (drive->audio_mode, ==, CAM_AUDIO_NONE);
  g_assert_cmpuint (drive->max_readers, ==, 4);
  g_assert_cmpint (drive->backoff.shortest_us, ==, 500 * 1000);
  g_assert_cmpint (drive->backoff.longest_us, ==, 300 * G_USEC_PER_SEC);
  g_assert_cmpuint (drive->read->len, ==, 4);
  const CamAccessRule *user = g_ptr_array_index (drive->read, 0);
  g_assert_cmpint (user->kind, ==, CAM_ACCESS_USER);
  g_assert_cmpstr (user->name, ==, "bob");
  const CamAccessRule *net = g_ptr_array_index (drive->read, 3);
  g_autofree char *mask = g_inet_address_mask_to_string (net->net);
  g_assert_cmpstr (mask, ==, "fe80::/10");
}

/* What of the same set comes from [Defaults], [Access] and named sections. */
static void
test_full_defaults (void)
{
  g_autoptr (CamConfigSet) set = read_good ("full");
  const CamCameraConfig *gate = cam_config_set_find_camera (set, "gate");
  assert_stream (&gate->streams[CAM_STREAM_MAIN], "rtsp://[2001:db8::5]:8554/live%a0/main", "admin", "from a credential");
  g_assert_null (gate->streams[CAM_STREAM_SUB].url);
  g_assert_cmpint (gate->streams[CAM_STREAM_MAIN].stall_timeout, ==, 8 * G_USEC_PER_SEC);
  g_assert_cmpuint (gate->max_readers, ==, 7);
  g_assert_cmpuint (gate->read->len, ==, 1);
  g_assert_cmpint (((const CamAccessRule *) g_ptr_array_index (gate->read, 0))->kind, ==, CAM_ACCESS_USERS);

  const CamCameraConfig *yard = cam_config_set_find_camera (set, "yard");
  g_assert_false (yard->enabled);
  assert_stream (&yard->streams[CAM_STREAM_MAIN], "rtsp://10.0.0.9:554/", "admin", "");
  assert_stream (&yard->streams[CAM_STREAM_SUB], "rtsp://[::1]/sub", "admin", "own");
  g_assert_cmpint (yard->audio_mode, ==, CAM_AUDIO_COPY);

  const CamCameraConfig *test = cam_config_set_find_camera (set, "testbild");
  assert_stream (&test->streams[CAM_STREAM_MAIN], "test:?size=640x360", NULL, NULL);
  g_assert_cmpuint (set->cameras->len, ==, 4);
  g_assert_null (cam_config_set_find_camera (set, "nobody"));
}

static void
test_full_tokens (void)
{
  g_autoptr (CamConfigSet) set = read_good ("full");
  g_assert_cmpuint (set->tokens->len, ==, 2);
  const CamTokenConfig *ci = g_ptr_array_index (set->tokens, 0);
  const CamTokenConfig *panel = g_ptr_array_index (set->tokens, 1);
  g_assert_cmpstr (ci->name, ==, "ci");
  g_assert_cmpint (ci->role, ==, CAM_ROLE_ADMIN);
  g_assert_cmpstr (ci->hash, ==, "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef");
  g_assert_null (ci->token);
  g_assert_cmpint (panel->role, ==, CAM_ROLE_VIEWER);
  g_assert_cmpstr (cam_secret_reveal (panel->token), ==, "Zm9vYmFyYmF6+/-._~=");
  g_assert_null (panel->hash);
}

static void
test_full_users (void)
{
  g_autoptr (CamConfigSet) set = read_good ("full");
  g_assert_cmpuint (set->users->len, ==, 3);
  const CamUserConfig *bob = cam_config_set_find_user (set, "bob");
  g_assert_cmpstr (cam_secret_reveal (bob->password), ==, "it's \"quoted\" = not");
  g_assert_null (bob->md5_hash);
  g_assert_cmpstr (bob->groups[0], ==, "family");
  g_assert_cmpstr (bob->groups[1], ==, "guards");
  const CamUserConfig *nvr = cam_config_set_find_user (set, "nvr@home");
  g_assert_null (nvr->password);
  g_assert_cmpstr (nvr->md5_hash, ==, "0123456789abcdef0123456789abcdef");
  g_assert_cmpuint (strlen (nvr->sha256_hash), ==, 64);
  g_assert_null (nvr->groups[0]);
  const CamUserConfig *tv = cam_config_set_find_user (set, "TV");
  g_assert_cmpstr (cam_secret_reveal (tv->password), ==, "from a credential");
  g_assert_null (cam_config_set_find_user (set, "tv"));
}

/* A passphrase comes from the URL or from the camera's password, never from a log-in for all. */
static void
test_srt (void)
{
  g_autoptr (CamConfigSet) set = read_good ("srt");
  static const struct {
    const char *camera;
    const char *url;
    const char *passphrase;
  } expected[] = {
      {"called", "srt://encoder.lan:9000?streamid=#!::r=live/cam,m=request&latency=200", "half&half!"},
      {"calls", "srt://:9001", "raw to the end & all"},
      {"both", "srt://[2001:db8::5]:9002?mode=rendezvous", "from a credential"},
      {"published", "srt:?framing=raw&rate=44100&channels=1", NULL},
      {"guarded", "srt:", "of this one alone"},
      {"plain", "srt://10.0.0.1:9003", NULL},
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (expected); i++) {
    const CamCameraConfig *camera = cam_config_set_find_camera (set, expected[i].camera);
    assert_stream (&camera->streams[CAM_STREAM_MAIN], expected[i].url, NULL, expected[i].passphrase);
  }
  g_assert_cmpstr (set->server.srt_listen[0], ==, "[::]:9710");
  g_assert_cmpstr (set->server.srt_listen[1], ==, "127.0.0.1:0");
  g_assert_cmpint (set->server.srt_takeover, ==, CAM_TAKEOVER_REFUSE);
  g_assert_cmpstr (cam_secret_reveal (set->server.srt_passphrase), ==, "from a credential");
  const CamCameraConfig *plain = cam_config_set_find_camera (set, "plain");
  assert_stream (&plain->streams[CAM_STREAM_SUB], "rtsp://10.0.0.1/sub", "admin", "of an rtsp camera");
}

static void
test_arguments (void)
{
  const char *urls[] = {"rtsp://a:b=c@1.2.3.4/x?y=z", "front=rtsp://5.6.7.8", "test:", "b=file:clip.mp4", NULL};
  const CamConfigSources sources = {.urls = urls, .allow = "net:192.168.0.0/16 anyone"};
  g_autoptr (GPtrArray) errors = g_ptr_array_new_with_free_func ((GDestroyNotify) g_error_free);
  g_autoptr (CamConfigSet) set = cam_config_read (&sources, errors);
  g_autofree char *messages = join_errors (errors, NULL);
  g_assert_cmpstr (messages, ==, "");
  g_assert_cmpuint (set->cameras->len, ==, 4);
  static const char *const names[] = {"b", "cam1", "cam2", "front"};
  static const char *const clean[] = {"file:clip.mp4", "rtsp://1.2.3.4/x?y=z", "test:", "rtsp://5.6.7.8/"};
  for (unsigned i = 0; i < set->cameras->len; i++) {
    const CamCameraConfig *camera = g_ptr_array_index (set->cameras, i);
    g_assert_cmpstr (camera->name, ==, names[i]);
    g_assert_cmpstr (camera->streams[CAM_STREAM_MAIN].url, ==, clean[i]);
    g_assert_cmpuint (camera->read->len, ==, 2);
  }
  const CamCameraConfig *first = cam_config_set_find_camera (set, "cam1");
  assert_stream (&first->streams[CAM_STREAM_MAIN], clean[1], "a", "b=c");
}

/* --allow replaces the default of the files, not what a camera says itself. */
static void
test_allow (void)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "data", "config", "good", "full", NULL);
  g_auto (Case) full = case_at (path);
  g_free (full.allow);
  full.allow = g_strdup ("net:10.0.0.0/8");
  g_autoptr (GPtrArray) errors = g_ptr_array_new ();
  g_autoptr (CamConfigSet) set = read_case (&full, errors);
  const CamCameraConfig *gate = cam_config_set_find_camera (set, "gate");
  g_assert_cmpint (((const CamAccessRule *) g_ptr_array_index (gate->read, 0))->kind, ==, CAM_ACCESS_NET);
  g_assert_cmpuint (cam_config_set_find_camera (set, "driveway")->read->len, ==, 4);
}

static void
test_no_rule (void)
{
  g_autoptr (CamConfigSet) set = read_good ("minimal.conf");
  const CamCameraConfig *camera = g_ptr_array_index (set->cameras, 0);
  g_assert_cmpstr (camera->name, ==, "demo");
  g_assert_null (camera->read);
  g_assert_cmpuint (camera->max_readers, ==, 0);
  g_assert_cmpstr (camera->description, ==, "");
  g_assert_cmpint (camera->streams[CAM_STREAM_MAIN].transport, ==, CAM_TRANSPORT_AUTO);
  g_assert_cmpuint (camera->streams[CAM_STREAM_MAIN].max_bitrate, ==, 100 * 1000 * 1000);
}

static void
test_missing_files (void)
{
  CamConfigSources sources = {.config_file = "/nonexistent/camrelay.conf", .cameras_dir = "/nonexistent/cameras.d"};
  g_autoptr (GPtrArray) errors = g_ptr_array_new_with_free_func ((GDestroyNotify) g_error_free);
  g_autoptr (CamConfigSet) optional = cam_config_read (&sources, errors);
  g_assert_nonnull (optional);
  g_assert_cmpuint (errors->len, ==, 0);
  sources.config_must_exist = true;
  sources.cameras_must_exist = true;
  g_autoptr (CamConfigSet) needed = cam_config_read (&sources, errors);
  g_assert_null (needed);
  g_autofree char *messages = join_errors (errors, "/nonexistent");
  g_assert_cmpstr (messages, ==, "camrelay.conf: No such file or directory\ncameras.d: No such directory\n");
  g_assert_error ((GError *) g_ptr_array_index (errors, 0), CAM_CONFIG_ERROR, CAM_CONFIG_ERROR_FILE);
}

static void
test_odd_files (void)
{
  const CamConfigSources sources = {.config_file = "/dev", .cameras_dir = "/dev/null"};
  g_autoptr (GPtrArray) errors = g_ptr_array_new_with_free_func ((GDestroyNotify) g_error_free);
  g_autoptr (CamConfigSet) set = cam_config_read (&sources, errors);
  g_assert_null (set);
  g_autofree char *messages = join_errors (errors, NULL);
  g_assert_cmpstr (messages, ==, "/dev: not a regular file\n/dev/null: cannot be read as a directory\n");
}

/* The configuration file at @path with the comment sign taken from every key that has a default and whose section is there. */
static char *
uncomment_defaults (const char *path)
{
  g_autofree char *text = read_text (path);
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  g_autoptr (GString) result = g_string_new (NULL);
  bool is_there = true;
  for (char **line = lines; *line != NULL; line++) {
    const char *equals = strchr (*line, '=');
    is_there = is_there && !g_str_has_prefix (*line, "#[");
    const bool is_key = is_there && (*line)[0] == '#' && g_ascii_isupper ((*line)[1]) && equals != NULL && equals[1] != '\0';
    g_string_append_printf (result, "%s\n", *line + (is_key ? 1 : 0));
  }
  return g_string_free (g_steal_pointer (&result), FALSE);
}

/* The sample says nothing, and says it with the true defaults. */
static void
test_sample (void)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "..", "conf", "camrelay.conf", NULL);
  g_autofree char *text = uncomment_defaults (path);
  g_assert_nonnull (strstr (text, "\nListen=[::]:8554\n"));
  g_assert_nonnull (strstr (text, "\nBackoff=1s 60s\n"));
  g_autofree char *file = NULL;
  g_autoptr (GError) error = NULL;
  const int fd = g_file_open_tmp ("camrelay-sample-XXXXXX.conf", &file, &error);
  g_assert_no_error (error);
  g_close (fd, NULL);
  g_file_set_contents (file, text, -1, &error);
  g_assert_no_error (error);
  const CamConfigSources sources[] = {{.config_file = path, .config_must_exist = true}, {.config_file = file, .config_must_exist = true}};
  for (unsigned i = 0; i < G_N_ELEMENTS (sources); i++) {
    g_autoptr (GPtrArray) errors = g_ptr_array_new_with_free_func ((GDestroyNotify) g_error_free);
    g_autoptr (CamConfigSet) set = cam_config_read (&sources[i], errors);
    g_autofree char *messages = join_errors (errors, NULL);
    g_assert_cmpstr (messages, ==, "");
    g_assert_cmpuint (set->cameras->len, ==, 0);
    g_assert_cmpuint (set->server.max_readers, ==, 1024);
  }
  g_remove (file);
}

static void
test_examples (void)
{
  static const struct {
    const char *file;
    unsigned n_cameras;
    unsigned n_users;
  } examples[] = {{"demo.conf", 1, 0}, {"examples/minimal.conf", 1, 0}, {"examples/full.conf", 8, 2}};
  for (unsigned i = 0; i < G_N_ELEMENTS (examples); i++) {
    g_autofree char *path = g_test_build_filename (G_TEST_DIST, "..", "conf", examples[i].file, NULL);
    const CamConfigSources sources = {.config_file = path, .config_must_exist = true};
    g_autoptr (GPtrArray) errors = g_ptr_array_new_with_free_func ((GDestroyNotify) g_error_free);
    g_autoptr (CamConfigSet) set = cam_config_read (&sources, errors);
    g_autofree char *messages = join_errors (errors, NULL);
    g_assert_cmpstr (messages, ==, "");
    g_assert_cmpuint (set->cameras->len, ==, examples[i].n_cameras);
    g_assert_cmpuint (set->users->len, ==, examples[i].n_users);
  }
}

/* What a new user copies to NAME.conf. */
static void
test_camera_sample (void)
{
  g_autofree char *folder = g_dir_make_tmp ("camrelay-sample-XXXXXX", NULL);
  g_autofree char *source = g_test_build_filename (G_TEST_DIST, "..", "conf", "cameras.d", "example.conf.sample", NULL);
  g_autofree char *text = read_text (source);
  g_autofree char *path = g_build_filename (folder, "garage.conf", NULL);
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  const CamConfigSources sources = {.cameras_dir = folder, .cameras_must_exist = true};
  g_autoptr (GPtrArray) errors = g_ptr_array_new_with_free_func ((GDestroyNotify) g_error_free);
  g_autoptr (CamConfigSet) set = cam_config_read (&sources, errors);
  g_assert_nonnull (set);
  assert_stream (&cam_config_set_find_camera (set, "garage")->streams[CAM_STREAM_MAIN], "rtsp://192.168.1.21/stream1", "viewer",
                 "p@ss#w%rd&!");
  g_remove (path);
  g_rmdir (folder);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/config/read/defaults", test_defaults);
  g_test_add_func ("/config/read/full", test_full);
  g_test_add_func ("/config/read/full-defaults", test_full_defaults);
  g_test_add_func ("/config/read/full-tokens", test_full_tokens);
  g_test_add_func ("/config/read/full-users", test_full_users);
  g_test_add_func ("/config/read/srt", test_srt);
  g_test_add_func ("/config/read/arguments", test_arguments);
  g_test_add_func ("/config/read/allow", test_allow);
  g_test_add_func ("/config/read/no-rule", test_no_rule);
  g_test_add_func ("/config/read/missing-files", test_missing_files);
  g_test_add_func ("/config/read/odd-files", test_odd_files);
  g_test_add_func ("/config/read/sample", test_sample);
  g_test_add_func ("/config/read/camera-sample", test_camera_sample);
  g_test_add_func ("/config/read/examples", test_examples);
  add_bad_cases ();
  return g_test_run ();
}
