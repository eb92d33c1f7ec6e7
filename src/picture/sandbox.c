#include "picture/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#define NICENESS 10
#define FIRST_FOREIGN_FD 3

/* What memory, threads and the two pipes need. Calls that carry a path, an address or a process are none of them. */
static const int allowed_calls[] = {
    SCMP_SYS (brk),
    SCMP_SYS (clock_getres),
    SCMP_SYS (clock_gettime),
    SCMP_SYS (clock_nanosleep),
    SCMP_SYS (close),
    SCMP_SYS (eventfd2),
    SCMP_SYS (exit),
    SCMP_SYS (exit_group),
    SCMP_SYS (futex),
    SCMP_SYS (getcpu),
    SCMP_SYS (getpid),
    SCMP_SYS (getrandom),
    SCMP_SYS (getrusage),
    SCMP_SYS (gettid),
    SCMP_SYS (gettimeofday),
    SCMP_SYS (lseek),
    SCMP_SYS (madvise),
    SCMP_SYS (mremap),
    SCMP_SYS (munmap),
    SCMP_SYS (nanosleep),
    SCMP_SYS (poll),
    SCMP_SYS (ppoll),
    SCMP_SYS (read),
    SCMP_SYS (readv),
    SCMP_SYS (restart_syscall),
    SCMP_SYS (rseq),
    SCMP_SYS (rt_sigaction),
    SCMP_SYS (rt_sigprocmask),
    SCMP_SYS (rt_sigreturn),
    SCMP_SYS (sched_getaffinity),
    SCMP_SYS (sched_yield),
    SCMP_SYS (set_robust_list),
    SCMP_SYS (sigaltstack),
    SCMP_SYS (time),
    SCMP_SYS (write),
    SCMP_SYS (writev),
};

/* Nothing of ours ever asks for these: who does has been taken over. */
static const int deadly_calls[] = {
    SCMP_SYS (bpf),
    SCMP_SYS (connect),
    SCMP_SYS (execve),
    SCMP_SYS (execveat),
    SCMP_SYS (io_uring_setup),
    SCMP_SYS (process_vm_readv),
    SCMP_SYS (process_vm_writev),
    SCMP_SYS (ptrace),
    SCMP_SYS (socket),
};

static bool
limit (__rlimit_resource_t resource, rlim_t most)
{
  return setrlimit (resource, &(struct rlimit){.rlim_cur = most, .rlim_max = most}) == 0;
}

static bool
limit_resources (const CamSandboxLimits *limits)
{
  return limit (RLIMIT_DATA, limits->memory_bytes) && limit (RLIMIT_CPU, limits->cpu_seconds) && limit (RLIMIT_FSIZE, 0) &&
         limit (RLIMIT_CORE, 0) && limit (RLIMIT_NOFILE, 32);
}

/* The filter lets no file be opened in any case; where the kernel has Landlock, that is said twice. A kernel without it is no reason to
 * decode nothing. */
static void
close_file_system (void)
{
  struct landlock_ruleset_attr rules = {
      .handled_access_fs = LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_READ_FILE |
                           LANDLOCK_ACCESS_FS_READ_DIR | LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_REMOVE_FILE |
                           LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG |
                           LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_MAKE_FIFO | LANDLOCK_ACCESS_FS_MAKE_BLOCK |
                           LANDLOCK_ACCESS_FS_MAKE_SYM,
  };
  int ruleset = (int) syscall (SYS_landlock_create_ruleset, &rules, sizeof rules, 0);
  if (ruleset < 0)
    return;
  syscall (SYS_landlock_restrict_self, ruleset, 0);
  close (ruleset);
}

static bool
add_rules (scmp_filter_ctx filter)
{
  int failed = 0;
  for (size_t i = 0; i < sizeof allowed_calls / sizeof allowed_calls[0]; i++)
    failed |= seccomp_rule_add (filter, SCMP_ACT_ALLOW, allowed_calls[i], 0);
  for (size_t i = 0; i < sizeof deadly_calls / sizeof deadly_calls[0]; i++)
    failed |= seccomp_rule_add (filter, SCMP_ACT_KILL_PROCESS, deadly_calls[i], 0);
  /* Threads, no processes. clone3 has its flags behind a pointer, where a filter does not see them; without it, the C library uses clone.
   */
  failed |= seccomp_rule_add (filter, SCMP_ACT_ALLOW, SCMP_SYS (clone), 1, SCMP_A0 (SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD));
  failed |= seccomp_rule_add (filter, SCMP_ACT_ERRNO (ENOSYS), SCMP_SYS (clone3), 0);
  failed |= seccomp_rule_add (filter, SCMP_ACT_ALLOW, SCMP_SYS (mmap), 1, SCMP_A2 (SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
  failed |= seccomp_rule_add (filter, SCMP_ACT_ALLOW, SCMP_SYS (mprotect), 1, SCMP_A2 (SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
  failed |= seccomp_rule_add (filter, SCMP_ACT_ALLOW, SCMP_SYS (prctl), 1, SCMP_A0 (SCMP_CMP_EQ, PR_SET_NAME));
  /* GStreamer's buffer pools wake themselves through a pair, which leads nowhere else. */
  failed |= seccomp_rule_add (filter, SCMP_ACT_ALLOW, SCMP_SYS (socketpair), 1, SCMP_A0 (SCMP_CMP_EQ, AF_UNIX));
  failed |= seccomp_rule_add (filter, SCMP_ACT_ALLOW, SCMP_SYS (fcntl), 1, SCMP_A1 (SCMP_CMP_EQ, F_SETFL));
  failed |= seccomp_rule_add (filter, SCMP_ACT_ALLOW, SCMP_SYS (prlimit64), 1, SCMP_A2 (SCMP_CMP_EQ, 0)); /* to read them */
  failed |= seccomp_rule_add (filter, SCMP_ACT_ALLOW, SCMP_SYS (tgkill), 1, SCMP_A0 (SCMP_CMP_EQ, (scmp_datum_t) getpid ())); /* abort () */
  return failed == 0;
}

static bool
filter_calls (void)
{
  scmp_filter_ctx filter = seccomp_init (SCMP_ACT_ERRNO (EPERM));
  if (filter == NULL)
    return false;
  bool is_loaded = seccomp_attr_set (filter, SCMP_FLTATR_CTL_TSYNC, 1) == 0 && add_rules (filter) && seccomp_load (filter) == 0;
  seccomp_release (filter);
  return is_loaded;
}

bool
cam_sandbox_enter (const CamSandboxLimits *limits, const char **ret_why)
{
  setpriority (PRIO_PROCESS, 0, NICENESS); /* a favour to the daemon, no wall: a service's own filter may refuse it */
  if (close_range (FIRST_FOREIGN_FD, ~0u, 0) != 0) {
    *ret_why = "cannot close descriptors";
    return false;
  }
  if (prctl (PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || prctl (PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) {
    *ret_why = "cannot give up privileges";
    return false;
  }
  if (!limit_resources (limits)) {
    *ret_why = "cannot limit time and memory";
    return false;
  }
  close_file_system ();
  if (!filter_calls ()) {
    *ret_why = "cannot filter system calls";
    return false;
  }
  return true;
}
