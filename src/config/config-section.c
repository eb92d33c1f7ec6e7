#include "config/config-section.h"

#include <string.h>

#include "config/access-words.h"
#include "config/config-error.h"
#include "config/config-suggest.h"

#define DEFAULTS "Defaults"

static const struct {
  const char *title;
  const char *section;
} parts[CAM_N_PARTS] = {
    [CAM_PART_CAMERA] = {"[Camera]", "Camera"},         [CAM_PART_STREAM_MAIN] = {"[Stream main]", "Stream"},
    [CAM_PART_STREAM_SUB] = {"[Stream sub]", "Stream"}, [CAM_PART_AUDIO] = {"[Audio]", "Audio"},
    [CAM_PART_ACCESS] = {"[Access]", "Access"},         [CAM_PART_RETRY] = {"[Retry]", "Retry"},
    [CAM_PART_OFFLINE] = {"[Offline]", "Offline"},
};

const char *
cam_camera_part_title (CamCameraPart part)
{
  return parts[part].title;
}

bool
cam_config_section_is_defaults (const CamConfigSection *self)
{
  return g_str_equal (self->section, DEFAULTS);
}

int
cam_config_section_find_key (const CamConfigSection *self, const char *key)
{
  return cam_config_section_is_defaults (self) ? cam_config_table_find_in_scope (CAM_KEY_SCOPE_CAMERA, key)
                                               : cam_config_table_find (self->section, key);
}

const CamPartKey *
cam_config_find_twin (CamPartKey key)
{
  static const CamPartKey twins[][2] = {
      {{CAM_PART_CAMERA, CAM_KEY_Camera_URL}, {CAM_PART_STREAM_MAIN, CAM_KEY_Stream_URL}},
      {{CAM_PART_CAMERA, CAM_KEY_Camera_Password}, {CAM_PART_CAMERA, CAM_KEY_Camera_PasswordCredential}},
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (twins); i++) {
    for (unsigned side = 0; side < 2; side++) {
      if (twins[i][side].part == key.part && twins[i][side].key == key.key)
        return &twins[i][1 - side];
    }
  }
  return NULL;
}

void
cam_config_section_clear (CamConfigSection *self)
{
  g_clear_pointer (&self->section, g_free);
  g_clear_pointer (&self->name, g_free);
}

/* Any row of the section tells whose it is. */
static const CamConfigKey *
find_section (const char *section)
{
  for (unsigned i = 0; i < CAM_N_CONFIG_KEYS; i++) {
    if (g_str_equal (cam_config_keys[i].section, section))
      return &cam_config_keys[i];
  }
  return NULL;
}

static bool fail (GError **error, CamConfigError code, const char *format, ...) G_GNUC_PRINTF (3, 4);

/* Always false. */
static bool
fail (GError **error, CamConfigError code, const char *format, ...)
{
  va_list arguments;
  va_start (arguments, format);
  g_propagate_error (error, g_error_new_valist (CAM_CONFIG_ERROR, code, format, arguments));
  va_end (arguments);
  return false;
}

static bool
fail_unknown (const char *section, GError **error)
{
  g_autoptr (GPtrArray) known = g_ptr_array_new ();
  g_ptr_array_add (known, (gpointer) DEFAULTS);
  for (unsigned i = 0; i < CAM_N_CONFIG_KEYS; i++)
    g_ptr_array_add (known, (gpointer) cam_config_keys[i].section);
  const char *near = cam_config_suggest (section, known);
  g_autofree char *quoted = cam_config_quote (section);
  if (near != NULL)
    return fail (error, CAM_CONFIG_ERROR_UNKNOWN, "unknown section %s, did you mean '%s'?", quoted, near);
  return fail (error, CAM_CONFIG_ERROR_UNKNOWN, "unknown section %s", quoted);
}

/* [RTSP], [Limits], [Defaults]: in the main file, without a name. */
static bool
parse_unnamed (CamConfigSection *self, const char *rest, const char *camera, GError **error)
{
  if (camera != NULL)
    return fail (error, CAM_CONFIG_ERROR_CONFLICT, "section [%s] belongs in the main configuration file", self->section);
  if (*rest != '\0')
    return fail (error, CAM_CONFIG_ERROR_VALUE, "section [%s] takes no name", self->section);
  return true;
}

/* [User NAME], [Token NAME]. */
static bool
parse_named (CamConfigSection *self, const char *rest, const char *camera, GError **error)
{
  if (camera != NULL)
    return fail (error, CAM_CONFIG_ERROR_CONFLICT, "section [%s NAME] belongs in the main configuration file", self->section);
  if (!cam_user_name_is_valid (rest))
    return fail (error, CAM_CONFIG_ERROR_VALUE, "expected [%s NAME] with a name of 1 to 64 of A-Z a-z 0-9 . _ @ -", self->section);
  self->name = g_strdup (rest);
  return true;
}

static bool
take_camera_name (CamConfigSection *self, const char *name, GError **error)
{
  if (!cam_camera_name_is_valid (name)) {
    g_autofree char *quoted = cam_config_quote (name);
    return fail (error, CAM_CONFIG_ERROR_VALUE, "%s is no camera name: expected 1 to 32 of a-z 0-9 _ -, a letter or digit first", quoted);
  }
  self->name = g_strdup (name);
  return true;
}

/* "main" and "sub" in a camera's own file, "NAME/main" and "NAME/sub" everywhere. */
static bool
parse_stream (CamConfigSection *self, const char *rest, const char *camera, GError **error)
{
  const char *slash = strrchr (rest, '/');
  const char *stream = slash != NULL ? slash + 1 : rest;
  const bool is_main = g_str_equal (stream, "main");
  if (!is_main && !g_str_equal (stream, "sub"))
    return fail (error, CAM_CONFIG_ERROR_VALUE, "expected [Stream main], [Stream sub], [Stream NAME/main] or [Stream NAME/sub]");
  self->part = is_main ? CAM_PART_STREAM_MAIN : CAM_PART_STREAM_SUB;
  if (slash == NULL && camera == NULL)
    return fail (error, CAM_CONFIG_ERROR_CONFLICT, "expected [Stream NAME/%s]: without a name it belongs in a camera's own file", stream);
  g_autofree char *name = slash != NULL ? g_strndup (rest, (size_t) (slash - rest)) : g_strdup (camera);
  return take_camera_name (self, name, error);
}

static bool
parse_camera (CamConfigSection *self, const char *rest, const char *camera, GError **error)
{
  if (g_str_equal (self->section, "Stream"))
    return parse_stream (self, rest, camera, error);
  for (unsigned part = 0; part < CAM_N_PARTS; part++) {
    if (g_str_equal (parts[part].section, self->section))
      self->part = (CamCameraPart) part;
  }
  if (*rest != '\0')
    return take_camera_name (self, rest, error);
  if (camera != NULL)
    return take_camera_name (self, camera, error);
  if (self->part == CAM_PART_ACCESS) {
    self->kind = CAM_SECTION_DEFAULTS;
    return true;
  }
  return fail (error, CAM_CONFIG_ERROR_CONFLICT, "expected [%s NAME]: without a name it belongs in a camera's own file", self->section);
}

static bool
parse_known (CamConfigSection *self, const CamConfigKey *row, const char *rest, const char *camera, GError **error)
{
  switch (row->scope) {
  case CAM_KEY_SCOPE_SERVER:
    self->kind = CAM_SECTION_SERVER;
    return parse_unnamed (self, rest, camera, error);
  case CAM_KEY_SCOPE_USER:
    self->kind = CAM_SECTION_USER;
    return parse_named (self, rest, camera, error);
  case CAM_KEY_SCOPE_TOKEN:
    self->kind = CAM_SECTION_TOKEN;
    return parse_named (self, rest, camera, error);
  case CAM_KEY_SCOPE_CAMERA:
    self->kind = CAM_SECTION_CAMERA;
    return parse_camera (self, rest, camera, error);
  }
  g_return_val_if_reached (false);
}

bool
cam_config_section_parse (const char *title, const char *camera, CamConfigSection *ret_section, GError **error)
{
  g_autofree char *text = g_strstrip (g_strdup (title));
  const size_t length = strcspn (text, " \t");
  const char *rest = text + length + strspn (text + length, " \t");
  g_auto (CamConfigSection) section = {.section = g_strndup (text, length)};
  const CamConfigKey *row = find_section (section.section);
  bool ok = false;
  if (g_str_equal (section.section, DEFAULTS)) {
    section.kind = CAM_SECTION_DEFAULTS;
    ok = parse_unnamed (&section, rest, camera, error);
  } else if (row != NULL) {
    ok = parse_known (&section, row, rest, camera, error);
  } else {
    ok = fail_unknown (section.section, error);
  }
  if (!ok)
    return false;
  *ret_section = section;
  section = (CamConfigSection){.section = NULL};
  return true;
}
