/* What a human reads of a reload: one line of what it changed, or how many errors keep the old configuration.
 * Thread: pure. Owner: the text is the caller's. */
#pragma once

#include "config/config-diff.h"

/* "1 camera added (b), 1 changed (c: reconnects), users: +bob, server: [RTSP] Listen"; "nothing is different". Long lists are cut. (transfer full) */
char *cam_reload_report_summary (const CamConfigDiff *diff);
