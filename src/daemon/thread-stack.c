#include "daemon/thread-stack.h"

#include <errno.h>
#include <glib.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

typedef enum
{
  ANSWER_AWAITED,
  ANSWER_UNDER_WAY,
  ANSWER_GIVEN_UP /* who asked has gone */
} AnswerPhase;

/* Freed by who asked, unless the answer was given up: then it may still come. */
typedef struct {
  atomic_int phase;
  sem_t is_there;
  CamThreadStack answer;
} Question;

static void
on_asked (int number, siginfo_t *info, void *data)
{
  int error = errno;
  int awaited = ANSWER_AWAITED;
  /* Others may send the signal, but not with a pointer of ours. */
  if (info->si_code == SI_QUEUE && info->si_pid == getpid ()) {
    Question *question = info->si_value.sival_ptr;
    if (atomic_compare_exchange_strong (&question->phase, &awaited, ANSWER_UNDER_WAY)) {
      question->answer.info = *info;
      question->answer.context = *(const ucontext_t *) data;
      cam_crash_unwind_living (&question->answer.stack, data);
      sem_post (&question->is_there);
    }
  }
  errno = error;
}

void
cam_thread_stack_install (void)
{
  cam_crash_unwind_warm_up ();
  struct sigaction action = { .sa_sigaction = on_asked, .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_RESTART };
  sigemptyset (&action.sa_mask);
  sigaction (CAM_THREAD_STACK_SIGNAL, &action, NULL);
}

static bool
await (Question *question, int64_t timeout_us)
{
  struct timespec until;
  clock_gettime (CLOCK_MONOTONIC, &until);
  int64_t nanoseconds = until.tv_nsec + timeout_us % G_USEC_PER_SEC * 1000;
  until.tv_sec += timeout_us / G_USEC_PER_SEC + nanoseconds / 1000000000;
  until.tv_nsec = nanoseconds % 1000000000;
  int result;
  while ((result = sem_clockwait (&question->is_there, CLOCK_MONOTONIC, &until)) != 0 && errno == EINTR)
    continue;
  return result == 0;
}

bool
cam_thread_stack_ask (pid_t thread, int64_t timeout_us, CamThreadStack *ret_stack)
{
  Question *question = g_new0 (Question, 1);
  sem_init (&question->is_there, 0, 0);
  siginfo_t info = { .si_signo = CAM_THREAD_STACK_SIGNAL, .si_code = SI_QUEUE, .si_pid = getpid (), .si_uid = getuid () };
  info.si_value.sival_ptr = question;
  bool is_sent = syscall (SYS_rt_tgsigqueueinfo, getpid (), thread, CAM_THREAD_STACK_SIGNAL, &info) == 0;
  bool is_there = is_sent && await (question, timeout_us);
  if (is_sent && !is_there) {
    atomic_store (&question->phase, ANSWER_GIVEN_UP);
    return false; /* the question stays: the thread may look at it yet */
  }
  if (is_there)
    *ret_stack = question->answer;
  sem_destroy (&question->is_there);
  g_free (question);
  return is_there;
}
