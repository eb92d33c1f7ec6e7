/* The calls that led to a signal: libgcc's unwinder, started where the processor was, even if that is no place at all; async-signal-safe after the
 * warm-up (libgcc of GCC 12 finds its tables by _dl_find_object ()).
 * Thread: any. Owner: whoever has the stack's value. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <ucontext.h>

enum { CAM_CRASH_STACK_FRAMES = 128, CAM_CRASH_STACK_GUESSES = 16 };

typedef enum
{
  CAM_CRASH_FRAME_AT,    /* the instruction itself */
  CAM_CRASH_FRAME_AFTER, /* the call is the instruction before */
  CAM_CRASH_FRAME_MAYBE  /* found on the stack: may be the return address of a call that is over */
} CamCrashFrameKind;

typedef struct {
  uint64_t pc;
  CamCrashFrameKind kind;
} CamCrashFrame;

/* Filled frame by frame, so that what is there stays when the next step faults. */
typedef struct {
  CamCrashFrame frames[CAM_CRASH_STACK_FRAMES + CAM_CRASH_STACK_GUESSES]; /* newest first */
  volatile unsigned count;
} CamCrashStack;

/* What the unwinder does once in a process, done before it matters. */
void cam_crash_unwind_warm_up (void);

/* Walks from @context, the one that a handler was called with, in that handler's thread and below its frame. After a call to nowhere it makes @context
 * that of the caller: keep a copy. A stack that is broken may fault: the caller goes on by siglongjmp (). */
void cam_crash_unwind (CamCrashStack *stack, ucontext_t *context);

/* The same of a thread that goes on afterwards: @context stays as it is. In code of no module, as is made at run time, that place is all there is: whose
 * caller it has is a guess, and guesses may fault. */
void cam_crash_unwind_living (CamCrashStack *stack, const ucontext_t *context);

/* Adds addresses of code that lie near the top of the stack, for when the walk ended early. May fault, too. */
void cam_crash_unwind_guess (CamCrashStack *stack, ucontext_t *context);
