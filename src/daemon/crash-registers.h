/* What the processor held when a signal came, by architecture; async-signal-safe.
 * Thread: any. Owner: none, functions only. */
#pragma once

#include "daemon/crash-text.h"

#include <ucontext.h>

/* Where it was: the instruction, and the top of the stack. 0 on an architecture that is not known here. */
uint64_t cam_crash_registers_get_pc (const ucontext_t *context);
uint64_t cam_crash_registers_get_sp (const ucontext_t *context);

/* Where a function that was just called, and has done nothing yet, will return to. Reads the stack on x86-64, where it may fault. */
uint64_t cam_crash_registers_get_return_address (const ucontext_t *context);

/* Makes @context that of the caller, just returned to. */
void cam_crash_registers_return (ucontext_t *context);

/* True when the bytes of @value are four printable characters or more and nothing else: a piece of what somebody may have typed. */
bool cam_crash_registers_is_text (uint64_t value);

/* A line each: "rip 0x00007f2a00001234", or "rax text" for what may be a piece of a password. */
void cam_crash_registers_write (const ucontext_t *context, CamCrashText *text);
