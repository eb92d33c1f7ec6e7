/* What the files say about SRT as a whole: the passphrase of [SRT] Listen, and whether cameras whose senders come by themselves can be had.
 * Thread: pure, but for reading credentials. Owner: results are the caller's. */
#pragma once

#include "config/config-draft.h"
#include "config/config-set.h"

/* Passphrase or PassphraseCredential into @server. Faults are added to @problems. */
void cam_srt_assemble (const CamConfigDraft *draft, const char *credentials_dir, CamServerConfig *server, CamConfigProblems *problems);

/* The cameras of @set against [SRT] and their own keys. Faults are added to @problems. */
void cam_srt_check_cameras (const CamConfigDraft *draft, const CamConfigSet *set, CamConfigProblems *problems);
