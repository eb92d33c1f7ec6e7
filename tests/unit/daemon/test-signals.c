#include "daemon/signals.h"

#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "camrelay/exit-codes.h"

typedef struct {
  GMainLoop *loop;
  unsigned stops;
  unsigned reloads;
} Daemon;

static void
on_stop (gpointer data)
{
  Daemon *daemon = data;
  daemon->stops++;
  g_main_loop_quit (daemon->loop);
}

static void
on_reload (gpointer data)
{
  ((Daemon *) data)->reloads++;
}

static gboolean
raise_signal (gpointer number)
{
  raise (GPOINTER_TO_INT (number));
  return G_SOURCE_REMOVE;
}

/* A child's status is told by the trap only as passed or failed, so each child checks itself and leaves with 0 where all is well. */
static void
run_until_stop (Daemon *daemon, int number)
{
  g_idle_add (raise_signal, GINT_TO_POINTER (number));
  g_main_loop_run (daemon->loop);
}

static void
test_stop (gconstpointer number)
{
  if (g_test_subprocess ()) {
    Daemon daemon = { .loop = g_main_loop_new (NULL, FALSE) };
    CamSignals *signals = cam_signals_new (on_stop, on_reload, &daemon);
    run_until_stop (&daemon, GPOINTER_TO_INT (number));
    g_assert_cmpuint (daemon.stops, ==, 1);
    cam_signals_free (signals);
    g_main_loop_unref (daemon.loop);
    return;
  }
  g_test_trap_subprocess (NULL, 10 * G_USEC_PER_SEC, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_passed ();
}

static void
test_second_signal_ends_at_once (void)
{
  if (g_test_subprocess ()) {
    Daemon daemon = { .loop = g_main_loop_new (NULL, FALSE) };
    cam_signals_new (on_stop, on_reload, &daemon);
    run_until_stop (&daemon, SIGTERM);
    raise (SIGINT);
    abort ();
  }
  g_test_trap_subprocess (NULL, 10 * G_USEC_PER_SEC, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_passed ();
}

static void
test_hang_up_reloads_and_pipe_is_survived (void)
{
  if (g_test_subprocess ()) {
    Daemon daemon = { .loop = g_main_loop_new (NULL, FALSE) };
    CamSignals *signals = cam_signals_new (on_stop, on_reload, &daemon);
    raise (SIGPIPE);
    g_idle_add (raise_signal, GINT_TO_POINTER (SIGHUP));
    while (daemon.reloads == 0)
      g_main_context_iteration (NULL, TRUE);
    run_until_stop (&daemon, SIGTERM);
    g_assert_cmpuint (daemon.reloads, ==, 1);
    cam_signals_free (signals);
    g_main_loop_unref (daemon.loop);
    return;
  }
  g_test_trap_subprocess (NULL, 10 * G_USEC_PER_SEC, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_passed ();
}

/* Whoever started us may have ignored the ends of its children, which is inherited: ours are collected all the same. */
static void
test_children_are_collected (void)
{
  if (g_test_subprocess ()) {
    Daemon daemon = { .loop = g_main_loop_new (NULL, FALSE) };
    signal (SIGCHLD, SIG_IGN);
    CamSignals *signals = cam_signals_new (on_stop, on_reload, &daemon);
    pid_t child = fork ();
    if (child == 0)
      _exit (3);
    int status = 0;
    g_assert_cmpint (waitpid (child, &status, 0), ==, child);
    g_assert_cmpint (WEXITSTATUS (status), ==, 3);
    cam_signals_free (signals);
    g_main_loop_unref (daemon.loop);
    return;
  }
  g_test_trap_subprocess (NULL, 10 * G_USEC_PER_SEC, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_passed ();
}

/* The process is stuck, and yet it ends. */
static void
test_limit (void)
{
  if (g_test_subprocess ()) {
    pid_t child = fork ();
    if (child == 0) {
      cam_signals_limit_stop (50000);
      while (true)
        sigsuspend (&(sigset_t) { { 0 } });
    }
    int status = 0;
    g_assert_cmpint (waitpid (child, &status, 0), ==, child);
    g_assert_true (WIFEXITED (status));
    g_assert_cmpint (WEXITSTATUS (status), ==, CAM_EXIT_INTERNAL);
    return;
  }
  g_test_trap_subprocess (NULL, 10 * G_USEC_PER_SEC, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_passed ();
  g_test_trap_assert_stderr ("*the stop takes too long*");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/signals/stop/term", GINT_TO_POINTER (SIGTERM), test_stop);
  g_test_add_data_func ("/signals/stop/int", GINT_TO_POINTER (SIGINT), test_stop);
  g_test_add_func ("/signals/second-signal-ends-at-once", test_second_signal_ends_at_once);
  g_test_add_func ("/signals/hang-up-and-pipe-are-survived", test_hang_up_reloads_and_pipe_is_survived);
  g_test_add_func ("/signals/children-are-collected", test_children_are_collected);
  g_test_add_func ("/signals/limit", test_limit);
  return g_test_run ();
}
