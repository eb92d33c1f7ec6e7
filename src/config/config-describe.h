/* What the files and arguments say, as text for people who help: every key that is set, its value and where it stands. Secrets and log-ins are "(set)",
 * URLs without user, password and what looks like one.
 * Thread: pure. Owner: the text is the caller's. */
#pragma once

#include "config/config-draft.h"

/* Sections as in the main file, cameras sorted by name; a line a key, "MaxReaders=10  # /etc/camrelay/camrelay.conf:12". What is not there is at its default,
 * and a camera without a key of its own at what [Defaults] says. Not meant to be read as a configuration. The text holds nothing of @self, whose settings
 * are wiped with it. (transfer full) */
char *cam_config_describe (const CamConfigDraft *self);
