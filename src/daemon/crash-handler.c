#include "daemon/crash-handler.h"

#include <fcntl.h>
#include <glib.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "camrelay/exit-codes.h"
#include "camrelay/log-fields.h"
#include "daemon/crash-facts.h"
#include "daemon/crash-signals.h"

#ifdef CAM_SANITIZED
#define IS_SANITIZED true
#else
#define IS_SANITIZED false
#endif

enum {
  REPORT_LIMIT_S = 1,
  OTHERS_WAIT_MS = 2000, /* for the thread that reports: its end is everybody's */
  FEW_FRAMES = 3, /* a thread's own two outermost and one more: fewer mean that the walk has lost its way */
};

/* A signal handler has no owner to ask: this is set up once, and from then on read; what changes belongs to the thread that reports. */
static struct {
  pid_t pid;
  int folder_fd;  /* -1: no reports */
  int maps_fd;    /* -1: none */
  int journal_fd; /* -1: to stderr */
  int spare_fd;   /* given up for the report when no descriptor is left */
  struct sockaddr_un journal;
  char folder[PATH_MAX];
  char program[PATH_MAX];
  atomic_int reporter; /* a thread's id; 0: nobody has crashed */
  volatile int number; /* of its signal */
  volatile bool is_walking;
  sigjmp_buf retreat; /* out of a fault while it walks */
} shared;

/* The signal comes again, with what was known of it, when the handler returns: registers are then those of the fault, and so is the core. */
static void
die (int number, siginfo_t *info)
{
  sigaction (number, &(struct sigaction){.sa_handler = SIG_DFL}, NULL);
  /* Where a filter of system calls does not know the former, the signal matters more than what was known of it. */
  if (syscall (SYS_rt_tgsigqueueinfo, getpid (), gettid (), number, info) != 0)
    syscall (SYS_tgkill, getpid (), gettid (), number);
}

/* In any thread, when the report takes too long: what is written is written. */
static void
on_late (int alarm_number)
{
  int number = shared.number;
  sigaction (number, &(struct sigaction){.sa_handler = SIG_DFL}, NULL);
  sigset_t these;
  sigemptyset (&these);
  sigaddset (&these, number);
  pthread_sigmask (SIG_UNBLOCK, &these, NULL);
  syscall (SYS_tgkill, getpid (), gettid (), number);
  _exit (CAM_EXIT_INTERNAL);
}

static void
limit_time (int number)
{
  shared.number = number;
  struct sigaction action = {.sa_handler = on_late, .sa_flags = SA_ONSTACK};
  sigaction (SIGALRM, &action, NULL);
  sigset_t these;
  sigemptyset (&these);
  sigaddset (&these, SIGALRM);
  pthread_sigmask (SIG_UNBLOCK, &these, NULL);
  setitimer (ITIMER_REAL, &(struct itimerval){.it_value = {.tv_sec = REPORT_LIMIT_S}}, NULL);
}

/* A broken stack faults while it is walked. Only then may these signals come again: everywhere else the system ends the process at once. */
static bool
walk (void (*step) (CamCrashStack *stack, ucontext_t *context), CamCrashStack *stack, ucontext_t *context)
{
  sigset_t faults;
  sigemptyset (&faults);
  sigaddset (&faults, SIGSEGV);
  sigaddset (&faults, SIGBUS);
  bool is_whole = sigsetjmp (shared.retreat, 0) == 0;
  if (is_whole) {
    shared.is_walking = true;
    pthread_sigmask (SIG_UNBLOCK, &faults, NULL);
    step (stack, context);
  }
  pthread_sigmask (SIG_BLOCK, &faults, NULL);
  shared.is_walking = false;
  return is_whole;
}

static void
find_frames (CamCrashStack *stack, ucontext_t *context)
{
  ucontext_t original = *context;
  stack->count = 0;
  walk (cam_crash_unwind, stack, context);
  *context = original;
  if (stack->count < FEW_FRAMES)
    walk (cam_crash_unwind_guess, stack, context);
}

static CamCrashFacts
gather (int number, siginfo_t *info, const ucontext_t *context)
{
  struct timespec now = {.tv_sec = 0};
  clock_gettime (CLOCK_REALTIME, &now);
  CamCrashFacts facts = {
    .number = number,
    .info = info,
    .context = context,
    .program = shared.program,
    .pid = shared.pid,
    .thread_id = gettid (),
    .unix_s = now.tv_sec,
  };
  prctl (PR_GET_NAME, facts.thread);
  return facts;
}

/* -1: no report. */
static int
open_report (const CamCrashFacts *facts, CamCrashText *ret_name)
{
  cam_crash_text_open (ret_name, -1);
  cam_crash_text_add (ret_name, "crash-");
  cam_crash_text_add_time (ret_name, facts->unix_s, true);
  cam_crash_text_add (ret_name, "-");
  cam_crash_text_add_number (ret_name, facts->pid);
  cam_crash_text_add (ret_name, ".txt");
  if (shared.folder_fd < 0)
    return -1;
  close (shared.spare_fd);
  return openat (shared.folder_fd, ret_name->bytes, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
}

/* To stderr unless the journal takes it: systemd.io, "Native Journal Protocol". */
static void
say (const CamCrashFacts *facts, const CamCrashStack *stack, const char *report)
{
  CamCrashText text;
  bool to_journal = shared.journal_fd >= 0;
  cam_crash_text_open (&text, to_journal ? -1 : STDERR_FILENO);
  cam_crash_text_add (&text, to_journal ? "PRIORITY=2\nSYSLOG_IDENTIFIER=camrelayd\nMESSAGE_ID=" CAM_MSG_CRASHED "\nMESSAGE=" : "ERROR ");
  cam_crash_facts_write_line (facts, stack, &text);
  if (report != NULL) {
    cam_crash_text_add (&text, "; report: ");
    cam_crash_text_add_foreign (&text, shared.folder);
    cam_crash_text_add (&text, "/");
    cam_crash_text_add (&text, report);
  }
  cam_crash_text_add (&text, "\n");
  const struct sockaddr *address = (const void *) &shared.journal;
  if (to_journal && sendto (shared.journal_fd, text.bytes, text.length, MSG_DONTWAIT | MSG_NOSIGNAL, address, sizeof shared.journal) < 0)
    text.fd = STDERR_FILENO;
  cam_crash_text_flush (&text);
}

static void
report (int number, siginfo_t *info, ucontext_t *context)
{
  CamCrashText text, name;
  CamCrashStack stack;
  CamCrashFacts facts = gather (number, info, context);
  int fd = open_report (&facts, &name);
  /* Piece by piece: whatever stops the rest, what is known by then is kept. */
  cam_crash_text_open (&text, fd);
  cam_crash_facts_write_head (&facts, &text);
  cam_crash_text_flush (&text);
  find_frames (&stack, context);
  cam_crash_facts_write_frames (&facts, &stack, &text);
  cam_crash_text_flush (&text);
  say (&facts, &stack, fd >= 0 ? name.bytes : NULL);
  if (fd < 0)
    return;
  cam_crash_facts_write_modules (&facts, shared.maps_fd, &text);
  cam_crash_text_flush (&text);
  cam_crash_facts_write_maps (shared.maps_fd, &text);
  cam_crash_text_add (&text, "end of report\n");
  cam_crash_text_flush (&text);
  close (fd);
}

static void
on_fault (int number, siginfo_t *info, void *data)
{
  int reporter = 0;
  /* A child that has not become another program yet is not us. */
  if (getpid () != shared.pid) {
    die (number, info);
    return;
  }
  if (atomic_compare_exchange_strong (&shared.reporter, &reporter, gettid ())) {
    limit_time (number);
    report (number, info, data);
  } else if (reporter != gettid ()) {
    poll (NULL, 0, OTHERS_WAIT_MS);
  } else if (shared.is_walking) {
    siglongjmp (shared.retreat, 1);
  }
  die (number, info);
}

static void
open_journal (const char *path)
{
  shared.journal_fd = -1;
  if (path == NULL || strlen (path) >= sizeof shared.journal.sun_path)
    return;
  shared.journal.sun_family = AF_UNIX;
  g_strlcpy (shared.journal.sun_path, path, sizeof shared.journal.sun_path);
  shared.journal_fd = socket (AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
}

static void
open_folder (const char *folder)
{
  shared.folder_fd = -1;
  if (folder == NULL || g_strlcpy (shared.folder, folder, sizeof shared.folder) >= sizeof shared.folder)
    return;
  if (g_mkdir_with_parents (folder, 0700) == 0)
    shared.folder_fd = open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static void
find_program (void)
{
  ssize_t length = readlink ("/proc/self/exe", shared.program, sizeof shared.program - 1);
  shared.program[length > 0 ? length : 0] = '\0';
}

void
cam_crash_handler_install (const CamCrashSetup *setup)
{
  if (IS_SANITIZED)
    return;
  shared.pid = getpid ();
  open_folder (setup->folder);
  open_journal (setup->journal);
  find_program ();
  shared.maps_fd = open ("/proc/self/maps", O_RDONLY | O_CLOEXEC);
  shared.spare_fd = open ("/dev/null", O_RDONLY | O_CLOEXEC);
  cam_crash_unwind_warm_up ();
  struct sigaction action = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO | SA_ONSTACK};
  sigfillset (&action.sa_mask);
  sigdelset (&action.sa_mask, SIGALRM);
  for (size_t i = 0; i < G_N_ELEMENTS (cam_crash_signals); i++)
    sigaction (cam_crash_signals[i], &action, NULL);
}
