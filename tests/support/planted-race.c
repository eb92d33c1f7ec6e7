/* Two threads count in one variable without a lock: ThreadSanitizer must end this with exit status 66, or its gate does not work.
 * The threads are GLib's, because a suppression that is too wide would hide exactly what begins there.
 * Thread: one, which starts two. Owner: none. */
#include <glib.h>
#include <stdio.h>

#define ROUNDS 100000

static gpointer
count (gpointer data)
{
  volatile unsigned *counter = data;
  for (unsigned i = 0; i < ROUNDS; i++)
    *counter = *counter + 1;
  return NULL;
}

int
main (void)
{
  unsigned counter = 0;
  GThread *threads[2] = {NULL};
  for (unsigned i = 0; i < G_N_ELEMENTS (threads); i++) {
    threads[i] = g_thread_try_new ("racer", count, &counter, NULL);
    g_assert_nonnull (threads[i]);
  }
  for (unsigned i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  printf ("counted to %u of %u, unnoticed\n", counter, 2 * ROUNDS);
  return 0;
}
