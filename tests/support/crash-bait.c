/* Preloaded into the daemon. $CRASH_BAIT=PROGRAM:MODULE:OFFSET: in a process called PROGRAM, the code at OFFSET of the loaded file whose name begins with MODULE becomes an
 * instruction that does not exist, so that whoever gets there crashes there. And on a signal stack, where a crash is reported, asking for memory or for the list of
 * modules ends the process with status 99. $CRASH_BAIT=trap tries that out. */
#include <dlfcn.h>
#include <errno.h>
#include <link.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { TRAPPED = 99, ILLEGAL_BYTES = 4, STACK_BYTES = 65536 };

#define OURS __attribute__ ((visibility ("default")))

/* What the C library's own names stand for. */
void *__libc_malloc (size_t size);
void *__libc_calloc (size_t count, size_t size);
void *__libc_realloc (void *memory, size_t size);
void __libc_free (void *memory);

typedef int (*Iterate) (int (*callback) (struct dl_phdr_info *, size_t, void *), void *data);

typedef struct {
  const char *name; /* how the module's begins */
  uintptr_t bias;
  bool is_found;
} Search;

static void
trap (const char *what)
{
  stack_t stack;
  if (sigaltstack (NULL, &stack) != 0 || (stack.ss_flags & SS_ONSTACK) == 0)
    return;
  ssize_t written = write (STDERR_FILENO, what, strlen (what));
  (void) written;
  _exit (TRAPPED);
}

OURS void *
malloc (size_t size)
{
  trap ("TRAPPED malloc\n");
  return __libc_malloc (size);
}

OURS void *
calloc (size_t count, size_t size)
{
  trap ("TRAPPED calloc\n");
  return __libc_calloc (count, size);
}

OURS void *
realloc (void *memory, size_t size)
{
  trap ("TRAPPED realloc\n");
  return __libc_realloc (memory, size);
}

OURS void
free (void *memory)
{
  trap ("TRAPPED free\n");
  __libc_free (memory);
}

OURS int
dl_iterate_phdr (int (*callback) (struct dl_phdr_info *, size_t, void *), void *data)
{
  trap ("TRAPPED dl_iterate_phdr\n");
  return ((Iterate) dlsym (RTLD_NEXT, "dl_iterate_phdr")) (callback, data);
}

static int
look_at_module (struct dl_phdr_info *info, size_t size, void *data)
{
  Search *search = data;
  const char *path = info->dlpi_name[0] != '\0' ? info->dlpi_name : program_invocation_short_name;
  const char *slash = strrchr (path, '/');
  const char *name = slash != NULL ? slash + 1 : path;
  if (strncmp (name, search->name, strlen (search->name)) != 0)
    return 0;
  search->bias = info->dlpi_addr;
  search->is_found = true;
  return 1;
}

static void
lay (uintptr_t address)
{
  static const unsigned char illegal[ILLEGAL_BYTES] = {
#if defined(__x86_64__)
    0x0f, 0x0b, 0x0f, 0x0b, /* ud2 */
#endif                      /* AArch64: udf #0 */
  };
  uintptr_t page = (uintptr_t) sysconf (_SC_PAGESIZE);
  void *start = (void *) (address & ~(page - 1));
  if (mprotect (start, 2 * page, PROT_READ | PROT_WRITE | PROT_EXEC) == 0)
    memcpy ((void *) address, illegal, sizeof illegal);
}

static void
ask_for_memory (int number)
{
  void *volatile memory = malloc (1);
  free (memory);
}

static void
try_trap (void)
{
  static char stack[STACK_BYTES];
  sigaltstack (&(stack_t){.ss_sp = stack, .ss_size = sizeof stack}, NULL);
  sigaction (SIGUSR1, &(struct sigaction){.sa_handler = ask_for_memory, .sa_flags = SA_ONSTACK}, NULL);
  raise (SIGUSR1);
}

__attribute__ ((constructor)) static void
set_bait (void)
{
  char text[256], *rest = text;
  const char *bait = getenv ("CRASH_BAIT");
  if (bait == NULL || strlen (bait) >= sizeof text)
    return;
  if (strcmp (bait, "trap") == 0)
    try_trap ();
  strcpy (text, bait);
  const char *program = strsep (&rest, ":");
  Search search = {.name = strsep (&rest, ":")};
  if (rest == NULL || strcmp (program, program_invocation_short_name) != 0)
    return;
  dl_iterate_phdr (look_at_module, &search);
  if (search.is_found)
    lay (search.bias + strtoul (rest, NULL, 16));
}
