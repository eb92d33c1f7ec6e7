/* What is written down of a thread that is stuck: a file like a crash report, which camrelayctl crash-report explains, and a line for the log.
 * Thread: W. Owner: none, functions only. */
#pragma once

#include <stdint.h>
#include <sys/types.h>

typedef struct {
  const char *folder; /* where reports go; NULL: the line alone is made */
  const char *name;   /* of the thread, "main", "media0" */
  pid_t thread;       /* as gettid(2) says */
  int64_t silent_us;
} CamStuckThread;

/* Asks the thread for its stack, for a second at most, and writes @folder/stall-TIME-NAME.txt (mode 0600), of which the newest ten are kept. Returns the line:
 * "main has been stuck for 10.0 s in libfoo.so+0x1139 camrelayd+0x4711; report: …". (transfer full) */
char *cam_stall_report_write (const CamStuckThread *stuck);
