/* A draft to a config-set: values typed, defaults filled in, what excludes or lacks something found.
 * Thread: pure, but for reading credentials. Owner: the result is the caller's. */
#pragma once

#include "config/config-draft.h"
#include "config/config-set.h"

/* Everything that is wrong is added to @problems; the result is complete only when nothing was. @credentials_dir: NULL for none. (transfer full) */
CamConfigSet *cam_config_assemble (const CamConfigDraft *draft, const char *credentials_dir, CamConfigProblems *problems);
