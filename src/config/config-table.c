#include "config/config-table.h"

#include <string.h>

#include "config/camera-config.h"
#include "config/config-set.h"

/* Which struct a section's fields are in. */
#define TARGET_Camera CamCameraConfig
#define TARGET_Audio CamCameraConfig
#define TARGET_Offline CamCameraConfig
#define TARGET_Access CamCameraConfig
#define TARGET_Retry CamCameraConfig
#define TARGET_Stream CamStreamConfig

/* Whether a type has a field, where it is, and a compile-time proof that its C type is the row's. */
#define FIELD_TEXT(target, field) .has_field = false
#define FIELD_RAW(target, field) .has_field = false
#define FIELD_SECRET(target, field) .has_field = false
#define FIELD(target, field) .has_field = true, .offset = G_STRUCT_OFFSET (target, field)
#define FIELD_STRING FIELD
#define FIELD_BOOLEAN FIELD
#define FIELD_COUNT FIELD
#define FIELD_COUNT_PAIR FIELD
#define FIELD_DURATION FIELD
#define FIELD_DURATION_RANGE FIELD
#define FIELD_BITRATE FIELD
#define FIELD_BYTES FIELD
#define FIELD_ADDRESSES FIELD
#define FIELD_PORTS FIELD
#define FIELD_GROUPS FIELD
#define FIELD_WORDS FIELD
#define FIELD_ACCESS FIELD
#define FIELD_ENUM FIELD

#define IS(target, field, type) G_STATIC_ASSERT (__builtin_types_compatible_p (__typeof__ (((target *) 0)->field), type));
#define CHECK_TEXT(target, field)
#define CHECK_RAW(target, field)
#define CHECK_SECRET(target, field)
#define CHECK_STRING(target, field) IS (target, field, char *)
#define CHECK_BOOLEAN(target, field) IS (target, field, bool)
#define CHECK_COUNT(target, field) IS (target, field, unsigned)
#define CHECK_COUNT_PAIR(target, field) IS (target, field, CamCountPair)
#define CHECK_DURATION(target, field) IS (target, field, int64_t)
#define CHECK_DURATION_RANGE(target, field) IS (target, field, CamDurationRange)
#define CHECK_BITRATE(target, field) IS (target, field, uint64_t)
#define CHECK_BYTES(target, field) IS (target, field, uint64_t)
#define CHECK_ADDRESSES(target, field) IS (target, field, char **)
#define CHECK_PORTS(target, field) IS (target, field, CamPortPair)
#define CHECK_GROUPS(target, field) IS (target, field, CamMulticastRange)
#define CHECK_WORDS(target, field) IS (target, field, char **)
#define CHECK_ACCESS(target, field) IS (target, field, GPtrArray *)
#define CHECK_ENUM(target, field) G_STATIC_ASSERT (sizeof (((target *) 0)->field) == sizeof (int));

#define SERVER(section, key, field, type, preset, range, effect, text) CHECK_##type (CamServerConfig, field)
#define CAMERA(section, key, field, type, preset, range, effect, text) CHECK_##type (TARGET_##section, field)
#define USER(section, key, field, type, preset, range, effect, text) CHECK_##type (CamUserConfig, field)
#define TOKEN(section, key, field, type, preset, range, effect, text) CHECK_##type (CamTokenConfig, field)
#include "camrelay/config-keys.def"

#define ROW(row_scope, target, row_section, key, field, row_type, row_preset, row_range, row_effect)                                       \
  [CAM_KEY_##row_section##_##key] = {.scope = row_scope,                                                                                   \
                                     .section = #row_section,                                                                              \
                                     .name = #key,                                                                                         \
                                     .type = CAM_KEY_TYPE_##row_type,                                                                      \
                                     FIELD_##row_type (target, field),                                                                     \
                                     .preset = row_preset,                                                                                 \
                                     .range = row_range,                                                                                   \
                                     .effect = CAM_EFFECT_##row_effect},

const CamConfigKey cam_config_keys[CAM_N_CONFIG_KEYS] = {
#define SERVER(section, key, field, type, preset, range, effect, text)                                                                     \
  ROW (CAM_KEY_SCOPE_SERVER, CamServerConfig, section, key, field, type, preset, range, effect)
#define CAMERA(section, key, field, type, preset, range, effect, text)                                                                     \
  ROW (CAM_KEY_SCOPE_CAMERA, TARGET_##section, section, key, field, type, preset, range, effect)
#define USER(section, key, field, type, preset, range, effect, text)                                                                       \
  ROW (CAM_KEY_SCOPE_USER, CamUserConfig, section, key, field, type, preset, range, effect)
#define TOKEN(section, key, field, type, preset, range, effect, text)                                                                      \
  ROW (CAM_KEY_SCOPE_TOKEN, CamTokenConfig, section, key, field, type, preset, range, effect)
#include "camrelay/config-keys.def"
};

int
cam_config_table_find (const char *section, const char *name)
{
  for (int i = 0; i < CAM_N_CONFIG_KEYS; i++) {
    if (strcmp (cam_config_keys[i].section, section) == 0 && strcmp (cam_config_keys[i].name, name) == 0)
      return i;
  }
  return -1;
}

int
cam_config_table_find_in_scope (CamKeyScope scope, const char *name)
{
  for (int i = 0; i < CAM_N_CONFIG_KEYS; i++) {
    if (cam_config_keys[i].scope == scope && strcmp (cam_config_keys[i].name, name) == 0)
      return i;
  }
  return -1;
}

const char *
cam_key_effect_word (CamKeyEffect effect)
{
  switch (effect) {
  case CAM_EFFECT_NONE:
    return "none";
  case CAM_EFFECT_LIVE:
    return "live";
  case CAM_EFFECT_RECONNECTS:
    return "reconnects";
  case CAM_EFFECT_REMOUNTS:
    return "remounts";
  case CAM_EFFECT_RESTART:
    return "restart";
  }
  g_return_val_if_reached ("none");
}

bool
cam_config_key_is_of_stream (const CamConfigKey *key)
{
  return strcmp (key->section, "Stream") == 0;
}
