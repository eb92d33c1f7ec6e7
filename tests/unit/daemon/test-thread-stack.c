#include "daemon/thread-stack.h"

#include <string.h>
#include <sys/mman.h>
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

/* Reads the byte at its argument again and again, until that is not 0. */
#if defined __x86_64__
static const uint8_t spin_code[] = { 0x80, 0x3f, 0x00, 0x74, 0xfb, 0xc3 };
#elif defined __aarch64__
static const uint8_t spin_code[] = { 0x01, 0x00, 0x40, 0x39, 0xe1, 0xff, 0xff, 0x34, 0xc0, 0x03, 0x5f, 0xd6 };
#endif

typedef struct {
  void (*spin) (atomic_uchar *is_free); /* code that was made at run time: of no module, without unwind tables */
  atomic_uchar is_free;
  atomic_int thread;
  atomic_bool has_returned;
} Spinner;

static gpointer
run_spinner (gpointer data)
{
  Spinner *self = data;
  atomic_store (&self->thread, gettid ());
  self->spin (&self->is_free);
  g_assert_cmpint (atomic_load (&self->is_free), ==, 1);
  atomic_store (&self->has_returned, true);
  return NULL;
}

/* A thread in code that nobody can unwind is left as it was found: it goes on there, not where it would return to. */
static void
test_code_of_no_module (void)
{
  Spinner spinner = { .thread = 0 };
  void *page = mmap (NULL, sizeof spin_code, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  memcpy (page, spin_code, sizeof spin_code);
  g_assert_cmpint (mprotect (page, sizeof spin_code, PROT_READ | PROT_EXEC), ==, 0);
  __builtin___clear_cache (page, (char *) page + sizeof spin_code);
  memcpy (&spinner.spin, &page, sizeof page);
  GThread *thread = g_thread_new ("spinner", run_spinner, &spinner);
  while (atomic_load (&spinner.thread) == 0)
    g_thread_yield ();
  bool is_seen = false;
  for (unsigned i = 0; i < 100 && !is_seen; i++) {
    CamThreadStack answer = { 0 };
    g_assert_true (cam_thread_stack_ask (spinner.thread, ENOUGH_US, &answer));
    is_seen = answer.stack.count == 1 && answer.stack.frames[0].pc - (uint64_t) page < sizeof spin_code;
  }
  g_assert_true (is_seen);
  g_assert_false (atomic_load (&spinner.has_returned));
  atomic_store (&spinner.is_free, 1);
  g_thread_join (thread);
  g_assert_true (atomic_load (&spinner.has_returned));
  munmap (page, sizeof spin_code);
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
  g_test_add_func ("/thread-stack/code-of-no-module", test_code_of_no_module);
  g_test_add_func ("/thread-stack/nobody", test_nobody);
  g_test_add_func ("/thread-stack/no-answer", test_no_answer);
  g_test_add_func ("/thread-stack/foreign", test_foreign);
  return g_test_run ();
}
