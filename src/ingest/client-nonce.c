#include "ingest/client-nonce.h"

#include <glib.h>
#include <stdint.h>
#include <sys/random.h>

/* It needs to be new, not secret: when the kernel has no randomness yet, GLib's will do. */
char *
cam_client_nonce_make (void)
{
  uint64_t random[2] = {g_random_int (), (uint64_t) g_get_real_time ()};
  ssize_t got = getrandom (random, sizeof random, GRND_NONBLOCK);
  return g_strdup_printf ("%016" G_GINT64_MODIFIER "x%016" G_GINT64_MODIFIER "x", got >= 0 ? random[0] : random[1], random[1]);
}
