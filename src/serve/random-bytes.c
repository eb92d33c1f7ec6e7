#include "serve/random-bytes.h"

#include <errno.h>
#include <glib.h>
#include <sys/random.h>

/* Up to 256 bytes come whole once the kernel's generator is ready (getrandom (2)). */
void
cam_random_fill (void *into, size_t size)
{
  ssize_t got = -1;
  do
    got = getrandom (into, size, 0);
  while (got < 0 && errno == EINTR);
  if (got != (ssize_t) size)
    g_error ("the kernel gives no random numbers: %s", g_strerror (errno));
}
