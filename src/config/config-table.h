/* The rows of config-keys.def as data: what every reader of the table in this program works on.
 * Thread: any. Owner: none, constants. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* CAM_KEY_Limits_MaxReaders and so on, in the order of the rows. */
typedef enum
{
#define SERVER(section, key, field, type, preset, range, effect, text) CAM_KEY_##section##_##key,
#define CAMERA(section, key, field, type, preset, range, effect, text) CAM_KEY_##section##_##key,
#define USER(section, key, field, type, preset, range, effect, text) CAM_KEY_##section##_##key,
#define TOKEN(section, key, field, type, preset, range, effect, text) CAM_KEY_##section##_##key,
#include "camrelay/config-keys.def"
  CAM_N_CONFIG_KEYS
} CamConfigKeyId;

typedef enum
{
  CAM_KEY_SCOPE_SERVER,
  CAM_KEY_SCOPE_CAMERA,
  CAM_KEY_SCOPE_USER,
  CAM_KEY_SCOPE_TOKEN
} CamKeyScope;

/* What a changed key does, a word in its row; of several the largest holds. */
typedef enum
{
  CAM_EFFECT_NONE,
  CAM_EFFECT_LIVE,       /* holds from now on; nobody notices */
  CAM_EFFECT_RECONNECTS, /* the camera is dialled anew; readers stay and see the slate meanwhile */
  CAM_EFFECT_REMOUNTS,   /* the stream's readers are ended */
  CAM_EFFECT_RESTART     /* holds from the next start of the daemon on */
} CamKeyEffect;

typedef enum
{
  CAM_KEY_TYPE_TEXT,
  CAM_KEY_TYPE_RAW,
  CAM_KEY_TYPE_SECRET,
  CAM_KEY_TYPE_STRING,
  CAM_KEY_TYPE_BOOLEAN,
  CAM_KEY_TYPE_COUNT,
  CAM_KEY_TYPE_COUNT_PAIR,
  CAM_KEY_TYPE_DURATION,
  CAM_KEY_TYPE_DURATION_RANGE,
  CAM_KEY_TYPE_BITRATE,
  CAM_KEY_TYPE_BYTES,
  CAM_KEY_TYPE_ADDRESSES,
  CAM_KEY_TYPE_PORTS,
  CAM_KEY_TYPE_GROUPS,
  CAM_KEY_TYPE_WORDS,
  CAM_KEY_TYPE_ACCESS,
  CAM_KEY_TYPE_ENUM
} CamKeyType;

typedef struct {
  CamKeyScope scope;
  const char *section; /* "Stream" for both streams */
  const char *name;
  CamKeyType type;
  bool has_field;
  size_t offset; /* in CamServerConfig, CamUserConfig, CamTokenConfig, CamStreamConfig for section Stream, else CamCameraConfig */
  const char *preset;
  const char *range;
  CamKeyEffect effect; /* never NONE */
} CamConfigKey;

extern const CamConfigKey cam_config_keys[CAM_N_CONFIG_KEYS];

/* The row of @name in @section, else -1. */
int cam_config_table_find (const char *section, const char *name);

/* The first row of @scope called @name, whatever its section, else -1. */
int cam_config_table_find_in_scope (CamKeyScope scope, const char *name);

const char *cam_key_effect_word (CamKeyEffect effect); /* "live", never NULL */

/* The row's section ends up in CamStreamConfig. */
bool cam_config_key_is_of_stream (const CamConfigKey *key);
