/* One [User NAME] to its configuration: exactly one kind of secret, groups with good names.
 * Thread: pure, but for reading credentials. Owner: the result is the caller's. */
#pragma once

#include "config/config-draft.h"

/* Faults are added to @problems. (transfer full) */
CamUserConfig *cam_user_assemble (const CamNamedDraft *draft, const char *credentials_dir, CamConfigProblems *problems);
