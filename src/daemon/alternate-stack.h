/* A second stack for each thread of the process, those of libraries too, so that a signal handler can run when the first one is used up.
 * Thread: any. Owner: each thread its own; it lies at the upper end of the thread's stack, which an overflow never reaches. */
#pragma once

/* For the calling thread, which is the process's first one; from now on for each thread that is started, by whomever: the program defines
 * pthread_create () itself. Called once, by main, before any other thread. Under a sanitizer, which has a pthread_create () of its own, for the calling
 * thread alone. */
void cam_alternate_stack_open (void);
