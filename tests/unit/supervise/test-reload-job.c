#include "supervise/reload-job.h"

#include <glib/gstdio.h>
#include <string.h>

typedef struct {
  char *folder; /* owned */
  char *file;   /* owned */
  CamMainInbox *inbox;
  CamConfigSet *before;
  bool is_over;
} Fixture;

static void
set_up (Fixture *self, gconstpointer data)
{
  g_autoptr (GPtrArray) errors = g_ptr_array_new_with_free_func ((GDestroyNotify) g_error_free);
  self->folder = g_dir_make_tmp ("reload-XXXXXX", NULL);
  self->file = g_build_filename (self->folder, "camrelay.conf", NULL);
  g_assert_true (g_file_set_contents (self->file, "[RTSP]\nListen=127.0.0.1:0\n[Camera yard]\nURL=test:\n", -1, NULL));
  self->inbox = cam_main_inbox_new (cam_clock_monotonic ());
  self->before = cam_config_read (&(CamConfigSources) { .config_file = self->file }, errors);
  g_assert_nonnull (self->before);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  g_autofree char *dropin = cam_camera_dropin_path (self->folder, "gate");
  g_autofree char *camera = g_path_get_dirname (dropin);
  g_autofree char *cameras = g_path_get_dirname (camera);
  g_remove (dropin);
  g_remove (camera);
  g_remove (cameras);
  g_remove (self->file);
  g_remove (self->folder);
  cam_config_set_unref (self->before);
  cam_main_inbox_close (self->inbox);
  cam_main_inbox_unref (self->inbox);
  g_free (self->file);
  g_free (self->folder);
}

static void
on_over (gpointer data)
{
  ((Fixture *) data)->is_over = true;
}

static void
await (Fixture *self)
{
  int64_t deadline_us = g_get_monotonic_time () + 20 * G_USEC_PER_SEC;
  while (!self->is_over && g_get_monotonic_time () < deadline_us)
    g_main_context_iteration (NULL, FALSE);
  g_assert_true (self->is_over);
  self->is_over = false;
}

static CamReloadJob *
read_with (Fixture *self, CamEditKind kind, const char *camera, const char *key, const char *value)
{
  const CamDropinSetting setting = { .section = "Camera", .key = key, .value = value };
  const CamReloadEdit edit = { .kind = kind, .camera = camera, .settings = &setting, .n_settings = key != NULL };
  const CamConfigSources sources = { .config_file = self->file, .state_folder = self->folder };
  CamReloadJob *job = cam_reload_job_new (&sources, kind != CAM_EDIT_NONE ? &edit : NULL, self->before, self->inbox, NULL);
  cam_reload_job_read (job, on_over, self);
  await (self);
  return job;
}

static void
take (Fixture *self, CamReloadJob *job)
{
  g_assert_cmpuint (cam_reload_job_get_errors (job)->len, ==, 0);
  cam_reload_job_write (job, on_over, self);
  await (self);
  g_assert_cmpuint (cam_reload_job_get_errors (job)->len, ==, 0);
  cam_config_set_unref (self->before);
  self->before = cam_config_set_ref (cam_reload_job_get_config (job));
  cam_reload_job_unref (job);
}

static void
test_nothing (Fixture *self, gconstpointer data)
{
  CamReloadJob *job = read_with (self, CAM_EDIT_NONE, NULL, NULL, NULL);
  g_assert_cmpuint (cam_reload_job_get_errors (job)->len, ==, 0);
  g_assert_true (cam_config_diff_is_empty (cam_reload_job_get_diff (job)));
  g_assert_nonnull (cam_reload_job_get_draft (job));
  cam_reload_job_unref (job);
}

static void
test_add_set_remove (Fixture *self, gconstpointer data)
{
  g_autofree char *dropin = cam_camera_dropin_path (self->folder, "gate");
  CamReloadJob *job = read_with (self, CAM_EDIT_ADD, "gate", "URL", "test:");
  g_assert_false (g_file_test (dropin, G_FILE_TEST_EXISTS)); /* before it is written */
  take (self, job);
  g_assert_true (g_file_test (dropin, G_FILE_TEST_EXISTS));
  g_assert_nonnull (cam_config_set_find_camera (self->before, "gate"));
  take (self, read_with (self, CAM_EDIT_SET, "gate", "Enabled", "no"));
  g_assert_false (cam_config_set_find_camera (self->before, "gate")->enabled);
  take (self, read_with (self, CAM_EDIT_REMOVE, "gate", NULL, NULL));
  g_assert_null (cam_config_set_find_camera (self->before, "gate"));
  g_assert_false (g_file_test (dropin, G_FILE_TEST_EXISTS));
}

static void
test_refusals (Fixture *self, gconstpointer data)
{
  static const struct {
    CamEditKind kind;
    const char *camera, *key, *value, *message;
  } rows[] = {
    { CAM_EDIT_ADD, "yard", "URL", "test:", "exists already" },
    { CAM_EDIT_ADD, "../yard", "URL", "test:", "a name has 1 to 32 characters" },
    { CAM_EDIT_ADD, "gate", "URL", "gopher://x", "URL" },
    { CAM_EDIT_SET, "gate", "Enabled", "no", "there is no camera" },
    { CAM_EDIT_SET, "yard", "Enabeld", "no", "Enabeld" },
    { CAM_EDIT_SET, "yard", "Enabled", "perhaps", "perhaps" },
    { CAM_EDIT_REMOVE, "gate", NULL, NULL, "there is no camera" },
    { CAM_EDIT_REMOVE, "yard", NULL, NULL, "camrelay.conf:4: remove it there" },
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {
    CamReloadJob *job = read_with (self, rows[i].kind, rows[i].camera, rows[i].key, rows[i].value);
    const GPtrArray *errors = cam_reload_job_get_errors (job);
    g_assert_cmpuint (errors->len, ==, 1);
    g_test_message ("%s", ((const GError *) g_ptr_array_index (errors, 0))->message);
    g_assert_nonnull (strstr (((const GError *) g_ptr_array_index (errors, 0))->message, rows[i].message));
    g_assert_null (cam_reload_job_get_diff (job));
    cam_reload_job_unref (job);
  }
}

/* Nobody waits any more: the thread ends by itself. */
static void
test_detached (Fixture *self, gconstpointer data)
{
  CamReloadJob *job = cam_reload_job_new (&(CamConfigSources) { .config_file = self->file }, NULL, self->before, self->inbox, NULL);
  cam_reload_job_read (job, on_over, self);
  cam_reload_job_detach (job);
  cam_reload_job_tell (job);
  g_assert_false (self->is_over);
  cam_reload_job_unref (job);
}

static bool
refuse_cameras (CamConfigSet *config, gpointer data, GError **error)
{
  bool *is_asked = data;
  *is_asked = true;
  config->server.max_connections = 77;
  if (config->cameras->len > 1)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE, "%u cameras are too many", config->cameras->len);
  return config->cameras->len <= 1;
}

/* Whoever has a say is asked before anything is made of what was read, and may fit it. */
static void
test_fit (Fixture *self, gconstpointer data)
{
  bool is_asked = false;
  const CamReloadParty party = { .fit = refuse_cameras, .data = &is_asked };
  const CamConfigSources sources = { .config_file = self->file, .state_folder = self->folder };
  const CamDropinSetting setting = { .section = "Camera", .key = "URL", .value = "test:" };
  const CamReloadEdit edit = { .kind = CAM_EDIT_ADD, .camera = "gate", .settings = &setting, .n_settings = 1 };
  for (unsigned round = 0; round < 2; round++) {
    is_asked = false;
    CamReloadJob *job = cam_reload_job_new (&sources, round > 0 ? &edit : NULL, self->before, self->inbox, &party);
    cam_reload_job_read (job, on_over, self);
    await (self);
    g_assert_true (is_asked);
    const GPtrArray *errors = cam_reload_job_get_errors (job);
    g_assert_cmpuint (errors->len, ==, round);
    if (round == 0)
      g_assert_cmpuint (((const CamKeyChange *) g_ptr_array_index (cam_reload_job_get_diff (job)->server, 0))->key, ==, CAM_KEY_Limits_MaxConnections);
    else
      g_assert_cmpstr (((const GError *) g_ptr_array_index (errors, 0))->message, ==, "2 cameras are too many");
    g_assert_cmpint (cam_reload_job_get_draft (job) == NULL, ==, round > 0);
    cam_reload_job_unref (job);
  }
}

#define ADD(name, function) g_test_add ("/reload-job/" name, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("nothing", test_nothing);
  ADD ("add-set-remove", test_add_set_remove);
  ADD ("refusals", test_refusals);
  ADD ("detached", test_detached);
  ADD ("fit", test_fit);
  return g_test_run ();
}
