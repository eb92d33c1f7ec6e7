#include "core/log-ring.h"

#include <stdio.h>
#include <time.h>

#define WRITERS 4
#define LINES_EACH 5000

static const CamLogRingLine *
line_at (const GPtrArray *lines, unsigned index)
{
  g_assert_cmpuint (index, <, lines->len);
  return g_ptr_array_index (lines, index);
}

static void
test_closed (void)
{
  g_assert_false (cam_log_ring_is_open ());
  cam_log_ring_add (CAM_LOG_ERROR, "nowhere");
  g_autoptr (GPtrArray) lines = cam_log_ring_list (CAM_LOG_DEBUG, 0, 10);
  g_assert_cmpuint (lines->len, ==, 0);
}

/* What is not written is kept all the same, whole: one line, with whom it is about. */
static void
test_every_level_is_kept (void)
{
  cam_log_init (CAM_LOG_ERROR);
  cam_log_ring_open ();
  g_assert_true (cam_log_ring_is_open ());
  int64_t before_us = g_get_real_time ();
  cam_log (CAM_LOG_DEBUG, NULL, &(CamLogFields){.camera = "yard", .stream = "main", .cause = "timeout"}, "said %s\nand more", "this");
  cam_log (CAM_LOG_INFO, NULL, NULL, "an info");
  cam_log (CAM_LOG_WARNING, NULL, NULL, "a warning");
  g_autoptr (GPtrArray) all = cam_log_ring_list (CAM_LOG_DEBUG, 0, 10);
  g_assert_cmpuint (all->len, ==, 3);
  g_assert_cmpstr (line_at (all, 0)->text, ==, "camera yard main: said this\\x0aand more (cause=timeout)");
  g_assert_cmpint (line_at (all, 0)->level, ==, CAM_LOG_DEBUG);
  g_assert_cmpuint (line_at (all, 0)->number, ==, 1);
  g_assert_cmpint (line_at (all, 0)->unix_us, >=, before_us);
  g_assert_cmpstr (line_at (all, 2)->text, ==, "a warning");

  g_autoptr (GPtrArray) loud = cam_log_ring_list (CAM_LOG_WARNING, 0, 10);
  g_assert_cmpuint (loud->len, ==, 1);
  g_assert_cmpuint (line_at (loud, 0)->number, ==, 3);
  g_autoptr (GPtrArray) later = cam_log_ring_list (CAM_LOG_DEBUG, 1, 10);
  g_assert_cmpuint (later->len, ==, 2);
  g_assert_cmpuint (line_at (later, 0)->number, ==, 2);
  g_autoptr (GPtrArray) newest = cam_log_ring_list (CAM_LOG_DEBUG, 0, 1);
  g_assert_cmpuint (newest->len, ==, 1);
  g_assert_cmpuint (line_at (newest, 0)->number, ==, 3);
  g_autoptr (GPtrArray) none = cam_log_ring_list (CAM_LOG_DEBUG, 0, 0);
  g_assert_cmpuint (none->len, ==, 0);
}

/* Libraries name URLs as they were given; their debug lines stay out unless asked for. */
static void
test_libraries (void)
{
  g_log ("GLib-Net", G_LOG_LEVEL_MESSAGE, "cannot reach rtsp://admin:canary@cam/live?token=canary today");
  g_log ("GLib-Net", G_LOG_LEVEL_DEBUG, "a flood");
  g_autoptr (GPtrArray) lines = cam_log_ring_list (CAM_LOG_DEBUG, 3, 10);
  g_assert_cmpuint (lines->len, ==, 1);
  g_assert_cmpstr (line_at (lines, 0)->text, ==, "GLib-Net-INFO **: cannot reach rtsp://cam/live?token=… today");
}

static gpointer
write_many (gpointer data)
{
  for (unsigned i = 0; i < LINES_EACH; i++)
    cam_log (CAM_LOG_DEBUG, NULL, NULL, "writer %u says %u", GPOINTER_TO_UINT (data), i);
  return NULL;
}

/* Numbers have no gaps and each writer's lines are in its order, whoever reads meanwhile. */
static void
test_many_writers (void)
{
  GThread *writers[WRITERS];
  for (unsigned i = 0; i < WRITERS; i++)
    writers[i] = g_thread_new ("writer", write_many, GUINT_TO_POINTER (i));
  uint64_t after = 4;
  unsigned seen = 0;
  unsigned next[WRITERS] = {0};
  while (seen < WRITERS * LINES_EACH) {
    g_autoptr (GPtrArray) lines = cam_log_ring_list (CAM_LOG_DEBUG, after, G_MAXUINT);
    for (unsigned i = 0; i < lines->len; i++) {
      unsigned writer = 0;
      unsigned count = 0;
      g_assert_cmpint (sscanf (line_at (lines, i)->text, "writer %u says %u", &writer, &count), ==, 2);
      g_assert_cmpuint (line_at (lines, i)->number, ==, ++after);
      g_assert_cmpuint (count, ==, next[writer]++);
      seen++;
    }
  }
  for (unsigned i = 0; i < WRITERS; i++)
    g_thread_join (writers[i]);
}

static int64_t
thread_cpu_ns (void)
{
  struct timespec now;
  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &now);
  return (int64_t) now.tv_sec * 1000000000 + now.tv_nsec;
}

/* A line that nobody reads must cost next to nothing; here in processor time, with much to spare. */
static void
test_cost (void)
{
  enum { LINES = 20000 };
  CamLogFields fields = {.camera = "driveway", .stream = "main", .address = "192.168.1.21:51234"};
  int64_t began_ns = thread_cpu_ns ();
  for (unsigned i = 0; i < LINES; i++)
    cam_log (CAM_LOG_DEBUG, NULL, &fields, "a line of the usual length that nobody reads, number %u of many", i);
  int64_t each_ns = (thread_cpu_ns () - began_ns) / LINES;
  g_test_message ("a debug line that is only kept: %" G_GINT64_FORMAT " ns", each_ns);
  g_assert_cmpint (each_ns, <, 50000);
}

/* The ring is a process's: tests run in this order. */
int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/core/log-ring/1-closed", test_closed);
  g_test_add_func ("/core/log-ring/2-every-level-is-kept", test_every_level_is_kept);
  g_test_add_func ("/core/log-ring/3-libraries", test_libraries);
  g_test_add_func ("/core/log-ring/4-many-writers", test_many_writers);
  g_test_add_func ("/core/log-ring/5-cost", test_cost);
  return g_test_run ();
}
