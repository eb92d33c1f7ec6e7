#include "config/config-store.h"

#include "config/access-words.h"
#include "config/config-value.h"
#include "config/listen-address.h"
#include "config/multicast-range.h"

static bool
replace_strv (char ***field, char **words)
{
  if (words == NULL)
    return false;
  g_strfreev (*field);
  *field = words;
  return true;
}

static bool
replace_rules (GPtrArray **field, GPtrArray *rules)
{
  if (rules == NULL)
    return false;
  g_clear_pointer (field, g_ptr_array_unref);
  *field = rules;
  return true;
}

static bool
replace_string (char **field, const char *text)
{
  g_free (*field);
  *field = g_strstrip (g_strdup (text));
  return true;
}

bool
cam_config_store (const CamConfigKey *key, const char *text, void *target, GError **error)
{
  g_return_val_if_fail (key->has_field, false);
  void *field = (char *) target + key->offset;
  switch (key->type) {
  case CAM_KEY_TYPE_STRING:
    return replace_string (field, text);
  case CAM_KEY_TYPE_BOOLEAN:
    return cam_config_parse_boolean (text, field, error);
  case CAM_KEY_TYPE_COUNT:
    return cam_config_parse_count (text, key->range, field, error);
  case CAM_KEY_TYPE_COUNT_PAIR:
    return cam_config_parse_count_pair (text, key->range, field, error);
  case CAM_KEY_TYPE_DURATION:
    return cam_config_parse_duration (text, key->range, field, error);
  case CAM_KEY_TYPE_DURATION_RANGE:
    return cam_config_parse_duration_range (text, key->range, field, error);
  case CAM_KEY_TYPE_BITRATE:
    return cam_config_parse_bitrate (text, key->range, field, error);
  case CAM_KEY_TYPE_BYTES:
    return cam_config_parse_bytes (text, key->range, field, error);
  case CAM_KEY_TYPE_ADDRESSES:
    return replace_strv (field, cam_config_parse_addresses (text, error));
  case CAM_KEY_TYPE_PORTS:
    return cam_config_parse_ports (text, field, error);
  case CAM_KEY_TYPE_GROUPS:
    return cam_config_parse_multicast_range (text, field, error);
  case CAM_KEY_TYPE_WORDS:
    return replace_strv (field, cam_config_parse_words (text, error));
  case CAM_KEY_TYPE_ACCESS:
    return replace_rules (field, cam_access_parse (text, error));
  case CAM_KEY_TYPE_ENUM:
    return cam_config_parse_enum (text, key->range, field, error);
  case CAM_KEY_TYPE_TEXT:
  case CAM_KEY_TYPE_RAW:
  case CAM_KEY_TYPE_SECRET:
    break;
  }
  g_return_val_if_reached (false);
}

void
cam_config_store_presets (CamKeyScope scope, bool of_stream, void *target)
{
  for (unsigned i = 0; i < CAM_N_CONFIG_KEYS; i++) {
    const CamConfigKey *key = &cam_config_keys[i];
    if (key->scope != scope || !key->has_field || cam_config_key_is_of_stream (key) != of_stream)
      continue;
    /* No access rule is another thing than an empty list of them. */
    if (key->type == CAM_KEY_TYPE_ACCESS && *key->preset == '\0')
      continue;
    const bool ok = cam_config_store (key, key->preset, target, NULL);
    g_assert (ok);
  }
}
