#include "daemon/thread-stack.h"

#include <string.h>
#include <sys/syscall.h>

#include "stuck-thread.h"

#define ENOUGH_US (10 * (int64_t) G_USEC_PER_SEC)

static void
test_calls (void)
{
  StuckThread stuck = { 0 };
  CamThreadStack answer = { 0 };
  stuck_thread_start (&stuck);
  g_assert_true (cam_thread_stack_ask (stuck.stuck_at, ENOUGH_US, &answer));
  g_assert_cmpuint (answer.stack.count, >, 1);
  bool is_inside = false;
  for (unsigned i = 0; i < answer.stack.count; i++) {
    uint64_t offset = answer.stack.frames[i].pc - (uint64_t) be_stuck_here;
    is_inside |= offset < 512;
  }
  g_assert_true (is_inside);
  stuck_thread_end (&stuck);
}

static void
test_nobody (void)
{
  CamThreadStack answer = { 0 };
  g_assert_false (cam_thread_stack_ask (1, ENOUGH_US, &answer)); /* no thread of ours */
}

static gpointer
run_deaf (gpointer data)
{
  StuckThread *self = data;
  sigset_t deaf, before;
  sigemptyset (&deaf);
  sigaddset (&deaf, CAM_THREAD_STACK_SIGNAL);
  pthread_sigmask (SIG_BLOCK, &deaf, &before);
  be_stuck_here (self);
  pthread_sigmask (SIG_SETMASK, &before, NULL); /* the signal comes now: nobody waits for its answer */
  return NULL;
}

static void
test_no_answer (void)
{
  StuckThread stuck = { 0 };
  CamThreadStack answer = { 0 };
  stuck.thread = g_thread_new ("deaf", run_deaf, &stuck);
  while (atomic_load (&stuck.stuck_at) == 0)
    g_thread_yield ();
  g_assert_false (cam_thread_stack_ask (stuck.stuck_at, 10000, &answer));
  stuck_thread_end (&stuck);
  g_assert_cmpuint (answer.stack.count, ==, 0);
}

/* Somebody else's signal, with a pointer of his: nothing happens. */
static void
test_foreign (void)
{
  siginfo_t info = { .si_signo = CAM_THREAD_STACK_SIGNAL, .si_code = SI_QUEUE, .si_pid = 1 };
  info.si_value.sival_ptr = (void *) 1;
  g_assert_cmpint (syscall (SYS_rt_tgsigqueueinfo, getpid (), gettid (), CAM_THREAD_STACK_SIGNAL, &info), ==, 0);
  g_assert_cmpint (raise (CAM_THREAD_STACK_SIGNAL), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  cam_thread_stack_install ();
  g_test_add_func ("/thread-stack/calls", test_calls);
  g_test_add_func ("/thread-stack/nobody", test_nobody);
  g_test_add_func ("/thread-stack/no-answer", test_no_answer);
  g_test_add_func ("/thread-stack/foreign", test_foreign);
  return g_test_run ();
}
