/* The crashes of earlier processes, as their reports in the state folder tell: how many, when, and what is to be said of the newest.
 * Thread: M, while it starts: files are read and written. Owner: the daemon. */
#pragma once

#include <glib.h>
#include <stdint.h>

typedef struct CamCrashHistory CamCrashHistory;

/* Reads @folder, which holds the reports; NULL or one that is not there: no crashes. Keeps the newest ten reports and counts those that are new; a
 * folder that cannot be written makes each start count them again. */
CamCrashHistory *cam_crash_history_open (const char *folder);
void cam_crash_history_free (CamCrashHistory *self); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CamCrashHistory, cam_crash_history_free)

/* All crashes so far, of reports that are gone, too. */
uint64_t cam_crash_history_get_total (const CamCrashHistory *self);

/* How many of the newest ten are not older than @unix_s: 0 to 10. */
unsigned cam_crash_history_count_since (const CamCrashHistory *self, int64_t unix_s);

/* "SIGSEGV in camrelayd+0x1a2b3, thread media0", of the newest crash that no start has seen before; NULL: there is none. Foreign text: it has been a
 * file's. */
const char *cam_crash_history_get_news (const CamCrashHistory *self);
