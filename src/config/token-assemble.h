/* One [Token NAME] to its configuration: a token or its hash, and a role.
 * Thread: pure, but for reading credentials. Owner: the result is the caller's. */
#pragma once

#include "config/config-draft.h"
#include "config/config-set.h"

/* Of a token that stands in a credential: characters that a header may carry as they are (RFC 6750, 2.1), enough of them that it is not guessed. */
#define CAM_TOKEN_LEAST_BYTES 16
#define CAM_TOKEN_MOST_BYTES 256

/* Faults are added to @problems. (transfer full) */
CamTokenConfig *cam_token_assemble (const CamNamedDraft *draft, const char *credentials_dir, CamConfigProblems *problems);
