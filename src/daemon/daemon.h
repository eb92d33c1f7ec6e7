/* The process as a whole: makes the parts in order, says when they are ready, and takes them apart in order within 5 seconds.
 * Thread: M. Owner: main. */
#pragma once

#include "config/config-read.h"
#include "daemon/crash-history.h"
#include "daemon/folders.h"

/* Serves @config, which was read from @sources (copied; read again when somebody asks for it), keeping things in @folders, after what @crashes tells of, until a signal ends it, and returns the exit status (camrelay/exit-codes.h); what went wrong was logged. */
int cam_daemon_run (CamConfigSet *config, const CamConfigSources *sources, const CamFolders *folders, const CamCrashHistory *crashes);
