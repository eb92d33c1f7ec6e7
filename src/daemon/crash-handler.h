/* What is written down when the process dies of a fault: raw facts, for camrelayctl crash-report to explain. Symbols, debug information and core dumps
 * are no business of the dying process.
 * Thread: the handler runs in whichever crashes, the first of them. Owner: process-wide, set up once in main. */
#pragma once

#include <stdbool.h>

typedef struct {
  const char *folder;  /* an absolute path, where reports go; NULL: the line alone is written */
  const char *journal; /* the journal's socket, CAM_CRASH_JOURNAL; NULL: the line goes to stderr */
} CamCrashSetup;

#define CAM_CRASH_JOURNAL "/run/systemd/journal/socket"

/* From now on SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGSYS and SIGTRAP write @folder/crash-TIME-PID.txt and one line, within 1 s, and then do what
 * they do anyway, with the signal's information as it was, so that a core dump shows the fault. Strings are copied. A folder that cannot be
 * opened or is too long is done without. Called once, before any thread, when cam_alternate_stack_open () has been. Does nothing under a sanitizer,
 * which reports by itself. */
void cam_crash_handler_install (const CamCrashSetup *setup);
