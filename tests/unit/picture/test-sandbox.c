#include "picture/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define MEBIBYTE (1024 * 1024)

#define NO_SANDBOX 99 /* exit status of a child that got no sandbox */
#define REFUSED 1     /* a child's attempt failed with EPERM */
#define DONE 0        /* it went through */

/* Runs @attempt in a process of its own, inside the sandbox; its wait status. */
static int
attempt_inside (int (*attempt) (void))
{
  pid_t child = fork ();
  g_assert_cmpint (child, >=, 0);
  if (child == 0) {
    const CamSandboxLimits limits = {.memory_bytes = 128 * MEBIBYTE, .cpu_seconds = 1};
    const char *why;
    _exit (cam_sandbox_enter (&limits, &why) ? attempt () : NO_SANDBOX);
  }
  int status;
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  return status;
}

static void
assert_exits (int (*attempt) (void), int expected)
{
  int status = attempt_inside (attempt);
  g_assert_true (WIFEXITED (status));
  g_assert_cmpint (WEXITSTATUS (status), ==, expected);
}

static void
assert_is_killed (int (*attempt) (void), int expected)
{
  int status = attempt_inside (attempt);
  g_assert_true (WIFSIGNALED (status));
  g_assert_cmpint (WTERMSIG (status), ==, expected);
}

static int
judge (bool went_through)
{
  return went_through ? DONE : errno == EPERM ? REFUSED : 50;
}

static int
open_for_reading (void)
{
  return judge (open ("/etc/passwd", O_RDONLY) >= 0);
}

static int
open_for_writing (void)
{
  return judge (open ("/tmp/camrelay-sandbox", O_WRONLY | O_CREAT, 0600) >= 0);
}

static int
list_a_folder (void)
{
  return judge (open ("/", O_RDONLY | O_DIRECTORY) >= 0);
}

static int
remove_a_file (void)
{
  return judge (unlink ("/tmp/camrelay-sandbox") == 0);
}

static int
look_at_a_file (void)
{
  struct stat facts;
  return judge (stat ("/etc/passwd", &facts) == 0);
}

static int
fork_once (void)
{
  return judge (fork () >= 0);
}

static int
map_code (void)
{
  return judge (mmap (NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED);
}

static int
make_code (void)
{
  void *page = mmap (NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return page == MAP_FAILED ? 51 : judge (mprotect (page, 4096, PROT_READ | PROT_EXEC) == 0);
}

static int
kill_the_parent (void)
{
  return judge (kill (getppid (), 0) == 0);
}

static int
become_dumpable (void)
{
  return judge (prctl (PR_SET_DUMPABLE, 1, 0, 0, 0) == 0);
}

static int
make_a_network_pair (void)
{
  int ends[2];
  return judge (socketpair (AF_INET, SOCK_DGRAM, 0, ends) == 0);
}

static void
test_refused (void)
{
  static int (*const attempts[]) (void) = {
      open_for_reading, open_for_writing, list_a_folder,   remove_a_file,   look_at_a_file,      fork_once,
      map_code,         make_code,        kill_the_parent, become_dumpable, make_a_network_pair,
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (attempts); i++)
    assert_exits (attempts[i], REFUSED);
}

static int
open_a_socket (void)
{
  return judge (socket (AF_INET, SOCK_STREAM, 0) >= 0);
}

static int
open_a_local_socket (void)
{
  return judge (socket (AF_UNIX, SOCK_STREAM, 0) >= 0);
}

static int
run_a_program (void)
{
  return judge (execl ("/bin/true", "true", NULL) == 0);
}

static int
trace_the_parent (void)
{
  return judge (ptrace (PTRACE_ATTACH, getppid (), NULL, NULL) == 0);
}

static void
test_deadly (void)
{
  static int (*const attempts[]) (void) = {open_a_socket, open_a_local_socket, run_a_program, trace_the_parent};
  for (unsigned i = 0; i < G_N_ELEMENTS (attempts); i++)
    assert_is_killed (attempts[i], SIGSYS);
}

/* volatile: an allocation that nobody sees may be left out by the compiler. */
static int
allocate (size_t size)
{
  char *volatile block = malloc (size);
  if (block == NULL)
    return REFUSED;
  memset (block, 1, size);
  return block[size - 1] == 1 ? DONE : 52;
}

static int
allocate_too_much (void)
{
  return allocate (200 * MEBIBYTE);
}

static int
allocate_enough (void)
{
  return allocate (64 * MEBIBYTE);
}

static void
test_memory (void)
{
  assert_exits (allocate_too_much, REFUSED);
  assert_exits (allocate_enough, DONE);
}

static int
spin (void)
{
  volatile bool goes_on = true;
  while (goes_on)
    continue;
  return DONE;
}

static void
test_time (void)
{
  int status = attempt_inside (spin);
  g_assert_true (WIFSIGNALED (status));
  g_assert_true (WTERMSIG (status) == SIGXCPU || WTERMSIG (status) == SIGKILL);
}

static void *
turn (void *data)
{
  *(int *) data = 1;
  return NULL;
}

static int
start_a_thread (void)
{
  pthread_t thread;
  int has_run = 0;
  if (pthread_create (&thread, NULL, turn, &has_run) != 0 || pthread_join (thread, NULL) != 0)
    return 53;
  return has_run == 1 ? DONE : 54;
}

/* What a decoder needs goes through. */
static void
test_threads (void)
{
  assert_exits (start_a_thread, DONE);
}

static int
write_to_what_was_open (void)
{
  return write (STDERR_FILENO + 1, "x", 1) < 0 && errno == EBADF ? DONE : 55;
}

static void
test_descriptors (void)
{
  int open_before = open ("/dev/null", O_WRONLY);
  g_assert_cmpint (open_before, >=, 3);
  g_assert_cmpint (dup2 (open_before, STDERR_FILENO + 1), ==, STDERR_FILENO + 1);
  assert_exits (write_to_what_was_open, DONE);
  close (open_before);
}

static int
write_a_file (void)
{
  return write (STDIN_FILENO, "x", 1) == 1 ? DONE : 56;
}

/* Not even one that it was given. */
static void
test_no_file_grows (void)
{
  g_autofree char *path = NULL;
  int file = g_file_open_tmp ("camrelay-sandbox-XXXXXX", &path, NULL);
  g_assert_cmpint (file, >=, 0);
  int input = dup (STDIN_FILENO);
  dup2 (file, STDIN_FILENO);
  assert_is_killed (write_a_file, SIGXFSZ);
  dup2 (input, STDIN_FILENO);
  g_assert_cmpint (lseek (file, 0, SEEK_END), ==, 0);
  close (input);
  close (file);
  unlink (path);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sandbox/refused", test_refused);
  g_test_add_func ("/sandbox/deadly", test_deadly);
  g_test_add_func ("/sandbox/memory", test_memory);
  g_test_add_func ("/sandbox/time", test_time);
  g_test_add_func ("/sandbox/threads", test_threads);
  g_test_add_func ("/sandbox/descriptors", test_descriptors);
  g_test_add_func ("/sandbox/no-file-grows", test_no_file_grows);
  return g_test_run ();
}
