/* What is said of a key that its section does not have.
 * Thread: pure. Owner: the caller. */
#pragma once

#include "config/config-section.h"

/* "unknown key 'Kaey' in section [User], did you mean 'Key'?", or "key 'Listen' belongs in section [RTSP], not in [Limits]". (transfer full) */
char *cam_config_describe_unknown_key (const CamConfigSection *section, const char *key);
