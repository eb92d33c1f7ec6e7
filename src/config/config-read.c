#include "config/config-read.h"

#include <errno.h>
#include <string.h>

#include "config/access-words.h"
#include "config/camera-dropin.h"
#include "config/config-assemble.h"
#include "config/config-describe.h"
#include "config/config-draft.h"
#include "config/config-file.h"
#include "config/config-scan.h"

#define SUFFIX ".conf"

typedef struct {
  const CamConfigSources *sources; /* borrowed */
  CamConfigDraft *draft;           /* borrowed */
  CamConfigProblems *problems;     /* borrowed */
} Reader;

static void
complain (const Reader *self, const char *path, const char *message)
{
  const CamConfigPlace place = {.source = cam_config_draft_add_source (self->draft, path)};
  cam_config_problems_add (self->problems, place, CAM_CONFIG_ERROR_FILE, "%s", message);
}

typedef void (*AddFunc) (
    CamConfigDraft *draft, const CamConfigSource *source, const char *camera, const char *data, size_t size, CamConfigProblems *problems);

static bool
is_overridden (const Reader *self, const char *path)
{
  return g_strcmp0 (path, self->sources->override_path) == 0;
}

/* @camera: as @add takes it. */
static void
read_file (const Reader *self, const char *path, const char *camera, AddFunc add, bool must_exist)
{
  g_auto (CamConfigFile) file = {NULL, 0};
  g_autoptr (GError) error = NULL;
  if (is_overridden (self, path)) {
    const char *text = self->sources->override_text;
    if (*text != '\0')
      add (self->draft, cam_config_draft_add_source (self->draft, path), camera, text, strlen (text), self->problems);
    else if (must_exist)
      complain (self, path, g_strerror (ENOENT));
    return;
  }
  if (cam_config_file_read (path, CAM_CONFIG_MAX_BYTES, &file, &error)) {
    add (self->draft, cam_config_draft_add_source (self->draft, path), camera, file.data, file.size, self->problems);
    return;
  }
  if (must_exist || !g_error_matches (error, G_FILE_ERROR, G_FILE_ERROR_NOENT))
    complain (self, path, error->message);
}

static int
compare_strings (gconstpointer a, gconstpointer b)
{
  char *const *left = a;
  char *const *right = b;
  return strcmp (*left, *right);
}

/* Names that end in @suffix and are not hidden, sorted. NULL when @path is missing, or cannot be read, which is a problem then; so is that it is missing
 * when it @must_exist. (of char *, owned) (transfer full) */
static GPtrArray *
list_names (const Reader *self, const char *path, const char *suffix, bool must_exist)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GDir) dir = g_dir_open (path, 0, &error);
  if (dir == NULL) {
    const bool is_missing = g_error_matches (error, G_FILE_ERROR, G_FILE_ERROR_NOENT);
    if (!is_missing || must_exist)
      complain (self, path, is_missing ? "No such directory" : "cannot be read as a directory");
    return NULL;
  }
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);
  for (const char *name = g_dir_read_name (dir); name != NULL; name = g_dir_read_name (dir)) {
    if (*name != '.' && g_str_has_suffix (name, suffix))
      g_ptr_array_add (names, g_strdup (name));
  }
  g_ptr_array_sort (names, compare_strings);
  return names;
}

static char *
without_suffix (const char *name, const char *suffix)
{
  return g_strndup (name, strlen (name) - strlen (suffix));
}

static void
read_cameras (const Reader *self, const char *path)
{
  g_autoptr (GPtrArray) names = list_names (self, path, SUFFIX, self->sources->cameras_must_exist);
  for (unsigned i = 0; names != NULL && i < names->len; i++) {
    const char *name = g_ptr_array_index (names, i);
    g_autofree char *file = g_build_filename (path, name, NULL);
    g_autofree char *camera = without_suffix (name, SUFFIX);
    read_file (self, file, camera, cam_config_draft_add_file, true);
  }
}

/* Adds the drop-ins in @path, a folder NAME.d, to @paths. */
static void
list_dropins (const Reader *self, const char *path, GPtrArray *paths)
{
  g_autoptr (GPtrArray) names = list_names (self, path, SUFFIX, false);
  for (unsigned i = 0; names != NULL && i < names->len; i++)
    g_ptr_array_add (paths, g_build_filename (path, g_ptr_array_index (names, i), NULL));
}

static bool
is_dropin_of (const char *path, const char *cameras)
{
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree char *parent = g_path_get_dirname (folder);
  return strcmp (parent, cameras) == 0 && g_str_has_suffix (folder, CAM_DROPIN_FOLDER_SUFFIX);
}

static void
read_dropin (const Reader *self, const char *path)
{
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree char *name = g_path_get_basename (folder);
  g_autofree char *camera = without_suffix (name, CAM_DROPIN_FOLDER_SUFFIX);
  if (cam_camera_name_is_valid (camera))
    read_file (self, path, camera, cam_config_draft_add_dropin, false);
  else
    complain (self, folder, "expected the name of a camera and " CAM_DROPIN_FOLDER_SUFFIX);
}

/* By path, so those of one camera by their names; the one that is only in the sources' override among them. That a state folder cannot be one is for
 * whoever opens it to say. */
static void
read_dropins (const Reader *self, const char *state_folder)
{
  g_autofree char *cameras = g_build_filename (state_folder, CAM_DROPIN_CAMERAS, NULL);
  const bool is_there = g_file_test (state_folder, G_FILE_TEST_IS_DIR);
  g_autoptr (GPtrArray) folders = is_there ? list_names (self, cameras, CAM_DROPIN_FOLDER_SUFFIX, false) : NULL;
  g_autoptr (GPtrArray) paths = g_ptr_array_new_with_free_func (g_free);
  for (unsigned i = 0; folders != NULL && i < folders->len; i++) {
    g_autofree char *folder = g_build_filename (cameras, g_ptr_array_index (folders, i), NULL);
    list_dropins (self, folder, paths);
  }
  const char *edited = self->sources->override_path;
  if (edited != NULL && is_dropin_of (edited, cameras) && !g_ptr_array_find_with_equal_func (paths, edited, g_str_equal, NULL))
    g_ptr_array_add (paths, g_strdup (edited));
  g_ptr_array_sort (paths, compare_strings);
  for (unsigned i = 0; i < paths->len; i++)
    read_dropin (self, g_ptr_array_index (paths, i));
}

/* The length of NAME in "NAME=URL", 0 for a URL alone: its first ':' comes before any '='. */
static size_t
name_length (const char *argument)
{
  const size_t length = strcspn (argument, "=:");
  return argument[length] == '=' ? length : 0;
}

/* @number: counts the arguments without a name. */
static void
read_url (const Reader *self, const char *argument, unsigned *number)
{
  const size_t length = name_length (argument);
  g_autofree char *name = length > 0 ? g_strndup (argument, length) : g_strdup_printf ("cam%u", ++*number);
  const char *url = length > 0 ? argument + length + 1 : argument;
  g_autofree char *quoted = cam_config_quote (name);
  g_autofree char *label = g_strdup_printf ("argument '%.*s='", (int) strlen (quoted) - 2, quoted + 1);
  const CamConfigPlace place = {.source = cam_config_draft_add_source (self->draft, label)};
  if (!cam_camera_name_is_valid (name))
    cam_config_problems_add (self->problems, place, CAM_CONFIG_ERROR_VALUE,
                             "%s is no camera name: expected 1 to 32 of a-z 0-9 _ -, a letter or digit first", quoted);
  else if (*url == '\0')
    cam_config_problems_add (self->problems, place, CAM_CONFIG_ERROR_VALUE, "expected NAME=URL");
  else
    cam_config_draft_add_url (self->draft, place.source, name, url, self->problems);
}

static void
read_arguments (const Reader *self)
{
  unsigned number = 0;
  for (unsigned i = 0; self->sources->urls != NULL && self->sources->urls[i] != NULL; i++)
    read_url (self, self->sources->urls[i], &number);
  if (self->sources->allow != NULL)
    cam_config_draft_set_default_read (self->draft, cam_config_draft_add_source (self->draft, "argument '--allow'"), self->sources->allow);
}

static void
read_all (const Reader *self)
{
  const CamConfigSources *sources = self->sources;
  if (sources->config_file != NULL)
    read_file (self, sources->config_file, NULL, cam_config_draft_add_file, sources->config_must_exist);
  if (sources->cameras_dir != NULL)
    read_cameras (self, sources->cameras_dir);
  read_arguments (self);
  if (sources->state_folder != NULL)
    read_dropins (self, sources->state_folder);
}

CamConfigSet *
cam_config_read_described (const CamConfigSources *sources, GPtrArray *errors, char **ret_description)
{
  g_autoptr (CamConfigDraft) draft = cam_config_draft_new ();
  g_autoptr (CamConfigProblems) problems = cam_config_problems_new ();
  const Reader reader = {.sources = sources, .draft = draft, .problems = problems};
  read_all (&reader);
  g_autofree char *description = cam_config_describe (draft);
  if (ret_description != NULL)
    *ret_description = g_strdup (description);
  g_autoptr (CamConfigSet) set = cam_config_assemble (draft, sources->credentials_dir, problems);
  if (cam_config_problems_is_empty (problems)) {
    set->description = g_steal_pointer (&description);
    return g_steal_pointer (&set);
  }
  cam_config_problems_move_to (problems, errors);
  return NULL;
}

CamConfigSet *
cam_config_read (const CamConfigSources *sources, GPtrArray *errors)
{
  return cam_config_read_described (sources, errors, NULL);
}
