#include "config/config-draft.h"

#include <string.h>

#include "config/config-scan.h"
#include "config/unknown-key.h"

typedef struct {
  CamConfigDraft *draft;         /* borrowed */
  const CamConfigSource *source; /* borrowed */
  const char *camera;            /* borrowed; NULL in the main file */
  CamConfigProblems *problems;   /* borrowed */
  bool is_dropin;                /* what it says takes the place of what was said before */
  CamConfigPlace parts[CAM_N_PARTS]; /* of a drop-in: its own sections */
} FileReader;

static void
free_camera (gpointer data)
{
  CamCameraDraft *camera = data;
  g_free (camera->name);
  g_free (camera);
}

static void
free_named (gpointer data)
{
  CamNamedDraft *named = data;
  g_free (named->name);
  g_free (named);
}

static void
free_argument (gpointer data)
{
  char *argument = data;
  explicit_bzero (argument, strlen (argument));
  g_free (argument);
}

CamConfigDraft *
cam_config_draft_new (void)
{
  CamConfigDraft *self = g_new0 (CamConfigDraft, 1);
  self->cameras = g_ptr_array_new_with_free_func (free_camera);
  self->users = g_ptr_array_new_with_free_func (free_named);
  self->tokens = g_ptr_array_new_with_free_func (free_named);
  self->cameras_by_name = g_hash_table_new (g_str_hash, g_str_equal);
  self->users_by_name = g_hash_table_new (g_str_hash, g_str_equal);
  self->tokens_by_name = g_hash_table_new (g_str_hash, g_str_equal);
  self->sources = g_ptr_array_new_with_free_func ((GDestroyNotify) cam_config_source_free);
  self->scans = g_ptr_array_new_with_free_func ((GDestroyNotify) g_ptr_array_unref);
  self->arguments = g_ptr_array_new_with_free_func (free_argument);
  return self;
}

void
cam_config_draft_free (CamConfigDraft *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->cameras_by_name);
  g_hash_table_unref (self->users_by_name);
  g_hash_table_unref (self->tokens_by_name);
  g_ptr_array_unref (self->cameras);
  g_ptr_array_unref (self->users);
  g_ptr_array_unref (self->tokens);
  g_ptr_array_unref (self->sources);
  g_ptr_array_unref (self->scans);
  g_ptr_array_unref (self->arguments);
  g_free (self);
}

const CamConfigSource *
cam_config_draft_add_source (CamConfigDraft *self, const char *name)
{
  CamConfigSource *source = cam_config_source_new (name, self->sources->len);
  g_ptr_array_add (self->sources, source);
  return source;
}

/* NULL when there are too many. */
static CamCameraDraft *
get_camera (CamConfigDraft *self, const char *name, CamConfigPlace place, CamConfigProblems *problems)
{
  CamCameraDraft *camera = g_hash_table_lookup (self->cameras_by_name, name);
  if (camera != NULL)
    return camera;
  if (self->cameras->len == CAM_CONFIG_MAX_CAMERAS) {
    cam_config_problems_add (problems, place, CAM_CONFIG_ERROR_OUT_OF_RANGE, "more than %d cameras", CAM_CONFIG_MAX_CAMERAS);
    return NULL;
  }
  camera = g_new0 (CamCameraDraft, 1);
  camera->name = g_strdup (name);
  g_ptr_array_add (self->cameras, camera);
  g_hash_table_insert (self->cameras_by_name, camera->name, camera);
  return camera;
}

static CamConfigSettings *
settings_of (CamCameraDraft *camera, CamCameraPart part)
{
  if (part == CAM_PART_STREAM_MAIN)
    return &camera->streams[CAM_STREAM_MAIN];
  return part == CAM_PART_STREAM_SUB ? &camera->streams[CAM_STREAM_SUB] : &camera->keys;
}

/* True when @section is about the camera whose drop-in this is. */
static bool
check_whose (FileReader *reader, const CamConfigSection *section, CamConfigPlace place)
{
  if (!reader->is_dropin || g_str_equal (section->name, reader->camera))
    return true;
  cam_config_problems_add (reader->problems, place, CAM_CONFIG_ERROR_CONFLICT, "this file is about camera '%s', not about '%s'", reader->camera,
                           section->name);
  return false;
}

/* Where the settings of a camera's section go; NULL when the section is there already. A drop-in may say again what files before it said. */
static CamConfigSettings *
enter_camera (FileReader *reader, const CamConfigSection *section, CamConfigPlace place)
{
  if (!check_whose (reader, section, place))
    return NULL;
  CamCameraDraft *camera = get_camera (reader->draft, section->name, place, reader->problems);
  if (camera == NULL)
    return NULL;
  CamConfigPlace *known = reader->is_dropin ? &reader->parts[section->part] : &camera->parts[section->part];
  if (known->source != NULL) {
    g_autofree char *first = cam_config_place_format (*known);
    if (section->part == CAM_PART_CAMERA)
      cam_config_problems_add (reader->problems, place, CAM_CONFIG_ERROR_TWICE, "camera '%s' is already configured at %s", camera->name,
                               first);
    else
      cam_config_problems_add (reader->problems, place, CAM_CONFIG_ERROR_TWICE, "section %s of camera '%s' is already at %s",
                               cam_camera_part_title (section->part), camera->name, first);
    return NULL;
  }
  *known = place;
  if (camera->parts[section->part].source == NULL)
    camera->parts[section->part] = place;
  return settings_of (camera, section->part);
}

/* Users or tokens. */
typedef struct {
  GPtrArray *list;     /* borrowed; of CamNamedDraft */
  GHashTable *by_name; /* borrowed */
  const char *what;
  unsigned most;
} NamedList;

static CamConfigSettings *
enter_named (FileReader *reader, const CamConfigSection *section, const NamedList *named, CamConfigPlace place)
{
  const CamNamedDraft *known = g_hash_table_lookup (named->by_name, section->name);
  if (known != NULL) {
    g_autofree char *first = cam_config_place_format (known->place);
    cam_config_problems_add (reader->problems, place, CAM_CONFIG_ERROR_TWICE, "%s '%s' is already configured at %s", named->what, known->name,
                             first);
    return NULL;
  }
  if (named->list->len == named->most) {
    cam_config_problems_add (reader->problems, place, CAM_CONFIG_ERROR_OUT_OF_RANGE, "more than %u %ss", named->most, named->what);
    return NULL;
  }
  CamNamedDraft *draft = g_new0 (CamNamedDraft, 1);
  draft->name = g_strdup (section->name);
  draft->place = place;
  g_ptr_array_add (named->list, draft);
  g_hash_table_insert (named->by_name, draft->name, draft);
  return &draft->keys;
}

static CamConfigSettings *
enter_section (FileReader *reader, const CamConfigSection *section, CamConfigPlace place)
{
  const NamedList users = {reader->draft->users, reader->draft->users_by_name, "user", CAM_CONFIG_MAX_USERS};
  const NamedList tokens = {reader->draft->tokens, reader->draft->tokens_by_name, "token", CAM_CONFIG_MAX_TOKENS};
  switch (section->kind) {
  case CAM_SECTION_SERVER:
    return &reader->draft->server;
  case CAM_SECTION_DEFAULTS:
    return &reader->draft->defaults;
  case CAM_SECTION_USER:
    return enter_named (reader, section, &users, place);
  case CAM_SECTION_TOKEN:
    return enter_named (reader, section, &tokens, place);
  case CAM_SECTION_CAMERA:
    return enter_camera (reader, section, place);
  }
  g_return_val_if_reached (NULL);
}

static void
complain_unknown (FileReader *reader, const CamConfigSection *section, const char *key, CamConfigPlace place)
{
  g_autofree char *message = cam_config_describe_unknown_key (section, key);
  cam_config_problems_add (reader->problems, place, CAM_CONFIG_ERROR_UNKNOWN, "%s", message);
}

/* What the same file says stays: there it is a mistake. */
static void
forget (const FileReader *reader, CamConfigSetting *setting)
{
  if (setting->place.source != reader->source)
    *setting = (CamConfigSetting){.text = NULL};
}

/* The last value wins: @key of a drop-in, empty or not, takes the place of what was said before, by the other name of it as well.
 * A sub stream whose URL is emptied is gone. */
static void
forget_before (const FileReader *reader, const CamConfigSection *section, CamConfigKeyId key, bool is_empty)
{
  CamCameraDraft *camera = g_hash_table_lookup (reader->draft->cameras_by_name, section->name);
  if (section->part == CAM_PART_STREAM_SUB && key == CAM_KEY_Stream_URL && is_empty)
    camera->parts[CAM_PART_STREAM_SUB] = (CamConfigPlace){.source = NULL};
  forget (reader, &settings_of (camera, section->part)->of[key]);
  const CamPartKey *twin = cam_config_find_twin ((CamPartKey){section->part, key});
  if (twin != NULL)
    forget (reader, &settings_of (camera, twin->part)->of[twin->key]);
}

/* @settings: NULL when the section does not count, but its keys are looked at all the same. */
static void
take_entry (FileReader *reader, const CamConfigSection *section, const CamConfigEntry *entry, CamConfigSettings *settings)
{
  const CamConfigPlace place = {.source = reader->source, .line = entry->line};
  const int row = cam_config_section_find_key (section, entry->key);
  if (row < 0) {
    complain_unknown (reader, section, entry->key, place);
    return;
  }
  if (settings == NULL)
    return;
  CamConfigSetting *setting = &settings->of[row];
  const bool is_empty = entry->value[strspn (entry->value, " \t")] == '\0';
  if (reader->is_dropin)
    forget_before (reader, section, (CamConfigKeyId) row, is_empty);
  if (is_empty)
    return;
  if (setting->text != NULL) {
    g_autofree char *first = cam_config_place_format (setting->place);
    cam_config_problems_add (reader->problems, place, CAM_CONFIG_ERROR_TWICE, "key '%s' twice, first at %s", entry->key, first);
    return;
  }
  *setting = (CamConfigSetting){.text = entry->value, .place = place};
}

static void
take_group (FileReader *reader, const CamConfigGroup *group)
{
  const CamConfigPlace place = {.source = reader->source, .line = group->line};
  g_auto (CamConfigSection) section = {.section = NULL};
  g_autoptr (GError) error = NULL;
  if (!cam_config_section_parse (group->name, reader->camera, &section, &error)) {
    cam_config_problems_add (reader->problems, place, error->code, "%s", error->message);
    return;
  }
  CamConfigSettings *settings = enter_section (reader, &section, place);
  for (unsigned i = 0; i < group->entries->len; i++)
    take_entry (reader, &section, g_ptr_array_index (group->entries, i), settings);
}

static void
take_file (FileReader *reader, const char *data, size_t size)
{
  GPtrArray *groups = cam_config_scan (data, size, reader->source, reader->problems);
  g_ptr_array_add (reader->draft->scans, groups);
  for (unsigned i = 0; i < groups->len; i++)
    take_group (reader, g_ptr_array_index (groups, i));
}

void
cam_config_draft_add_file (
    CamConfigDraft *self, const CamConfigSource *source, const char *camera, const char *data, size_t size, CamConfigProblems *problems)
{
  FileReader reader = {.draft = self, .source = source, .camera = camera, .problems = problems};
  take_file (&reader, data, size);
}

void
cam_config_draft_add_dropin (
    CamConfigDraft *self, const CamConfigSource *source, const char *camera, const char *data, size_t size, CamConfigProblems *problems)
{
  FileReader reader = {.draft = self, .source = source, .camera = camera, .problems = problems, .is_dropin = true};
  take_file (&reader, data, size);
}

static CamConfigSetting
keep_argument (CamConfigDraft *self, const CamConfigSource *source, const char *text)
{
  char *copy = g_strdup (text);
  g_ptr_array_add (self->arguments, copy);
  return (CamConfigSetting){.text = copy, .place = {.source = source}};
}

void
cam_config_draft_add_url (
    CamConfigDraft *self, const CamConfigSource *source, const char *name, const char *url, CamConfigProblems *problems)
{
  const CamConfigPlace place = {.source = source};
  CamCameraDraft *camera = get_camera (self, name, place, problems);
  if (camera == NULL)
    return;
  static const CamCameraPart defining[] = {CAM_PART_CAMERA, CAM_PART_STREAM_MAIN};
  for (unsigned i = 0; i < G_N_ELEMENTS (defining); i++) {
    const CamConfigPlace known = camera->parts[defining[i]];
    if (known.source == NULL)
      continue;
    g_autofree char *first = cam_config_place_format (known);
    cam_config_problems_add (problems, place, CAM_CONFIG_ERROR_TWICE, "camera '%s' is already configured at %s", name, first);
    return;
  }
  camera->parts[CAM_PART_CAMERA] = place;
  camera->keys.of[CAM_KEY_Camera_URL] = keep_argument (self, source, url);
}

void
cam_config_draft_set_default_read (CamConfigDraft *self, const CamConfigSource *source, const char *text)
{
  self->defaults.of[CAM_KEY_Access_Read] = keep_argument (self, source, text);
}
