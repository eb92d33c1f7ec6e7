#include "serve/random-bytes.h"

#include <errno.h>
#include <glib.h>
#include <stdint.h>
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

void
cam_random_hex (char *text, size_t size)
{
  uint8_t bytes[128];
  size_t n = (size - 1) / 2;
  g_assert (size > 0 && n <= sizeof bytes);
  cam_random_fill (bytes, n);
  for (size_t i = 0; i < n; i++)
    g_snprintf (text + 2 * i, 3, "%02x", bytes[i]);
  text[2 * n] = '\0';
}
