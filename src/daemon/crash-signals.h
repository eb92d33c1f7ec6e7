/* The signals a process dies of by a fault of its own, in words; async-signal-safe.
 * Thread: any. Owner: none, functions only. */
#pragma once

#include <signal.h>
#include <stddef.h>

#define CAM_CRASH_SIGNALS 7

/* SIGSEGV first. */
extern const int cam_crash_signals[CAM_CRASH_SIGNALS];

/* "SIGSEGV"; "signal" for any that is not one of these. */
const char *cam_crash_signals_get_name (int number);

/* Why, of si_code: "SEGV_MAPERR"; NULL for what has no word here (sigaction(2)). */
const char *cam_crash_signals_get_cause (int number, int code);
