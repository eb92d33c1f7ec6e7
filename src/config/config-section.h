/* What a section's title means: [RTSP], [User bob], [Camera], [Stream front/sub].
 * Thread: pure. Owner: the caller. */
#pragma once

#include "config/config-table.h"

#include <glib.h>
#include <stdbool.h>

typedef enum
{
  CAM_SECTION_SERVER,
  CAM_SECTION_DEFAULTS, /* [Defaults], and [Access] in the main file */
  CAM_SECTION_USER,
  CAM_SECTION_TOKEN,
  CAM_SECTION_CAMERA
} CamSectionKind;

/* The sections a camera may have, each once. */
typedef enum
{
  CAM_PART_CAMERA,
  CAM_PART_STREAM_MAIN,
  CAM_PART_STREAM_SUB,
  CAM_PART_AUDIO,
  CAM_PART_ACCESS,
  CAM_PART_RETRY,
  CAM_PART_OFFLINE,
  CAM_N_PARTS
} CamCameraPart;

typedef struct {
  CamSectionKind kind;
  char *section;      /* owned; as in the table, "Stream"; "Defaults" */
  char *name;         /* owned; of the user, token or camera, else NULL */
  CamCameraPart part; /* of a camera */
} CamConfigSection;

void cam_config_section_clear (CamConfigSection *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (CamConfigSection, cam_config_section_clear)

/* @title: what stands between the brackets. @camera: whom the file's bare sections are about, NULL in the main file.
 * Errors: CAM_CONFIG_ERROR_UNKNOWN, CAM_CONFIG_ERROR_VALUE (a name), CAM_CONFIG_ERROR_CONFLICT (not in this file). */
bool cam_config_section_parse (const char *title, const char *camera, CamConfigSection *ret_section, GError **error);

/* [Defaults], which takes the keys of every section of a camera. */
bool cam_config_section_is_defaults (const CamConfigSection *self);

/* The row of @key where @self may hold it, else -1. */
int cam_config_section_find_key (const CamConfigSection *self, const char *key);

/* A key where it stands in a camera's sections. */
typedef struct {
  CamCameraPart part;
  CamConfigKeyId key;
} CamPartKey;

/* The other name of the same thing: URL in [Camera] and in [Stream main], Password and PasswordCredential. NULL when there is none. */
const CamPartKey *cam_config_find_twin (CamPartKey key);

/* "[Stream sub]" */
const char *cam_camera_part_title (CamCameraPart part);
