/* One camera's settings and the defaults to its configuration: URLs, log-ins and every field.
 * Thread: pure, but for reading credentials. Owner: the result is the caller's. */
#pragma once

#include "config/config-draft.h"

/* Stores @setting as its row says into @target; a fault is added to @problems. Nothing happens when it is not set. */
void cam_config_store_setting (const CamConfigKey *key, const CamConfigSetting *setting, void *target, CamConfigProblems *problems);

/* @camera must have one of the sections that make a camera. Faults are added to @problems. (transfer full) */
CamCameraConfig *cam_camera_assemble (const CamCameraDraft *camera,
                                      const CamConfigSettings *defaults,
                                      const char *credentials_dir,
                                      CamConfigProblems *problems);
