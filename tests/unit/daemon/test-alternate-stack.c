#include "daemon/alternate-stack.h"

#include <glib.h>
#include <pthread.h>
#include <signal.h>

enum { TINY_BYTES = 128 * 1024 };

static gpointer
look (gpointer data)
{
  stack_t stack;
  g_assert_cmpint (sigaltstack (NULL, &stack), ==, 0);
  return GINT_TO_POINTER (stack.ss_flags == SS_DISABLE ? 1 : 2);
}

static gpointer
leave (gpointer data)
{
  pthread_exit (look (data));
}

/* ThreadSanitizer and AddressSanitizer bring a pthread_create () of their own. */
#ifdef CAM_SANITIZED
#define WITH_STACK 0
#else
#define WITH_STACK 2
#endif

static void
test_first_thread (void)
{
  g_assert_cmpint (GPOINTER_TO_INT (look (NULL)), ==, 2);
}

/* GLib's threads stand for those of all libraries. */
static void
test_of_a_library (void)
{
  if (WITH_STACK == 0) {
    g_test_skip ("under a sanitizer");
    return;
  }
  for (unsigned i = 0; i < 100; i++)
    g_assert_cmpint (GPOINTER_TO_INT (g_thread_join (g_thread_new ("library", look, NULL))), ==, WITH_STACK);
}

static gpointer
run (const pthread_attr_t *attributes, void *(*start) (void *))
{
  pthread_t thread;
  void *result = NULL;
  g_assert_cmpint (pthread_create (&thread, attributes, start, NULL), ==, 0);
  g_assert_cmpint (pthread_join (thread, &result), ==, 0);
  return result;
}

static void
test_leaves_early (void)
{
  g_assert_nonnull (run (NULL, leave));
}

static void
test_tiny_thread (void)
{
  pthread_attr_t attributes;
  pthread_attr_init (&attributes);
  g_assert_cmpint (pthread_attr_setstacksize (&attributes, TINY_BYTES), ==, 0);
  g_assert_cmpint (WITH_STACK == 0 ? 1 : GPOINTER_TO_INT (run (&attributes, look)), ==, 1);
  pthread_attr_destroy (&attributes);
}

int
main (int argc, char **argv)
{
  cam_alternate_stack_open ();
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/alternate-stack/first-thread", test_first_thread);
  g_test_add_func ("/alternate-stack/of-a-library", test_of_a_library);
  g_test_add_func ("/alternate-stack/leaves-early", test_leaves_early);
  g_test_add_func ("/alternate-stack/tiny-thread", test_tiny_thread);
  return g_test_run ();
}
