#include "supervise/loop-vitals.h"
#include "supervise/main-turn.h"

#define DEADLINE_US (10 * G_USEC_PER_SEC)

static void
keep_busy (gpointer data)
{
  int64_t until_us = g_get_monotonic_time () + GPOINTER_TO_INT (data);
  while (g_get_monotonic_time () < until_us)
    continue;
}

static CamLoopStatus
look (CamLoopVitals *vitals)
{
  CamLoopStatus status;
  cam_loop_vitals_look (vitals, 0, &status);
  g_free (g_steal_pointer (&status.name));
  return status;
}

typedef struct {
  GMutex mutex;
  int is_there; /* atomic */
} Jam;

static void
get_stuck (gpointer data)
{
  Jam *jam = data;
  g_atomic_int_set (&jam->is_there, 1);
  g_mutex_lock (&jam->mutex);
  g_mutex_unlock (&jam->mutex);
}

/* A loop that is stuck is late by as much as has passed, and by as much as it was once it goes on. */
static void
test_stuck_loop (void)
{
  CamLoopThread *loop = cam_loop_thread_new ("media7", NULL);
  CamLoopVitals *vitals = cam_loop_vitals_new ("media7", loop, cam_clock_monotonic ());
  CamLoopStatus status;
  Jam jam = { .is_there = 0 };
  int64_t deadline_us = g_get_monotonic_time () + DEADLINE_US, worst_us = 0;
  g_mutex_init (&jam.mutex);
  g_mutex_lock (&jam.mutex);
  cam_loop_thread_post (loop, get_stuck, &jam, NULL);
  while (!g_atomic_int_get (&jam.is_there) && g_get_monotonic_time () < deadline_us)
    g_thread_yield ();
  cam_loop_vitals_look (vitals, 5, &status);
  g_assert_cmpstr (status.name, ==, "media7");
  g_assert_cmpint (status.lag_us, ==, 0); /* nothing was asked before */
  g_free (status.name);
  keep_busy (GINT_TO_POINTER (30000));
  g_assert_cmpint (look (vitals).lag_us, >=, 30000);
  keep_busy (GINT_TO_POINTER (30000));
  g_assert_cmpint (look (vitals).lag_us, >=, 60000);
  g_mutex_unlock (&jam.mutex);
  while (worst_us < 60000 && g_get_monotonic_time () < deadline_us)
    worst_us = look (vitals).worst_turn_us;
  g_assert_cmpint (worst_us, >=, 60000);
  while (look (vitals).lag_us > 30000 && g_get_monotonic_time () < deadline_us)
    continue;
  g_assert_cmpint (look (vitals).lag_us, <=, 30000);
  cam_loop_thread_quit (loop);
  g_assert_true (cam_loop_thread_join (loop, DEADLINE_US));
  cam_loop_vitals_free (vitals);
  g_mutex_clear (&jam.mutex);
}

/* A minute later the worst turn is forgotten. */
static void
test_minute (void)
{
  CamLoopThread *loop = cam_loop_thread_new ("media0", NULL);
  CamLoopVitals *vitals = cam_loop_vitals_new ("media0", loop, cam_clock_monotonic ());
  cam_loop_thread_post (loop, keep_busy, GINT_TO_POINTER (200000), NULL);
  int64_t deadline_us = g_get_monotonic_time () + DEADLINE_US;
  while (look (vitals).worst_turn_us < 200000 && g_get_monotonic_time () < deadline_us)
    continue;
  g_assert_cmpint (look (vitals).worst_turn_us, >=, 200000);
  int64_t worst_us = 0;
  for (unsigned i = 0; i < CAM_LOOP_VITALS_SECONDS; i++)
    worst_us = look (vitals).worst_turn_us;
  g_assert_cmpint (worst_us, <, 200000);
  cam_loop_thread_quit (loop);
  g_assert_true (cam_loop_thread_join (loop, DEADLINE_US));
  cam_loop_vitals_free (vitals);
  cam_loop_vitals_free (NULL);
}

typedef struct {
  CamClock clock;
  int64_t now_us;
} HandClock;

static int64_t
read_hand (const CamClock *clock)
{
  return ((const HandClock *) clock)->now_us;
}

static HandClock hand = { .clock = { .now_us = read_hand }, .now_us = 1000000 };

static gboolean
take_time (gpointer data)
{
  hand.now_us += 7000;
  return G_SOURCE_REMOVE;
}

static int
sleep_long (GPollFD *fds, guint n_fds, int timeout_ms)
{
  hand.now_us += 500000;
  return 0;
}

static void
test_main_turn (void)
{
  g_main_context_set_poll_func (NULL, sleep_long);
  CamMainTurn *turn = cam_main_turn_new (&hand.clock);
  g_main_context_iteration (NULL, FALSE);
  g_assert_cmpint (cam_main_turn_take_worst_us (turn), ==, 0);
  /* What is due comes first in GLib's order, and is measured all the same. */
  g_idle_add_full (G_PRIORITY_HIGH, take_time, NULL, NULL);
  g_idle_add_full (G_PRIORITY_HIGH, take_time, NULL, NULL);
  g_main_context_iteration (NULL, FALSE);
  g_main_context_iteration (NULL, FALSE);
  g_assert_cmpint (cam_main_turn_take_worst_us (turn), ==, 14000);
  g_assert_cmpint (cam_main_turn_take_worst_us (turn), ==, 0);
  cam_main_turn_free (turn);
  cam_main_turn_free (NULL);
  g_main_context_set_poll_func (NULL, NULL);
}

static void
test_main (void)
{
  CamLoopVitals *vitals = cam_loop_vitals_new ("main", NULL, &hand.clock);
  CamLoopStatus status;
  g_main_context_iteration (NULL, FALSE);
  g_idle_add (take_time, NULL);
  g_main_context_iteration (NULL, FALSE);
  cam_loop_vitals_look (vitals, 1234, &status);
  g_assert_cmpstr (status.name, ==, "main");
  g_assert_cmpint (status.lag_us, ==, 1234);
  g_assert_cmpint (status.worst_turn_us, ==, 7000);
  g_free (status.name);
  cam_loop_vitals_free (vitals);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/loop-vitals/stuck-loop", test_stuck_loop);
  g_test_add_func ("/loop-vitals/minute", test_minute);
  g_test_add_func ("/loop-vitals/main-turn", test_main_turn);
  g_test_add_func ("/loop-vitals/main", test_main);
  return g_test_run ();
}
