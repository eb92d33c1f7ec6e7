/* The parts of a crash report as text, which camrelayctl crash-report reads. Each line says one thing; paths come last, since they hold
 * whatever they like. Async-signal-safe.
 *
 *   camrelay crash report, format 1
 *   program: camrelayd 0.1.0          time: thread: thread-id: pid: signal: code: address: or sender: machine:, one a line
 *   registers:                        rip 0x…
 *   frames:                           AT|AFTER|MAYBE ADDRESS +OFFSET BUILD-ID PATH, newest first; OFFSET: an address as in the module's file
 *   modules:                          START-END BUILD-ID PATH
 *   maps:                             /proc/self/maps as it is
 *   end of report
 *
 * Thread: any. Owner: none, functions only. */
#pragma once

#include "daemon/crash-text.h"
#include "daemon/crash-unwind.h"

#include <signal.h>
#include <sys/types.h>

#define CAM_CRASH_THREAD_NAME_BYTES 16

typedef struct {
  int number;                /* of the signal */
  const siginfo_t *info;     /* borrowed */
  const ucontext_t *context; /* borrowed; as it was when the signal came */
  const char *program;       /* borrowed; the path of what runs */
  pid_t pid;
  pid_t thread_id;
  char thread[CAM_CRASH_THREAD_NAME_BYTES];
  int64_t unix_s;
} CamCrashFacts;

/* Up to the registers. */
void cam_crash_facts_write_head (const CamCrashFacts *self, CamCrashText *text);

void cam_crash_facts_write_frames (const CamCrashFacts *self, const CamCrashStack *stack, CamCrashText *text);

/* @maps_fd: /proc/self/maps, read from its beginning. The modules of all its mappings, then itself, up to 1 MiB. */
void cam_crash_facts_write_modules (const CamCrashFacts *self, int maps_fd, CamCrashText *text);
void cam_crash_facts_write_maps (int maps_fd, CamCrashText *text);

/* One line without its end: "crashed: SIGSEGV (SEGV_MAPERR) at 0x0 in thread media0: camrelayd+0x1234 libc.so.6+0x27249". */
void cam_crash_facts_write_line (const CamCrashFacts *self, const CamCrashStack *stack, CamCrashText *text);
