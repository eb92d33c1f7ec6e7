#include "daemon/watchdog.h"

#include <signal.h>
#include <string.h>

#include "core/log.h"
#include "stuck-thread.h"

#define PERIOD_US ((int64_t) G_USEC_PER_SEC)
#define DEADLINE_US (20 * (int64_t) G_USEC_PER_SEC)

/* Calls so far: setup.alive takes no data, as sd_notify has none. */
static atomic_uint alive_calls;

static void
count_alive (void)
{
  atomic_fetch_add (&alive_calls, 1);
}

static CamWatchdog *
make_watchdog (void)
{
  atomic_store (&alive_calls, 0);
  return cam_watchdog_new (&(CamWatchdogSetup){ .period_us = PERIOD_US, .alive = count_alive });
}

/* M turns meanwhile. */
static void
turn_until_alive (unsigned calls)
{
  int64_t deadline_us = g_get_monotonic_time () + DEADLINE_US;
  while (atomic_load (&alive_calls) < calls) {
    g_main_context_iteration (NULL, FALSE);
    g_usleep (1000);
    g_assert_cmpint (g_get_monotonic_time (), <, deadline_us);
  }
}

static void
test_all_well (void)
{
  g_autoptr (GError) error = NULL;
  CamWatchdog *watchdog = make_watchdog ();
  g_assert_true (cam_watchdog_start (watchdog, &error));
  g_assert_no_error (error);
  turn_until_alive (15); /* more than a period */
  g_assert_true (cam_watchdog_stop (watchdog));
  unsigned calls = atomic_load (&alive_calls);
  g_assert_true (cam_watchdog_stop (watchdog)); /* twice is fine */
  g_assert_cmpuint (atomic_load (&alive_calls), ==, calls);
  cam_watchdog_free (watchdog);
}

/* In a process of its own, whose log is read. */
static void
test_stuck (void)
{
  if (!g_test_subprocess ()) {
    g_test_trap_subprocess (NULL, DEADLINE_US, G_TEST_SUBPROCESS_DEFAULT);
    g_test_trap_assert_passed ();
    g_test_trap_assert_stderr ("*ERROR media7 has been stuck for 0.? s in*");
    g_test_trap_assert_stderr ("*WARNING media7 goes on, it was stuck for *");
    g_test_trap_assert_stderr_unmatched ("*main has been stuck*");
    return;
  }
  StuckThread stuck = { 0 };
  CamWatchdog *watchdog = make_watchdog ();
  stuck_thread_start (&stuck);
  cam_watchdog_add (watchdog, "media7", &stuck.beat);
  g_assert_true (cam_watchdog_start (watchdog, NULL));
  turn_until_alive (3); /* not yet */
  unsigned calls;
  int64_t same_since_us = g_get_monotonic_time ();
  do { /* until it has been silent for longer than half the period */
    unsigned before = calls = atomic_load (&alive_calls);
    g_main_context_iteration (NULL, FALSE);
    g_usleep (1000);
    if (atomic_load (&alive_calls) != before)
      same_since_us = g_get_monotonic_time ();
  } while (g_get_monotonic_time () - same_since_us < PERIOD_US);
  stuck_thread_end (&stuck);
  turn_until_alive (calls + 1);
  g_assert_true (cam_watchdog_stop (watchdog));
  cam_watchdog_free (watchdog);
}

/* M is watched by itself. */
static void
test_main (void)
{
  if (!g_test_subprocess ()) {
    g_test_trap_subprocess (NULL, DEADLINE_US, G_TEST_SUBPROCESS_DEFAULT);
    g_test_trap_assert_passed ();
    g_test_trap_assert_stderr ("*ERROR main has been stuck for 0.? s in*");
    return;
  }
  CamWatchdog *watchdog = make_watchdog ();
  g_assert_true (cam_watchdog_start (watchdog, NULL));
  unsigned calls;
  int64_t same_since_us = g_get_monotonic_time ();
  do {
    unsigned before = calls = atomic_load (&alive_calls);
    g_usleep (1000);
    if (atomic_load (&alive_calls) != before)
      same_since_us = g_get_monotonic_time ();
  } while (g_get_monotonic_time () - same_since_us < PERIOD_US);
  turn_until_alive (calls + 1);
  g_assert_true (cam_watchdog_stop (watchdog));
  cam_watchdog_free (watchdog);
}

static void
test_not_started (void)
{
  CamWatchdog *watchdog = make_watchdog ();
  g_assert_true (cam_watchdog_stop (watchdog));
  cam_watchdog_free (watchdog);
  cam_watchdog_free (NULL);
  g_assert_cmpuint (atomic_load (&alive_calls), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/watchdog/all-well", test_all_well);
  g_test_add_func ("/watchdog/stuck", test_stuck);
  g_test_add_func ("/watchdog/main", test_main);
  g_test_add_func ("/watchdog/not-started", test_not_started);
  return g_test_run ();
}
