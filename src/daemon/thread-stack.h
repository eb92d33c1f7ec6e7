/* The calls that another thread of this process is in, told by that thread itself in a signal handler: also when it is stuck in a library or the kernel.
 * What is made of them is daemon/crash-facts' business.
 * Thread: ask any, one at a time; the handler runs in the thread that is asked. Owner: the signal is the process's. */
#pragma once

#include "daemon/crash-unwind.h"

#include <signal.h>
#include <stdbool.h>
#include <sys/types.h>

typedef struct {
  siginfo_t info;
  ucontext_t context; /* where it was */
  CamCrashStack stack;
} CamThreadStack;

/* Takes CAM_THREAD_STACK_SIGNAL, a real-time signal that nobody else uses. Once, before it is asked for. */
#define CAM_THREAD_STACK_SIGNAL (SIGRTMIN + 1)
void cam_thread_stack_install (void);

/* What @thread (as gettid(2) says) was doing; a call that it sleeps in may end with EINTR. False when it does not answer within @timeout_us: it has ended, or
 * sleeps in the kernel where no signal reaches it. */
bool cam_thread_stack_ask (pid_t thread, int64_t timeout_us, CamThreadStack *ret_stack);
