#include "supervise/reload-job.h"

#include <string.h>

#include "config/access-words.h"
#include "core/disk-file.h"

enum { DROPIN_BYTES = 1024 * 1024 };

struct CamReloadJob {
  int refs; /* atomic */
  CamMainInbox *inbox; /* ref */
  CamConfigSources sources; /* strings owned */
  CamReloadEdit edit;       /* strings owned */
  CamConfigSet *before;     /* ref */
  CamReloadParty party;     /* all zero: nobody */

  char *dropin;             /* owned; path of what is edited; NULL: nothing */
  char *text;               /* owned; its content with the edit, "": it goes; wiped */
  GPtrArray *errors;        /* of GError, owned */
  CamConfigSet *config;     /* ref */
  CamConfigDiff *diff;      /* owned */
  CamServeDraft *draft;     /* owned */

  void (*over) (gpointer data); /* M's; NULL: nobody waits */
  gpointer data;                /* borrowed */
};

/* One run on its way to its thread, and back. */
typedef struct {
  CamReloadJob *job; /* ref */
  void (*run) (CamReloadJob *job);
} Run;

static void
free_error (gpointer data)
{
  g_error_free (data);
}

static void
wipe (char *text)
{
  if (text != NULL)
    explicit_bzero (text, strlen (text));
  g_free (text);
}

static CamConfigSources
copy_sources (const CamConfigSources *sources)
{
  return (CamConfigSources) {
    .config_file = g_strdup (sources->config_file),
    .config_must_exist = sources->config_must_exist,
    .cameras_dir = g_strdup (sources->cameras_dir),
    .cameras_must_exist = sources->cameras_must_exist,
    .urls = (const char *const *) g_strdupv ((char **) sources->urls),
    .allow = g_strdup (sources->allow),
    .state_folder = g_strdup (sources->state_folder),
    .credentials_dir = g_strdup (sources->credentials_dir),
  };
}

static void
clear_sources (CamConfigSources *sources)
{
  g_free ((char *) sources->config_file);
  g_free ((char *) sources->cameras_dir);
  g_strfreev ((char **) sources->urls);
  g_free ((char *) sources->allow);
  g_free ((char *) sources->state_folder);
  g_free ((char *) sources->credentials_dir);
}

static CamReloadEdit
copy_edit (const CamReloadEdit *edit)
{
  CamDropinSetting *settings = g_new0 (CamDropinSetting, edit->n_settings);
  for (unsigned i = 0; i < edit->n_settings; i++) {
    const CamDropinSetting *from = &edit->settings[i];
    settings[i] = (CamDropinSetting) { .section = g_strdup (from->section), .key = g_strdup (from->key), .value = g_strdup (from->value) };
  }
  return (CamReloadEdit) { .kind = edit->kind, .camera = g_strdup (edit->camera), .settings = settings, .n_settings = edit->n_settings };
}

static void
clear_edit (CamReloadEdit *edit)
{
  for (unsigned i = 0; i < edit->n_settings; i++) {
    g_free ((char *) edit->settings[i].section);
    g_free ((char *) edit->settings[i].key);
    wipe ((char *) edit->settings[i].value);
  }
  g_free ((CamDropinSetting *) edit->settings);
  g_free ((char *) edit->camera);
}

CamReloadJob *
cam_reload_job_new (const CamConfigSources *sources, const CamReloadEdit *edit, CamConfigSet *before, CamMainInbox *inbox, const CamReloadParty *party)
{
  CamReloadJob *self = g_new0 (CamReloadJob, 1);
  self->refs = 1;
  self->inbox = cam_main_inbox_ref (inbox);
  self->sources = copy_sources (sources);
  if (edit != NULL)
    self->edit = copy_edit (edit);
  if (party != NULL)
    self->party = *party;
  self->before = cam_config_set_ref (before);
  self->errors = g_ptr_array_new_with_free_func (free_error);
  return self;
}

CamReloadJob *
cam_reload_job_ref (CamReloadJob *self)
{
  g_atomic_int_inc (&self->refs);
  return self;
}

void
cam_reload_job_unref (CamReloadJob *self)
{
  if (self == NULL || !g_atomic_int_dec_and_test (&self->refs))
    return;
  cam_serve_draft_free (self->draft);
  cam_config_diff_free (self->diff);
  cam_config_set_unref (self->config);
  cam_config_set_unref (self->before);
  g_ptr_array_unref (self->errors);
  wipe (self->text);
  g_free (self->dropin);
  clear_edit (&self->edit);
  clear_sources (&self->sources);
  cam_main_inbox_unref (self->inbox);
  g_free (self);
}

void
cam_reload_job_set_before (CamReloadJob *self, CamConfigSet *before)
{
  cam_config_set_ref (before);
  cam_config_set_unref (self->before);
  self->before = before;
}

const CamConfigSources *
cam_reload_job_get_sources (const CamReloadJob *self)
{
  return &self->sources;
}

void
cam_reload_job_add_error (CamReloadJob *self, GError *error)
{
  g_ptr_array_add (self->errors, error);
}

/* The edit. */

static void
fail (CamReloadJob *self, CamConfigError code, const char *format, ...) G_GNUC_PRINTF (3, 4);

static void
fail (CamReloadJob *self, CamConfigError code, const char *format, ...)
{
  va_list arguments;
  va_start (arguments, format);
  cam_reload_job_add_error (self, g_error_new_valist (CAM_CONFIG_ERROR, (int) code, format, arguments));
  va_end (arguments);
}

/* False: it is about no camera that there can be, or is, as it would have to. */
static bool
check_camera (CamReloadJob *self)
{
  const char *name = self->edit.camera;
  g_autofree char *quoted = cam_config_quote (name);
  bool is_there = cam_camera_name_is_valid (name) && cam_config_set_find_camera (self->before, name) != NULL;
  if (self->sources.state_folder == NULL)
    fail (self, CAM_CONFIG_ERROR_FILE, "camera %s: there is no state folder that a change could be kept in", quoted);
  else if (!cam_camera_name_is_valid (name))
    fail (self, CAM_CONFIG_ERROR_VALUE, "camera %s: a name has 1 to 32 characters of a-z, 0-9, '-' and '_' and begins with a letter or digit", quoted);
  else if (self->edit.kind == CAM_EDIT_ADD && is_there)
    fail (self, CAM_CONFIG_ERROR_TWICE, "camera %s exists already", quoted);
  else if (self->edit.kind != CAM_EDIT_ADD && !is_there)
    fail (self, CAM_CONFIG_ERROR_UNKNOWN, "there is no camera %s", quoted);
  return self->errors->len == 0;
}

/* What the drop-in says now; "" when there is none, NULL with an error. (transfer full) */
static char *
read_dropin (const char *path, GError **error)
{
  g_autoptr (GError) reason = NULL;
  g_autoptr (GBytes) content = cam_disk_file_read (path, DROPIN_BYTES, &reason);
  if (content != NULL)
    return g_strndup (g_bytes_get_data (content, NULL), g_bytes_get_size (content));
  if (g_error_matches (reason, G_FILE_ERROR, G_FILE_ERROR_NOENT))
    return g_strdup ("");
  g_set_error (error, CAM_CONFIG_ERROR, CAM_CONFIG_ERROR_FILE, "%s: %s", path, reason->message);
  return NULL;
}

static void
make_edit (CamReloadJob *self)
{
  GError *error = NULL;
  if (!check_camera (self))
    return;
  self->dropin = cam_camera_dropin_path (self->sources.state_folder, self->edit.camera);
  char *before = read_dropin (self->dropin, &error);
  if (before != NULL && self->edit.kind == CAM_EDIT_REMOVE)
    self->text = g_strdup ("");
  else if (before != NULL)
    self->text = cam_camera_dropin_edit (before, self->edit.settings, self->edit.n_settings, &error);
  wipe (before);
  if (error != NULL) {
    g_prefix_error (&error, "camera '%s': ", self->edit.camera);
    cam_reload_job_add_error (self, error);
  }
}

/* Where else a camera that was to be removed is defined: the first "FILE:LINE" that @description has for it. (transfer full) */
static char *
find_origin (const char *description, const char *camera)
{
  g_autofree char *pattern = g_strdup_printf ("^\\[[A-Z][a-z]+ %s(/[a-z]+)?\\]\n[^\\n]*  # ([^\n]+)$", camera);
  g_autoptr (GRegex) regex = g_regex_new (pattern, G_REGEX_MULTILINE, 0, NULL);
  g_autoptr (GMatchInfo) match = NULL;
  if (description == NULL || !g_regex_match (regex, description, 0, &match))
    return g_strdup ("another file");
  return g_match_info_fetch (match, 2);
}

static void
refuse_what_stays (CamReloadJob *self, const char *description)
{
  bool stays = self->edit.kind == CAM_EDIT_REMOVE && self->config != NULL && cam_config_set_find_camera (self->config, self->edit.camera) != NULL;
  if (!stays)
    return;
  g_autofree char *origin = find_origin (description, self->edit.camera);
  fail (self, CAM_CONFIG_ERROR_CONFLICT, "camera '%s' is defined in %s: remove it there", self->edit.camera, origin);
}

/* On their threads. */

static void
run_read (CamReloadJob *self)
{
  if (self->edit.kind != CAM_EDIT_NONE)
    make_edit (self);
  if (self->errors->len > 0)
    return;
  CamConfigSources sources = self->sources;
  sources.override_path = self->dropin;
  sources.override_text = self->text;
  char *description = NULL;
  self->config = cam_config_read_described (&sources, self->errors, &description);
  refuse_what_stays (self, description);
  wipe (description);
  GError *error = NULL;
  if (self->errors->len == 0 && self->party.fit != NULL)
    self->party.fit (self->config, self->party.data, &error);
  if (self->errors->len == 0 && error == NULL)
    self->draft = cam_serve_draft_new (self->config, &error);
  if (error != NULL)
    cam_reload_job_add_error (self, error);
  if (self->errors->len == 0)
    self->diff = cam_config_diff_new (self->before, self->config);
}

static void
run_write (CamReloadJob *self)
{
  GError *error = NULL;
  if (*self->text == '\0') {
    cam_disk_file_remove (self->dropin, &error);
  } else {
    g_autoptr (GBytes) content = g_bytes_new (self->text, strlen (self->text));
    cam_disk_file_write (self->dropin, content, &error);
  }
  if (error == NULL)
    return;
  g_prefix_error (&error, "%s: ", self->dropin);
  cam_reload_job_add_error (self, error);
}

static void
free_run (gpointer data)
{
  Run *run = data;
  cam_reload_job_unref (run->job);
  g_free (run);
}

static void
on_over (gpointer data)
{
  cam_reload_job_tell (((const Run *) data)->job);
}

static gpointer
run_thread (gpointer data)
{
  Run *run = data;
  run->run (run->job);
  cam_main_inbox_post (run->job->inbox, "a reload's files", on_over, run, free_run);
  return NULL;
}

static void
begin_run (CamReloadJob *self, void (*func) (CamReloadJob *job), void (*over) (gpointer data), gpointer data)
{
  g_autoptr (GError) error = NULL;
  cam_reload_job_await (self, over, data);
  Run *run = g_new (Run, 1);
  *run = (Run) { .job = cam_reload_job_ref (self), .run = func };
  GThread *thread = g_thread_try_new ("reload", run_thread, run, &error);
  if (thread != NULL) {
    g_thread_unref (thread);
    return;
  }
  cam_reload_job_add_error (self, g_steal_pointer (&error));
  cam_main_inbox_post (self->inbox, "a reload's files", on_over, run, free_run);
}

void
cam_reload_job_read (CamReloadJob *self, void (*over) (gpointer data), gpointer data)
{
  begin_run (self, run_read, over, data);
}

void
cam_reload_job_write (CamReloadJob *self, void (*over) (gpointer data), gpointer data)
{
  begin_run (self, run_write, over, data);
}

void
cam_reload_job_await (CamReloadJob *self, void (*over) (gpointer data), gpointer data)
{
  self->over = over;
  self->data = data;
}

void
cam_reload_job_tell (CamReloadJob *self)
{
  if (self->over != NULL)
    self->over (self->data);
}

void
cam_reload_job_detach (CamReloadJob *self)
{
  self->over = NULL;
}

bool
cam_reload_job_has_edit (const CamReloadJob *self)
{
  return self->edit.kind != CAM_EDIT_NONE;
}

GPtrArray *
cam_reload_job_get_errors (CamReloadJob *self)
{
  return self->errors;
}

CamConfigSet *
cam_reload_job_get_config (const CamReloadJob *self)
{
  return self->config;
}

const CamConfigDiff *
cam_reload_job_get_diff (const CamReloadJob *self)
{
  return self->diff;
}

CamServeDraft *
cam_reload_job_get_draft (const CamReloadJob *self)
{
  return self->draft;
}

CamServeDraft *
cam_reload_job_steal_draft (CamReloadJob *self)
{
  return g_steal_pointer (&self->draft);
}
