#include "supervise/reload-report.h"

enum { MOST_NAMES = 8 };

/* Items behind one another, the first some of them. */
typedef struct {
  GString *text;
  unsigned count;
} List;

static void
add_to_list (List *list, const char *item)
{
  if (list->count < MOST_NAMES)
    g_string_append_printf (list->text, "%s%s", list->count > 0 ? ", " : "", item);
  list->count++;
}

/* (transfer full) */
static char *
end_list (List *list)
{
  if (list->count > MOST_NAMES)
    g_string_append_printf (list->text, " and %u more", list->count - MOST_NAMES);
  return g_string_free (g_steal_pointer (&list->text), FALSE);
}

static CamKeyEffect
largest_effect (const CamCameraDiff *camera)
{
  CamKeyEffect largest = CAM_EFFECT_NONE;
  for (unsigned stream = 0; stream < CAM_N_STREAMS; stream++) {
    largest = MAX (largest, camera->effects[stream]);
    if (camera->vanishes[stream])
      largest = MAX (largest, CAM_EFFECT_REMOUNTS);
    if (camera->appears[stream])
      largest = MAX (largest, CAM_EFFECT_LIVE);
  }
  return largest;
}

static void
add_part (GString *line, const char *before, char *part, const char *after)
{
  g_string_append_printf (line, "%s%s%s%s", line->len > 0 ? ", " : "", before, part, after);
  g_free (part);
}

static void
add_cameras (GString *line, const GPtrArray *cameras, CamCameraChange change, const char *verb)
{
  List list = { .text = g_string_new (NULL) };
  for (unsigned i = 0; i < cameras->len; i++) {
    const CamCameraDiff *camera = g_ptr_array_index (cameras, i);
    if (camera->change != change)
      continue;
    const char *effect = cam_key_effect_word (largest_effect (camera));
    g_autofree char *item = change == CAM_CAMERA_CHANGED ? g_strdup_printf ("%s: %s", camera->camera, effect) : g_strdup (camera->camera);
    add_to_list (&list, item);
  }
  unsigned count = list.count;
  g_autofree char *names = end_list (&list);
  if (count == 0)
    return;
  g_string_append_printf (line, "%s%u camera%s %s (%s)", line->len > 0 ? ", " : "", count, count > 1 ? "s" : "", verb, names);
}

static void
add_names (GString *line, const char *what, const GPtrArray *names)
{
  List list = { .text = g_string_new (NULL) };
  for (unsigned i = 0; i < names->len; i++)
    add_to_list (&list, g_ptr_array_index (names, i));
  char *text = end_list (&list);
  if (names->len > 0)
    add_part (line, what, text, "");
  else
    g_free (text);
}

static void
add_server (GString *line, const GPtrArray *changes)
{
  g_autoptr (GPtrArray) keys = g_ptr_array_new_with_free_func (g_free);
  for (unsigned i = 0; i < changes->len; i++) {
    const CamKeyChange *change = g_ptr_array_index (changes, i);
    const CamConfigKey *key = &cam_config_keys[change->key];
    const char *when = key->effect == CAM_EFFECT_RESTART ? " (from the next start on)" : "";
    g_ptr_array_add (keys, g_strdup_printf ("[%s] %s%s", key->section, key->name, when));
  }
  add_names (line, "server: ", keys);
}

char *
cam_reload_report_summary (const CamConfigDiff *diff)
{
  GString *line = g_string_new (NULL);
  add_cameras (line, diff->cameras, CAM_CAMERA_ADDED, "added");
  add_cameras (line, diff->cameras, CAM_CAMERA_REMOVED, "removed");
  add_cameras (line, diff->cameras, CAM_CAMERA_CHANGED, "changed");
  add_names (line, "users: ", diff->users);
  add_names (line, "tokens: ", diff->tokens);
  add_server (line, diff->server);
  if (line->len == 0)
    g_string_append (line, "nothing is different");
  return g_string_free (line, FALSE);
}
