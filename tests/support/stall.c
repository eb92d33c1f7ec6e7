/* Preloaded into the daemon: takes the place of a function that every thread calls all the time, and lets the thread in it get stuck whose name stands in
 * the file $CAMRELAY_STALL, until the name is taken out of it again. */
#include <fcntl.h>
#include <glib.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#define EXPORTED __attribute__ ((visibility ("default"), noinline))

enum { NAME_BYTES = 16 };

static volatile char *wanted; /* of NAME_BYTES; NULL: nobody */

__attribute__ ((constructor)) static void
map_file (void)
{
  const char *path = getenv ("CAMRELAY_STALL");
  int fd = path != NULL ? open (path, O_RDONLY | O_CLOEXEC) : -1;
  if (fd < 0)
    return;
  void *page = mmap (NULL, NAME_BYTES, PROT_READ, MAP_SHARED, fd, 0);
  close (fd);
  if (page != MAP_FAILED)
    wanted = page;
}

void stall_here (void);
EXPORTED void
stall_here (void)
{
  while (wanted[0] != '\0')
    usleep (1000);
}

static int
is_wanted (void)
{
  char name[NAME_BYTES] = { 0 };
  prctl (PR_GET_NAME, name);
  for (unsigned i = 0; i < NAME_BYTES && wanted[i] == name[i]; i++)
    if (name[i] == '\0')
      return 1;
  return 0;
}

EXPORTED gint64
g_get_monotonic_time (void)
{
  if (wanted != NULL && wanted[0] != '\0' && is_wanted ())
    stall_here ();
  struct timespec now;
  clock_gettime (CLOCK_MONOTONIC, &now);
  return (gint64) now.tv_sec * 1000000 + now.tv_nsec / 1000;
}
