/* A crash report, or that of a stuck thread, as the daemon's crash-facts writes them, taken apart. Whatever stands in the file: it is a dying process's, and may be cut off anywhere.
 * Thread: pure. Owner: who parsed it. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

enum { CAM_CRASH_RECORD_MAX_FRAMES = 256 };

typedef enum
{
  CAM_CRASH_RECORD_AT,    /* the instruction itself */
  CAM_CRASH_RECORD_AFTER, /* the call is the instruction before */
  CAM_CRASH_RECORD_MAYBE  /* found on the stack: may be of a call that is over */
} CamCrashRecordKind;

typedef struct {
  CamCrashRecordKind kind;
  uint64_t pc;
  uint64_t offset; /* an address as in the module's file */
  char *build_id;  /* owned; lower-case hex digits; NULL: the module has none */
  char *path;      /* owned; NULL: there was no module */
} CamCrashRecordFrame;

/* Texts hold no control characters and are UTF-8; "?" where the report does not say. */
typedef struct {
  char *program;     /* owned; "camrelayd 0.1.0" */
  char *time;        /* owned; ISO 8601, UTC */
  char *pid;         /* owned */
  char *thread;      /* owned; its name */
  char *thread_id;   /* owned */
  char *signal;      /* owned; "SIGSEGV" */
  char *code;        /* owned; "SEGV_MAPERR" */
  char *address;     /* owned; hexadecimal; NULL: no fault of memory or instruction */
  char *sender;      /* owned; "pid 1 uid 0"; NULL: the system found the fault */
  char *system_call; /* owned; its number; NULL: none was refused */
  char *stall;       /* owned; "main for 10.0 s": the thread was stuck, nothing crashed; NULL: it crashed */
  GPtrArray *registers; /* of char *, owned: "rip 0x…" */
  GPtrArray *frames;    /* of CamCrashRecordFrame, owned; newest first */
  bool is_overflow;     /* the thread's stack was used up */
  bool is_whole;        /* the report has its end */
} CamCrashRecord;

/* NULL: @text, which need not be UTF-8, is no such report. (transfer full) */
CamCrashRecord *cam_crash_record_parse (const char *text, size_t size);
void cam_crash_record_free (CamCrashRecord *self); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CamCrashRecord, cam_crash_record_free)
