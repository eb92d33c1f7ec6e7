#include "daemon/crash-history.h"

#include <glib.h>
#include <glib/gstdio.h>
#include <stdbool.h>

typedef struct {
  char *folder; /* owned */
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->folder = g_dir_make_tmp ("crash-history-XXXXXX", NULL);
  g_assert_nonnull (fixture->folder);
}

static unsigned
count_files (const Fixture *fixture, bool is_emptying)
{
  g_autoptr (GDir) folder = g_dir_open (fixture->folder, 0, NULL);
  unsigned count = 0;
  for (const char *name = g_dir_read_name (folder); name != NULL; name = g_dir_read_name (folder)) {
    g_autofree char *path = g_build_filename (fixture->folder, name, NULL);
    count += g_str_has_prefix (name, "crash-") ? 1 : 0;
    if (is_emptying)
      g_unlink (path);
  }
  return count;
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  count_files (fixture, true);
  g_rmdir (fixture->folder);
  g_free (fixture->folder);
}

static void
add (const Fixture *fixture, const char *name, const char *content)
{
  g_autofree char *path = g_build_filename (fixture->folder, name, NULL);
  g_assert_true (g_file_set_contents (path, content, -1, NULL));
}

#define ABORT \
  "camrelay crash report, format 1\nthread: media0\nsignal: SIGABRT\nframes:\nat 0x00007f00 +0x8a0 aa /lib/libc.so.6\n" \
  "after 0x00005500 +0x1a2b3 bb /usr/s bin/camrelayd\nafter 0x0 +0x1 - -\nmodules:\n"

static void
test_nothing (Fixture *fixture, gconstpointer data)
{
  const char *const folders[] = {NULL, "/does/not/exist", fixture->folder};
  for (gsize i = 0; i < G_N_ELEMENTS (folders); i++) {
    g_autoptr (CamCrashHistory) history = cam_crash_history_open (folders[i]);
    g_assert_cmpuint (cam_crash_history_get_total (history), ==, 0);
    g_assert_cmpuint (cam_crash_history_count_since (history, 0), ==, 0);
    g_assert_null (cam_crash_history_get_news (history));
  }
}

static void
test_said_once (Fixture *fixture, gconstpointer data)
{
  add (fixture, "crash-20261121T223104Z-17.txt", ABORT);
  g_autoptr (CamCrashHistory) first = cam_crash_history_open (fixture->folder);
  g_assert_cmpuint (cam_crash_history_get_total (first), ==, 1);
  g_assert_cmpstr (cam_crash_history_get_news (first), ==, "SIGABRT in camrelayd+0x1a2b3, thread media0");
  g_autoptr (CamCrashHistory) second = cam_crash_history_open (fixture->folder);
  g_assert_cmpuint (cam_crash_history_get_total (second), ==, 1);
  g_assert_null (cam_crash_history_get_news (second));
}

/* The clock was set back between two crashes: the newer report has the older name, and is counted all the same. */
static void
test_clock_goes_back (Fixture *fixture, gconstpointer data)
{
  add (fixture, "crash-20261121T223104Z-17.txt", ABORT);
  cam_crash_history_free (cam_crash_history_open (fixture->folder));
  add (fixture, "crash-20200101T000000Z-18.txt", ABORT);
  g_autoptr (CamCrashHistory) history = cam_crash_history_open (fixture->folder);
  g_assert_cmpuint (cam_crash_history_get_total (history), ==, 2);
  g_assert_nonnull (cam_crash_history_get_news (history));
}

static void
test_keeps_ten (Fixture *fixture, gconstpointer data)
{
  for (unsigned i = 0; i < 25; i++) {
    g_autofree char *name = g_strdup_printf ("crash-20261121T2200%02uZ-17.txt", i);
    add (fixture, name, ABORT);
  }
  g_autoptr (CamCrashHistory) history = cam_crash_history_open (fixture->folder);
  g_assert_cmpuint (count_files (fixture, false), ==, 10);
  g_assert_cmpuint (cam_crash_history_get_total (history), ==, 25);
  g_autoptr (GDateTime) at = g_date_time_new_utc (2026, 11, 21, 22, 0, 22);
  g_assert_cmpuint (cam_crash_history_count_since (history, g_date_time_to_unix (at)), ==, 3);
  g_assert_cmpuint (cam_crash_history_count_since (history, 0), ==, 10);
  g_autoptr (CamCrashHistory) again = cam_crash_history_open (fixture->folder);
  g_assert_cmpuint (cam_crash_history_get_total (again), ==, 25);
}

static void
test_no_reports (Fixture *fixture, gconstpointer data)
{
  static const char *const names[] = {"crash-.txt", "crash-20261121T223104Z-17.txt.new", "crash-2026-11-21T22:31-1.txt", "notes", "crash-20261399T223104Z-1.txt"};
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    add (fixture, names[i], ABORT);
  g_autoptr (CamCrashHistory) history = cam_crash_history_open (fixture->folder);
  g_assert_cmpuint (cam_crash_history_get_total (history), ==, 0);
}

/* What a full disk left of a report, and what no handler wrote. */
static void
test_broken_reports (Fixture *fixture, gconstpointer data)
{
  static const struct {
    const char *content;
    const char *news;
  } rows[] = {
    {"", "unknown in an unknown place, thread unknown"},
    {"signal: SIGBUS\nthread: srt\n", "SIGBUS in an unknown place, thread srt"},
    {"signal: SIGSEGV\nthread: a\nframes:\nat 0x0 +0x0 - -\n", "SIGSEGV in 0x0, thread a"},
    {"signal: SIGABRT\nthread: a\nframes:\nat 0x1 +0x2 aa /lib/libc.so.6\n", "SIGABRT in libc.so.6+0x2, thread a"},
    {"signal: SIGSEGV\nthread: a\nframes:\nat\nat 0x1\nat 0x1 x y z\nmodules:\nat 0x1 +0x2 aa /b\n", "SIGSEGV in an unknown place, thread a"},
  };
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *name = g_strdup_printf ("crash-20261121T2231%02" G_GSIZE_FORMAT "Z-1.txt", i);
    add (fixture, name, rows[i].content);
    g_autoptr (CamCrashHistory) history = cam_crash_history_open (fixture->folder);
    g_assert_cmpstr (cam_crash_history_get_news (history), ==, rows[i].news);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/crash-history/nothing", Fixture, NULL, set_up, test_nothing, tear_down);
  g_test_add ("/crash-history/said-once", Fixture, NULL, set_up, test_said_once, tear_down);
  g_test_add ("/crash-history/clock-goes-back", Fixture, NULL, set_up, test_clock_goes_back, tear_down);
  g_test_add ("/crash-history/keeps-ten", Fixture, NULL, set_up, test_keeps_ten, tear_down);
  g_test_add ("/crash-history/no-reports", Fixture, NULL, set_up, test_no_reports, tear_down);
  g_test_add ("/crash-history/broken-reports", Fixture, NULL, set_up, test_broken_reports, tear_down);
  return g_test_run ();
}
