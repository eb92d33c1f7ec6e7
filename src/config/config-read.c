#include "config/config-read.h"

#include <string.h>

#include "config/access-words.h"
#include "config/config-assemble.h"
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

/* @camera: as cam_config_draft_add_file () takes it. */
static void
read_file (const Reader *self, const char *path, const char *camera, bool must_exist)
{
  g_auto (CamConfigFile) file = {NULL, 0};
  g_autoptr (GError) error = NULL;
  if (cam_config_file_read (path, CAM_CONFIG_MAX_BYTES, &file, &error)) {
    const CamConfigSource *source = cam_config_draft_add_source (self->draft, path);
    cam_config_draft_add_file (self->draft, source, camera, file.data, file.size, self->problems);
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

/* Names of "*.conf" that are not hidden, sorted. (of char *, owned) */
static GPtrArray *
list_names (GDir *dir)
{
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);
  for (const char *name = g_dir_read_name (dir); name != NULL; name = g_dir_read_name (dir)) {
    if (*name != '.' && g_str_has_suffix (name, SUFFIX))
      g_ptr_array_add (names, g_strdup (name));
  }
  g_ptr_array_sort (names, compare_strings);
  return names;
}

static void
read_cameras (const Reader *self, const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GDir) dir = g_dir_open (path, 0, &error);
  if (dir == NULL) {
    const bool is_missing = g_error_matches (error, G_FILE_ERROR, G_FILE_ERROR_NOENT);
    if (!is_missing || self->sources->cameras_must_exist)
      complain (self, path, is_missing ? "No such directory" : "cannot be read as a directory");
    return;
  }
  g_autoptr (GPtrArray) names = list_names (dir);
  for (unsigned i = 0; i < names->len; i++) {
    const char *name = g_ptr_array_index (names, i);
    g_autofree char *file = g_build_filename (path, name, NULL);
    g_autofree char *camera = g_strndup (name, strlen (name) - strlen (SUFFIX));
    read_file (self, file, camera, true);
  }
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

CamConfigSet *
cam_config_read (const CamConfigSources *sources, GPtrArray *errors)
{
  g_autoptr (CamConfigDraft) draft = cam_config_draft_new ();
  g_autoptr (CamConfigProblems) problems = cam_config_problems_new ();
  const Reader reader = {.sources = sources, .draft = draft, .problems = problems};
  if (sources->config_file != NULL)
    read_file (&reader, sources->config_file, NULL, sources->config_must_exist);
  if (sources->cameras_dir != NULL)
    read_cameras (&reader, sources->cameras_dir);
  read_arguments (&reader);
  g_autoptr (CamConfigSet) set = cam_config_assemble (draft, sources->credentials_dir, problems);
  if (cam_config_problems_is_empty (problems))
    return g_steal_pointer (&set);
  cam_config_problems_move_to (problems, errors);
  return NULL;
}
