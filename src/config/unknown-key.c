#include "config/unknown-key.h"

#include "config/config-error.h"
#include "config/config-suggest.h"
#include "config/config-table.h"

static CamKeyScope
scope_of (const CamConfigSection *section)
{
  switch (section->kind) {
  case CAM_SECTION_SERVER:
    return CAM_KEY_SCOPE_SERVER;
  case CAM_SECTION_USER:
    return CAM_KEY_SCOPE_USER;
  case CAM_SECTION_TOKEN:
    return CAM_KEY_SCOPE_TOKEN;
  case CAM_SECTION_DEFAULTS:
  case CAM_SECTION_CAMERA:
    return CAM_KEY_SCOPE_CAMERA;
  }
  g_return_val_if_reached (CAM_KEY_SCOPE_SERVER);
}

/* The nearest key of @scope, in @section or, when that is NULL, in any. */
static const char *
suggest_key (CamKeyScope scope, const char *section, const char *key)
{
  g_autoptr (GPtrArray) known = g_ptr_array_new ();
  for (unsigned i = 0; i < CAM_N_CONFIG_KEYS; i++) {
    const CamConfigKey *row = &cam_config_keys[i];
    if (row->scope == scope && (section == NULL || g_str_equal (row->section, section)))
      g_ptr_array_add (known, (gpointer) row->name);
  }
  return cam_config_suggest (key, known);
}

/* ", did you mean …", or nothing: first the section's own keys, then those of its neighbours. */
static char *
describe_near_key (const CamConfigSection *section, const char *key)
{
  const CamKeyScope scope = scope_of (section);
  const char *near = suggest_key (scope, cam_config_section_is_defaults (section) ? NULL : section->section, key);
  if (near != NULL)
    return g_strdup_printf (", did you mean '%s'?", near);
  near = suggest_key (scope, NULL, key);
  if (near == NULL)
    return g_strdup ("");
  return g_strdup_printf (", did you mean '%s' in section [%s]?", near,
                          cam_config_keys[cam_config_table_find_in_scope (scope, near)].section);
}

char *
cam_config_describe_unknown_key (const CamConfigSection *section, const char *key)
{
  g_autofree char *quoted = cam_config_quote (key);
  const int elsewhere = cam_config_table_find_in_scope (scope_of (section), key);
  if (elsewhere >= 0)
    return g_strdup_printf ("key %s belongs in section [%s], not in [%s]", quoted, cam_config_keys[elsewhere].section, section->section);
  g_autofree char *near = describe_near_key (section, key);
  return g_strdup_printf ("unknown key %s in section [%s]%s", quoted, section->section, near);
}
