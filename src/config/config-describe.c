#include "config/config-describe.h"

#include <string.h>

#include "config/config-scan.h"
#include "core/redact.h"

#define HIDDEN "(set)"

/* By its type alone, so that a key that is added later is no less hidden. */
static char *
describe_value (const CamConfigKey *key, const char *text)
{
  g_autofree char *bare = NULL;
  switch (key->type) {
  case CAM_KEY_TYPE_SECRET:
  case CAM_KEY_TYPE_RAW:
    return g_strdup (HIDDEN);
  case CAM_KEY_TYPE_TEXT:
    return cam_redact_url (text);
  case CAM_KEY_TYPE_STRING:
  case CAM_KEY_TYPE_BOOLEAN:
  case CAM_KEY_TYPE_COUNT:
  case CAM_KEY_TYPE_COUNT_PAIR:
  case CAM_KEY_TYPE_DURATION:
  case CAM_KEY_TYPE_DURATION_RANGE:
  case CAM_KEY_TYPE_BITRATE:
  case CAM_KEY_TYPE_BYTES:
  case CAM_KEY_TYPE_ADDRESSES:
  case CAM_KEY_TYPE_PORTS:
  case CAM_KEY_TYPE_GROUPS:
  case CAM_KEY_TYPE_WORDS:
  case CAM_KEY_TYPE_ACCESS:
  case CAM_KEY_TYPE_ENUM:
    bare = g_strchomp (g_strdup (text));
    return cam_redact_text (bare, -1, CAM_CONFIG_MAX_LINE_BYTES);
  }
  g_return_val_if_reached (g_strdup (HIDDEN));
}

static void
begin_section (GString *text, const char *title)
{
  g_string_append_printf (text, "%s%s\n", text->len > 0 ? "\n" : "", title);
}

/* The keys that are set in @settings, of @section or, when that is NULL, of every one but [Access]. */
static GString *
describe_keys (const CamConfigSettings *settings, CamKeyScope scope, const char *section)
{
  GString *lines = g_string_new (NULL);
  for (unsigned i = 0; i < CAM_N_CONFIG_KEYS; i++) {
    const CamConfigKey *key = &cam_config_keys[i];
    const CamConfigSetting *setting = &settings->of[i];
    const bool is_wanted = section != NULL ? strcmp (key->section, section) == 0 : strcmp (key->section, "Access") != 0;
    if (setting->text == NULL || key->scope != scope || !is_wanted)
      continue;
    g_autofree char *value = describe_value (key, setting->text);
    g_autofree char *place = cam_config_place_format (setting->place);
    g_string_append_printf (lines, "%s=%s  # %s\n", key->name, value, place);
  }
  return lines;
}

/* Nothing when nothing is set, unless the section by itself says something. */
static void
append_keys (GString *text, const char *title, const CamConfigSettings *settings, CamKeyScope scope, const char *section, bool is_always)
{
  g_autoptr (GString) lines = describe_keys (settings, scope, section);
  if (lines->len == 0 && !is_always)
    return;
  begin_section (text, title);
  g_string_append_len (text, lines->str, (gssize) lines->len);
}

static void
append_server (GString *text, const CamConfigSettings *server)
{
  const char *last = "";
  for (unsigned i = 0; i < CAM_N_CONFIG_KEYS; i++) {
    const CamConfigKey *key = &cam_config_keys[i];
    if (key->scope != CAM_KEY_SCOPE_SERVER || strcmp (key->section, last) == 0)
      continue;
    last = key->section;
    g_autofree char *title = g_strdup_printf ("[%s]", key->section);
    append_keys (text, title, server, CAM_KEY_SCOPE_SERVER, key->section, false);
  }
}

static void
append_named (GString *text, const char *section, CamKeyScope scope, const GPtrArray *drafts)
{
  for (unsigned i = 0; i < drafts->len; i++) {
    const CamNamedDraft *draft = g_ptr_array_index (drafts, i);
    g_autofree char *title = g_strdup_printf ("[%s %s]", section, draft->name);
    append_keys (text, title, &draft->keys, scope, section, true);
  }
}

/* "[Stream front/sub]", "[Audio front]" */
static char *
title_of (CamCameraPart part, const char *camera)
{
  const char *bare = cam_camera_part_title (part);
  const char *blank = strchr (bare, ' ');
  if (blank != NULL)
    return g_strdup_printf ("%.*s %s/%s", (int) (blank - bare), bare, camera, blank + 1);
  return g_strdup_printf ("%.*s %s]", (int) strlen (bare) - 1, bare, camera);
}

static void
append_camera (GString *text, const CamCameraDraft *camera)
{
  for (unsigned i = 0; i < CAM_N_PARTS; i++) {
    const CamCameraPart part = (CamCameraPart) i;
    const char *bare = cam_camera_part_title (part);
    const bool is_sub = part == CAM_PART_STREAM_SUB;
    const bool is_stream = is_sub || part == CAM_PART_STREAM_MAIN;
    const CamConfigSettings *settings = is_stream ? &camera->streams[is_sub ? CAM_STREAM_SUB : CAM_STREAM_MAIN] : &camera->keys;
    g_autofree char *section = g_strndup (bare + 1, strcspn (bare + 1, " ]"));
    g_autofree char *title = title_of (part, camera->name);
    append_keys (text, title, settings, CAM_KEY_SCOPE_CAMERA, section, part == CAM_PART_CAMERA);
  }
}

static int
compare_cameras (gconstpointer a, gconstpointer b)
{
  const CamCameraDraft *const *left = a;
  const CamCameraDraft *const *right = b;
  return strcmp ((*left)->name, (*right)->name);
}

char *
cam_config_describe (const CamConfigDraft *self)
{
  g_autoptr (GPtrArray) cameras = g_ptr_array_new ();
  GString *text = g_string_new (NULL);
  append_server (text, &self->server);
  append_keys (text, "[Access]", &self->defaults, CAM_KEY_SCOPE_CAMERA, "Access", false);
  append_keys (text, "[Defaults]", &self->defaults, CAM_KEY_SCOPE_CAMERA, NULL, false);
  append_named (text, "User", CAM_KEY_SCOPE_USER, self->users);
  append_named (text, "Token", CAM_KEY_SCOPE_TOKEN, self->tokens);
  for (unsigned i = 0; i < self->cameras->len; i++)
    g_ptr_array_add (cameras, g_ptr_array_index (self->cameras, i));
  g_ptr_array_sort (cameras, compare_cameras);
  for (unsigned i = 0; i < cameras->len; i++)
    append_camera (text, g_ptr_array_index (cameras, i));
  return g_string_free (text, FALSE);
}
