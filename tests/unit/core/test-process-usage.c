#include "core/process-usage.h"

#include <fcntl.h>
#include <glib.h>
#include <unistd.h>

static gpointer
wait_for_end (gpointer data)
{
  g_mutex_lock (data);
  g_mutex_unlock (data);
  return NULL;
}

static void
test_read (void)
{
  GMutex mutex;
  g_mutex_init (&mutex);
  g_mutex_lock (&mutex);
  CamProcessUsage before = cam_process_usage_read ();
  GThread *thread = g_thread_new ("waits", wait_for_end, &mutex);
  int fd = open ("/dev/null", O_RDONLY | O_CLOEXEC);
  CamProcessUsage after = cam_process_usage_read ();
  g_mutex_unlock (&mutex);
  g_thread_join (thread);
  g_mutex_clear (&mutex);
  close (fd);
  g_assert_cmpuint (before.threads, >=, 1);
  g_assert_cmpuint (after.threads, >, before.threads); /* with the first of a program a sanitizer begins one of its own */
  g_assert_cmpuint (before.descriptors, >=, 3);
  g_assert_cmpuint (after.descriptors, ==, before.descriptors + 1);
  g_assert_cmpuint (before.descriptor_limit, >=, before.descriptors);
  g_assert_cmpuint (before.resident_bytes, >, 64 * 1024);
  g_assert_cmpfloat (after.cpu_s, >=, before.cpu_s);
}

#define BEHIND_NAME " S 1 1 1 0 -1 4194560 100 0 0 0 250 150 0 0 20 0 7 0 12345 1000000 300 18446744073709551615 1 1"

static void
test_parse (void)
{
  static const char *const senseless[] = { "", "1 (a", "1 (a) S 1 1", "1 (a) S 1 1 1 0 -1 4194560 100 0 0 0 x 150 0 0 20 0 7 0 1 1 300" };
  CamProcessUsage usage = { .threads = 99, .descriptors = 5 };
  for (unsigned i = 0; i < G_N_ELEMENTS (senseless); i++)
    g_assert_false (cam_process_usage_parse (senseless[i], 100, 4096, &usage));
  g_assert_cmpuint (usage.threads, ==, 99);
  /* A name may hold what looks like its end. */
  g_assert_true (cam_process_usage_parse ("4711 (a ) S 1 (b)" BEHIND_NAME, 100, 4096, &usage));
  g_assert_cmpuint (usage.threads, ==, 7);
  g_assert_cmpuint (usage.resident_bytes, ==, 300 * 4096);
  g_assert_cmpfloat (usage.cpu_s, ==, 4.0);
  g_assert_cmpuint (usage.descriptors, ==, 5);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/process-usage/read", test_read);
  g_test_add_func ("/process-usage/parse", test_parse);
  return g_test_run ();
}
