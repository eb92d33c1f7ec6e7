#include "core/log.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Each test writes in a subprocess, whose stderr is then looked at. */
static bool
is_writer (void)
{
  if (g_test_subprocess ())
    return true;
  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
  return false;
}

static void
test_levels (void)
{
  static const char *const names[] = {"error", "warning", "info", "debug"};
  for (unsigned i = 0; i < G_N_ELEMENTS (names); i++) {
    CamLogLevel level = CAM_LOG_DEBUG;
    g_assert_true (cam_log_level_from_string (names[i], &level));
    g_assert_cmpint (level, ==, i);
  }
  CamLogLevel untouched = CAM_LOG_DEBUG;
  g_assert_false (cam_log_level_from_string ("Info", &untouched));
  g_assert_false (cam_log_level_from_string ("", &untouched));
  g_assert_cmpint (untouched, ==, CAM_LOG_DEBUG);
}

static void
test_threshold (void)
{
  if (is_writer ()) {
    cam_log_init (CAM_LOG_WARNING);
    g_assert_true (cam_log_enabled (CAM_LOG_ERROR));
    g_assert_true (cam_log_enabled (CAM_LOG_WARNING));
    g_assert_false (cam_log_enabled (CAM_LOG_INFO));
    cam_log (CAM_LOG_INFO, NULL, NULL, "too quiet");
    cam_log (CAM_LOG_WARNING, NULL, NULL, "loud %d", 1);
    return;
  }
  g_test_trap_assert_passed ();
  g_test_trap_assert_stderr ("WARNING loud 1\n");
  g_test_trap_assert_stderr_unmatched ("*quiet*");
}

static void
test_fields (void)
{
  if (is_writer ()) {
    cam_log_init (CAM_LOG_DEBUG);
    cam_log (CAM_LOG_WARNING, "5b1b4c0ff6d34a4f9c4a3b6f4c1d0a04",
             &(CamLogFields){.camera = "driveway", .stream = "main", .cause = "timeout"}, "camera lost, retrying in %u s", 2u);
    cam_log (CAM_LOG_DEBUG, NULL, &(CamLogFields){.camera = "yard", .reader = "7", .address = "10.0.0.1:99", .user = "eve"}, "gone");
    cam_log (CAM_LOG_ERROR, NULL, &(CamLogFields){.user = "a\nERROR b"}, "one\nline");
    return;
  }
  g_test_trap_assert_passed ();
  g_test_trap_assert_stderr ("WARNING camera driveway main: camera lost, retrying in 2 s (cause=timeout)\n"
                             "DEBUG camera yard: gone (reader=7 address=10.0.0.1:99 user=eve)\n"
                             "ERROR one\\x0aline (user=a\\x0aERROR b)\n");
}

static void
test_glib_messages (void)
{
  if (is_writer ()) {
    cam_log_init (CAM_LOG_INFO);
    g_log_set_always_fatal (G_LOG_FATAL_MASK);
    g_log ("GStreamer", G_LOG_LEVEL_CRITICAL, "first");
    g_log ("GStreamer", G_LOG_LEVEL_CRITICAL, "gst_event_set_seqnum: assertion 'seqnum != GST_SEQNUM_INVALID' failed");
    g_log ("GLib-GObject", G_LOG_LEVEL_WARNING, "second");
    g_log (NULL, G_LOG_LEVEL_MESSAGE, "third");
    g_log ("GLib", G_LOG_LEVEL_DEBUG, "unseen");
    return;
  }
  g_test_trap_assert_passed ();
  g_test_trap_assert_stderr ("ERROR GStreamer-CRITICAL **: first\n"
                             "WARNING GLib-GObject-WARNING **: second\n"
                             "default-INFO **: third\n");
  g_test_trap_assert_stderr_unmatched ("*unseen*");
}

/* $JOURNAL_STREAM that names another file than stderr: a shell that inherited it and redirected. */
static void
test_journal_elsewhere (void)
{
  if (is_writer ()) {
    g_setenv ("JOURNAL_STREAM", "1:2", TRUE);
    cam_log_init (CAM_LOG_INFO);
    cam_log (CAM_LOG_INFO, NULL, NULL, "to stderr");
    return;
  }
  g_test_trap_assert_passed ();
  g_test_trap_assert_stderr ("to stderr\n");
}

/* Whether or not a journal listens there, the line is not written to the stream as text too. */
static void
test_journal_here (void)
{
  if (is_writer ()) {
    struct stat status;
    g_assert_cmpint (fstat (STDERR_FILENO, &status), ==, 0);
    g_autofree char *stream =
        g_strdup_printf ("%" G_GUINT64_FORMAT ":%" G_GUINT64_FORMAT, (guint64) status.st_dev, (guint64) status.st_ino);
    g_setenv ("JOURNAL_STREAM", stream, TRUE);
    cam_log_init (CAM_LOG_INFO);
    cam_log (CAM_LOG_DEBUG, NULL, NULL, "too quiet");
    cam_log (CAM_LOG_INFO, NULL, &(CamLogFields){.camera = "test"}, "a line of camrelay's unit tests");
    return;
  }
  g_test_trap_assert_passed ();
  g_test_trap_assert_stderr_unmatched ("*unit tests*");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/core/log/levels", test_levels);
  g_test_add_func ("/core/log/threshold", test_threshold);
  g_test_add_func ("/core/log/fields", test_fields);
  g_test_add_func ("/core/log/glib-messages", test_glib_messages);
  g_test_add_func ("/core/log/journal-elsewhere", test_journal_elsewhere);
  g_test_add_func ("/core/log/journal-here", test_journal_here);
  return g_test_run ();
}
