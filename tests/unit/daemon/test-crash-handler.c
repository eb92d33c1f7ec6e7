#include "daemon/crash-handler.h"

#include <fcntl.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "daemon/alternate-stack.h"

/* Sanitizers have handlers of their own, and the daemon leaves it to them. */
#ifdef CAM_SANITIZED
#define IS_SANITIZED true
#else
#define IS_SANITIZED false
#endif

/* Each child crashes in its own way; what it leaves behind is looked at here. */
typedef struct {
  char *folder;  /* owned */
  char *reports; /* owned; below folder, made by the handler */
} Fixture;

enum { LIMIT_S = 20, LATE_US = 5 * G_USEC_PER_SEC, MAX_LINE = 4096, CRASHERS = 8 };

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->folder = g_dir_make_tmp ("crash-XXXXXX", NULL);
  fixture->reports = g_build_filename (fixture->folder, "crashes", NULL);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_rmdir (fixture->reports);
  g_rmdir (fixture->folder);
  g_free (fixture->reports);
  g_free (fixture->folder);
}

/* Volatile, so that the compiler does not see the fault and makes code of its own for it. */
static volatile uintptr_t nowhere;

static void
read_nowhere (void)
{
  *(volatile int *) (nowhere + 8);
}

static void
call_nowhere (void)
{
  ((void (*) (void)) nowhere) ();
  nowhere = 0; /* not a tail call */
}

static G_GNUC_NO_INLINE int
recurse (int depth)
{
  volatile char much[512];
  much[0] = (char) depth;
  return nowhere == 1 ? 0 : recurse (depth + 1) + much[0];
}

static gpointer
overflow_thread (gpointer data)
{
  return GINT_TO_POINTER (recurse (0));
}

static void
overflow_in_thread (void)
{
  g_thread_join (g_thread_new ("deep", overflow_thread, NULL));
}

static void
overflow (void)
{
  recurse (0);
}

static void
divide (void)
{
  raise (SIGFPE);
}

/* Nobody reads what is said on stderr: the report ends without the rest, and the process as it would have. */
static void
say_to_nobody (void)
{
  int ends[2];
  if (pipe (ends) != 0 || fcntl (ends[1], F_SETFL, O_NONBLOCK) != 0)
    return;
  while (write (ends[1], "much", 4) > 0)
    ;
  fcntl (ends[1], F_SETFL, 0);
  dup2 (ends[1], STDERR_FILENO);
  read_nowhere ();
}

static gpointer
crash_together (gpointer data)
{
  pthread_barrier_wait (data);
  read_nowhere ();
  return NULL;
}

static void
crash_in_many (void)
{
  pthread_barrier_t barrier;
  pthread_barrier_init (&barrier, NULL, CRASHERS);
  for (unsigned i = 1; i < CRASHERS; i++)
    g_thread_unref (g_thread_new ("crasher", crash_together, &barrier));
  crash_together (&barrier);
}

static void
without_descriptors (void)
{
  setrlimit (RLIMIT_NOFILE, &(struct rlimit){.rlim_cur = 32, .rlim_max = 32});
  while (dup (STDERR_FILENO) >= 0)
    ;
  read_nowhere ();
}

/* A frame pointer and a return address that lead nowhere: the walk faults. */
static void
break_stack (void)
{
  volatile uintptr_t *frame = __builtin_frame_address (0);
  frame[0] = 0x10;
  frame[1] = 0x18;
  read_nowhere ();
}

static bool
skip_if_sanitized (void)
{
  if (IS_SANITIZED)
    g_test_skip ("under a sanitizer");
  return IS_SANITIZED;
}

/* The signal that ended a child which did @fault; what it said on stderr in @ret_line. */
static int
crash (const CamCrashSetup *setup, void (*fault) (void), char *ret_line)
{
  int ends[2];
  g_assert_cmpint (pipe (ends), ==, 0);
  pid_t child = fork ();
  g_assert_cmpint (child, >=, 0);
  if (child == 0) {
    alarm (LIMIT_S);
    dup2 (ends[1], STDERR_FILENO);
    setrlimit (RLIMIT_CORE, &(struct rlimit){.rlim_cur = 0});
    cam_alternate_stack_open ();
    cam_crash_handler_install (setup);
    fault ();
    _exit (0);
  }
  close (ends[1]);
  size_t length = 0;
  ssize_t size = 0;
  while (length < MAX_LINE - 1 && (size = read (ends[0], ret_line + length, MAX_LINE - 1 - length)) > 0)
    length += (size_t) size;
  ret_line[length] = '\0';
  close (ends[0]);
  int status = 0;
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  g_assert_true (WIFSIGNALED (status));
  return WTERMSIG (status);
}

/* The one report, which is removed. (transfer full) */
static char *
take_report (const Fixture *fixture)
{
  g_autoptr (GDir) folder = g_dir_open (fixture->reports, 0, NULL);
  g_assert_nonnull (folder);
  g_autofree char *path = g_build_filename (fixture->reports, g_dir_read_name (folder), NULL);
  g_assert_null (g_dir_read_name (folder));
  char *content = NULL;
  g_assert_true (g_file_get_contents (path, &content, NULL, NULL));
  GStatBuf status;
  g_assert_cmpint (g_stat (path, &status), ==, 0);
  g_assert_cmpuint (status.st_mode & 0777, ==, 0600);
  g_unlink (path);
  return content;
}

static void
assert_holds (const char *text, const char *part)
{
  if (strstr (text, part) == NULL)
    g_error ("no \"%s\" in:\n%s", part, text);
}

static unsigned
count_frames (const char *report)
{
  g_auto (GStrv) lines = g_strsplit (report, "\n", -1);
  unsigned first = 0;
  while (g_strcmp0 (lines[first], "frames:") != 0)
    first++;
  unsigned end = first;
  while (g_strcmp0 (lines[end], "modules:") != 0)
    end++;
  return end - first - 1;
}

static void
assert_is_whole (const char *report)
{
  g_assert_true (g_str_has_prefix (report, "camrelay crash report, format 1\nprogram: camrelayd "));
  g_assert_true (g_str_has_suffix (report, "\nend of report\n"));
  static const char *const parts[] = {"\ntime: 20", "\npid: ", "\nthread-id: ", "\nregisters:\n", "\nframes:\nat 0x", "\nmodules:\n0x", "\nmaps:\n", "[stack]", "libglib-2.0.so"};
  for (gsize i = 0; i < G_N_ELEMENTS (parts); i++)
    assert_holds (report, parts[i]);
}

typedef struct {
  const char *name;
  void (*fault) (void);
  int number;
  const char *in_report;
  unsigned least_frames;
} Row;

static const Row rows[] = {
  {"read", read_nowhere, SIGSEGV, "\nsignal: SIGSEGV\ncode: SEGV_MAPERR\naddress: 0x0000000000000008\n", 4},
  {"call", call_nowhere, SIGSEGV, "\nframes:\nat 0x0000000000000000 +0x0 - -\nafter 0x", 4},
  {"overflow", overflow, SIGSEGV, "\nsignal: SIGSEGV\n", 100},
  {"overflow-in-thread", overflow_in_thread, SIGSEGV, "\nthread: deep\n", 100},
  {"raised", divide, SIGFPE, "\nsignal: SIGFPE\ncode: SI_TKILL\nsender: pid ", 4},
  {"abort", abort, SIGABRT, "\nsignal: SIGABRT\ncode: SI_TKILL\n", 4},
  {"in-many", crash_in_many, SIGSEGV, "\naddress: 0x0000000000000008\n", 3},
  {"without-descriptors", without_descriptors, SIGSEGV, "\naddress: 0x0000000000000008\n", 4},
  {"broken-stack", break_stack, SIGSEGV, "\naddress: 0x0000000000000008\n", 1},
};

static void
test_row (Fixture *fixture, gconstpointer data)
{
  if (skip_if_sanitized ())
    return;
  const Row *row = data;
  char line[MAX_LINE];
  g_assert_cmpint (crash (&(CamCrashSetup){.folder = fixture->reports}, row->fault, line), ==, row->number);
  g_autofree char *report = take_report (fixture);
  assert_is_whole (report);
  assert_holds (report, row->in_report);
  g_assert_cmpuint (count_frames (report), >=, row->least_frames);
  g_assert_true (g_str_has_prefix (line, "ERROR crashed: SIG"));
  assert_holds (line, fixture->reports);
  g_assert_true (strchr (line, '\n') == line + strlen (line) - 1);
}

static void
test_late (Fixture *fixture, gconstpointer data)
{
  if (skip_if_sanitized ())
    return;
  char line[MAX_LINE];
  int64_t began_us = g_get_monotonic_time ();
  g_assert_cmpint (crash (&(CamCrashSetup){.folder = fixture->reports}, say_to_nobody, line), ==, SIGSEGV);
  g_assert_cmpint (g_get_monotonic_time () - began_us, <, LATE_US);
  g_autofree char *report = take_report (fixture);
  g_assert_cmpstr (line, ==, "");
  assert_holds (report, "\nframes:\nat 0x");
}

/* Nowhere to write: the line alone, with the calls. */
static void
test_no_folder (Fixture *fixture, gconstpointer data)
{
  if (skip_if_sanitized ())
    return;
  g_autofree char *too_long = g_strnfill (8192, 'x');
  const char *const folders[] = {NULL, "/proc/nowhere", too_long};
  for (gsize i = 0; i < G_N_ELEMENTS (folders); i++) {
    char line[MAX_LINE];
    g_assert_cmpint (crash (&(CamCrashSetup){.folder = folders[i]}, read_nowhere, line), ==, SIGSEGV);
    assert_holds (line, "ERROR crashed: SIGSEGV (SEGV_MAPERR) at 0x8 in thread ");
    assert_holds (line, ": test-crash-handler+0x");
    g_assert_null (strstr (line, "report:"));
  }
}

static void
test_journal (Fixture *fixture, gconstpointer data)
{
  if (skip_if_sanitized ())
    return;
  g_autofree char *path = g_build_filename (fixture->folder, "socket", NULL);
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  g_strlcpy (address.sun_path, path, sizeof address.sun_path);
  int journal = socket (AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  g_assert_cmpint (bind (journal, (struct sockaddr *) &address, sizeof address), ==, 0);
  char line[MAX_LINE], entry[MAX_LINE] = "";
  g_assert_cmpint (crash (&(CamCrashSetup){.journal = path}, read_nowhere, line), ==, SIGSEGV);
  g_assert_cmpstr (line, ==, "");
  g_assert_cmpint (recv (journal, entry, sizeof entry - 1, MSG_DONTWAIT), >, 0);
  assert_holds (entry, "PRIORITY=2\nSYSLOG_IDENTIFIER=camrelayd\nMESSAGE_ID=");
  assert_holds (entry, "\nMESSAGE=crashed: SIGSEGV (SEGV_MAPERR) at 0x8 in thread ");
  close (journal);
  /* Nobody listens any more. */
  g_assert_cmpint (crash (&(CamCrashSetup){.journal = path}, read_nowhere, line), ==, SIGSEGV);
  assert_holds (line, "crashed: SIGSEGV");
  g_unlink (path);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *path = g_strconcat ("/crash-handler/", rows[i].name, NULL);
    g_test_add (path, Fixture, &rows[i], set_up, test_row, tear_down);
  }
  g_test_add ("/crash-handler/late", Fixture, NULL, set_up, test_late, tear_down);
  g_test_add ("/crash-handler/no-folder", Fixture, NULL, set_up, test_no_folder, tear_down);
  g_test_add ("/crash-handler/journal", Fixture, NULL, set_up, test_journal, tear_down);
  return g_test_run ();
}
