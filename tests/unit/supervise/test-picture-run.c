#include "supervise/picture-run.h"

#include "picture-scripts.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct {
  char *folder;
  GBytes *request;
  CamPictureRun *run;
  unsigned calls;
  CamPictureOutcome outcome;
  size_t unit_bytes;
  char *why;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->folder = g_dir_make_tmp ("camrelay-picture-run-XXXXXX", NULL);
  g_assert_nonnull (fixture->folder);
  fixture->request = g_bytes_new_static ("request", 7);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  cam_picture_run_free (fixture->run);
  g_bytes_unref (fixture->request);
  g_free (fixture->why);
  remove_folder (fixture->folder);
  g_free (fixture->folder);
}

static void
on_over (CamPictureRun *run, CamPictureOutcome outcome, GBytes *unit, const char *why, gpointer data)
{
  Fixture *fixture = data;
  g_assert_true (run == fixture->run);
  g_assert_true ((unit != NULL) == (outcome == CAM_PICTURE_RUN_DREW));
  g_assert_true ((why != NULL) == (outcome != CAM_PICTURE_RUN_DREW));
  fixture->calls++;
  fixture->outcome = outcome;
  fixture->unit_bytes = unit != NULL ? g_bytes_get_size (unit) : 0;
  fixture->why = g_strdup (why);
}

static void
start (Fixture *fixture, const char *commands)
{
  g_autofree char *program = write_script (fixture->folder, commands);
  fixture->run = cam_picture_run_new (program, CAM_CODEC_H265, fixture->request, on_over, fixture);
}

/* What becomes of a program that does what @commands say. */
static void
check (Fixture *fixture, const char *commands, CamPictureOutcome outcome, const char *why)
{
  start (fixture, commands);
  g_assert_cmpuint (fixture->calls, ==, 0);
  AWAIT (fixture->calls > 0);
  g_assert_cmpuint (fixture->calls, ==, 1);
  g_assert_cmpstr (fixture->why, ==, why);
  g_assert_cmpint (fixture->outcome, ==, outcome);
}

static void
test_a_picture (Fixture *fixture, gconstpointer data)
{
  g_autofree char *answer = write_answer (fixture->folder, CAM_PICTURE_DRAWN, 100000, 100000);
  g_autofree char *commands = g_strdup_printf ("[ \"$1\" = h265 ] && [ \"$(cat)\" = request ] && exec cat %s", answer);
  check (fixture, commands, CAM_PICTURE_RUN_DREW, NULL);
  g_assert_cmpuint (fixture->unit_bytes, ==, 100000);
}

/* M has no time for 4 MiB, nor for a program to start. */
static void
test_takes_no_time (Fixture *fixture, gconstpointer data)
{
  g_autofree uint8_t *bytes = g_malloc0 (CAM_PICTURE_MAX_UNIT_BYTES);
  g_autoptr (GBytes) large = g_bytes_new (bytes, CAM_PICTURE_MAX_UNIT_BYTES);
  g_autofree char *program = write_script (fixture->folder, "exec sleep 60");
  int64_t best_us = G_MAXINT64;
  for (unsigned i = 0; i < 5; i++) {
    int64_t began_us = g_get_monotonic_time ();
    fixture->run = cam_picture_run_new (program, CAM_CODEC_H264, large, on_over, fixture);
    best_us = MIN (best_us, g_get_monotonic_time () - began_us);
    g_clear_pointer (&fixture->run, cam_picture_run_free);
  }
  g_test_message ("a run is started in %" G_GINT64_FORMAT " us", best_us);
  g_assert_cmpint (best_us, <, 20 * G_TIME_SPAN_MILLISECOND);
}

/* It is over when the process is, whoever else holds its stdout. */
static void
test_somebody_is_left_behind (Fixture *fixture, gconstpointer data)
{
  g_autofree char *answer = write_answer (fixture->folder, CAM_PICTURE_DRAWN, 5, 5);
  g_autofree char *commands = g_strdup_printf ("cat %s; sleep 60 & exit 0", answer);
  int64_t began_us = g_get_monotonic_time ();
  check (fixture, commands, CAM_PICTURE_RUN_DREW, NULL);
  g_assert_cmpint (g_get_monotonic_time () - began_us, <, 2 * G_USEC_PER_SEC);
}

/* Somebody else has collected the process, so that nobody knows how it ended: its answer speaks for it. */
static void
test_collected_by_somebody_else (Fixture *fixture, gconstpointer data)
{
  g_autofree char *answer = write_answer (fixture->folder, CAM_PICTURE_DRAWN, 5, 5);
  g_autofree char *commands = g_strdup_printf ("exec cat %s", answer);
  signal (SIGCHLD, SIG_IGN);
  check (fixture, commands, CAM_PICTURE_RUN_DREW, NULL);
  signal (SIGCHLD, SIG_DFL);
}

static void
test_status_words (Fixture *fixture, gconstpointer data)
{
  static const struct {
    CamPictureStatus status;
    uint32_t unit_bytes, written_bytes;
    CamPictureOutcome outcome;
    const char *why;
  } rows[] = {
      {CAM_PICTURE_BAD_REQUEST, 0, 0, CAM_PICTURE_RUN_REFUSED,
       "the picture program does not understand the request: it is not of the same build"},
      {CAM_PICTURE_NO_ENCODER, 0, 0, CAM_PICTURE_RUN_REFUSED, "no encoder for H.265 is installed (Debian has one in gstreamer1.0-plugins-bad)"},
      {CAM_PICTURE_NO_SANDBOX, 0, 0, CAM_PICTURE_RUN_REFUSED, "the system does not let the picture program lock itself in"},
      {CAM_PICTURE_FAILED, 0, 0, CAM_PICTURE_RUN_BROKE, "the encoder for H.265 gave no picture"},
      {CAM_PICTURE_DRAWN, 0, 0, CAM_PICTURE_RUN_BROKE, "the picture program drew nothing"},
      {CAM_PICTURE_DRAWN, 10, 9, CAM_PICTURE_RUN_BROKE, "the picture program's answer cannot be read"},
      {CAM_PICTURE_DRAWN, 10, 11, CAM_PICTURE_RUN_BROKE, "the picture program's answer cannot be read"},
      {CAM_PICTURE_FAILED + 1, 0, 0, CAM_PICTURE_RUN_BROKE, "the picture program's answer cannot be read"},
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *answer = write_answer (fixture->folder, rows[i].status, rows[i].unit_bytes, rows[i].written_bytes);
    g_autofree char *commands = g_strdup_printf ("exec cat %s", answer);
    check (fixture, commands, rows[i].outcome, rows[i].why);
    g_clear_pointer (&fixture->run, cam_picture_run_free);
    g_clear_pointer (&fixture->why, g_free);
    fixture->calls = 0;
  }
}

static void
test_nothing (Fixture *fixture, gconstpointer data)
{
  check (fixture, "exit 0", CAM_PICTURE_RUN_BROKE, "the picture program's answer cannot be read");
}

static void
test_garbage (Fixture *fixture, gconstpointer data)
{
  check (fixture, "head -c 100000 /dev/urandom", CAM_PICTURE_RUN_BROKE, "the picture program's answer cannot be read");
}

static void
test_fails (Fixture *fixture, gconstpointer data)
{
  check (fixture, "exit 3", CAM_PICTURE_RUN_BROKE, "the picture program ended with status 3");
}

static void
test_crashes (Fixture *fixture, gconstpointer data)
{
  check (fixture, "kill -SEGV $$", CAM_PICTURE_RUN_BROKE, "the picture program was ended by signal 11 (Segmentation fault)");
}

static void
test_too_much (Fixture *fixture, gconstpointer data)
{
  check (fixture, "exec cat /dev/zero", CAM_PICTURE_RUN_BROKE, "the picture program answered with more than 4 MiB");
}

static void
test_spins (Fixture *fixture, gconstpointer data)
{
  int64_t began_us = g_get_monotonic_time ();
  check (fixture, "while :; do :; done", CAM_PICTURE_RUN_BROKE, "took longer than 2 s");
  int64_t took_us = g_get_monotonic_time () - began_us;
  g_assert_cmpint (took_us, >=, 1900 * G_TIME_SPAN_MILLISECOND);
  g_assert_cmpint (took_us, <, 4 * G_USEC_PER_SEC);
}

static void
test_is_not_there (Fixture *fixture, gconstpointer data)
{
  fixture->run = cam_picture_run_new ("/nowhere/camrelay-picture", CAM_CODEC_H264, fixture->request, on_over, fixture);
  g_assert_cmpuint (fixture->calls, ==, 0);
  AWAIT (fixture->calls > 0);
  g_assert_cmpstr (fixture->why, ==, "'/nowhere/camrelay-picture' cannot be started: No such file or directory");
  g_assert_cmpint (fixture->outcome, ==, CAM_PICTURE_RUN_REFUSED);
}

static void
test_killed (Fixture *fixture, gconstpointer data)
{
  start (fixture, "exec sleep 60");
  cam_picture_run_kill (fixture->run);
  cam_picture_run_kill (fixture->run);
  AWAIT (fixture->calls > 0);
  g_assert_cmpstr (fixture->why, ==, "not wanted any more");
}

/* Whether a whole line stands in @path. */
static bool
read_line (const char *path, char **line)
{
  g_clear_pointer (line, g_free);
  return g_file_get_contents (path, line, NULL, NULL) && strchr (*line, '\n') != NULL;
}

/* Freed while it runs: ended and reaped, and nobody is called. */
static void
test_freed (Fixture *fixture, gconstpointer data)
{
  g_autofree char *log = g_build_filename (fixture->folder, "log", NULL);
  g_autofree char *commands = g_strdup_printf ("echo $$ > %s; exec sleep 60", log);
  start (fixture, commands);
  g_autofree char *pid = NULL;
  AWAIT (read_line (log, &pid));
  g_clear_pointer (&fixture->run, cam_picture_run_free);
  g_assert_cmpint (kill (atoi (pid), 0), ==, -1);
  g_assert_cmpint (errno, ==, ESRCH);
  while (g_main_context_iteration (NULL, FALSE))
    continue;
  g_assert_cmpuint (fixture->calls, ==, 0);
}

/* It gets nothing of the daemon that it does not need: no credentials, no descriptor. */
static void
test_inheritance (Fixture *fixture, gconstpointer data)
{
  g_setenv ("CREDENTIALS_DIRECTORY", "/run/credentials", TRUE);
  g_setenv ("GST_REGISTRY", "/tmp/registry", TRUE);
  int left_open = dup (STDERR_FILENO);
  g_assert_cmpint (left_open, >=, 3);
  g_autofree char *answer = write_answer (fixture->folder, CAM_PICTURE_DRAWN, 1, 1);
  g_autofree char *commands = g_strdup_printf ("[ -z \"$CREDENTIALS_DIRECTORY\" ] && [ \"$GST_REGISTRY\" = /tmp/registry ] && "
                                               "[ ! -e /proc/$$/fd/%d ] && exec cat %s",
                                               left_open, answer);
  check (fixture, commands, CAM_PICTURE_RUN_DREW, NULL);
  close (left_open);
}

#define ADD(name, function) g_test_add ("/picture-run/" name, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("a-picture", test_a_picture);
  ADD ("takes-no-time", test_takes_no_time);
  ADD ("somebody-is-left-behind", test_somebody_is_left_behind);
  ADD ("collected-by-somebody-else", test_collected_by_somebody_else);
  ADD ("status-words", test_status_words);
  ADD ("nothing", test_nothing);
  ADD ("garbage", test_garbage);
  ADD ("fails", test_fails);
  ADD ("crashes", test_crashes);
  ADD ("too-much", test_too_much);
  ADD ("spins", test_spins);
  ADD ("is-not-there", test_is_not_there);
  ADD ("killed", test_killed);
  ADD ("freed", test_freed);
  ADD ("inheritance", test_inheritance);
  return g_test_run ();
}
