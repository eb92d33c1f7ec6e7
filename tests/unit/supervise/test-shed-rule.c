#include "supervise/shed-rule.h"

#include <glib.h>

#define SECOND_US INT64_C (1000000)

static const CamLoad fine = {.lag_us = 1000, .memory_share = 0.2, .cpu_share = 0.3};
static const CamLoad busy = {.lag_us = 100000, .memory_share = 0.2, .cpu_share = 0.3};
static const CamLoad late = {.lag_us = 300000, .memory_share = 0.2, .cpu_share = 0.3};

typedef struct {
  CamShedRule rule;
  int64_t now_us;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  cam_shed_rule_init (&fixture->rule);
  fixture->now_us = 1000 * SECOND_US;
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
}

/* After how many seconds of @load the step is another one; 0: not within @most. */
static unsigned
wait_for_step (Fixture *fixture, const CamLoad *load, unsigned most)
{
  for (unsigned i = 1; i <= most; i++) {
    fixture->now_us += SECOND_US;
    if (cam_shed_rule_note (&fixture->rule, load, fixture->now_us))
      return i;
  }
  return 0;
}

static void
test_judge (void)
{
  static const struct {
    CamLoad load;
    CamLoadVerdict verdict;
  } rows[] = {
      {{0, 0, 0}, CAM_LOAD_FINE},
      {{50000, 0.70, 0.70}, CAM_LOAD_FINE},
      {{50001, 0.70, 0.70}, CAM_LOAD_BETWEEN},
      {{50000, 0.71, 0.70}, CAM_LOAD_BETWEEN},
      {{50000, 0.70, 0.71}, CAM_LOAD_BETWEEN},
      {{200000, 0.90, 0.95}, CAM_LOAD_BETWEEN},
      {{200001, 0.90, 0.95}, CAM_LOAD_LAG},
      {{200000, 0.91, 0.95}, CAM_LOAD_MEMORY},
      {{200000, 0.90, 0.96}, CAM_LOAD_CPU},
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++)
    g_assert_cmpint (cam_load_judge (&rows[i].load), ==, rows[i].verdict);
}

static void
test_words (void)
{
  g_assert_cmpstr (cam_load_verdict_word (CAM_LOAD_FINE), ==, "fine");
  g_assert_cmpstr (cam_load_verdict_word (CAM_LOAD_LAG), ==, "lag");
  g_assert_cmpstr (cam_load_verdict_word (CAM_LOAD_MEMORY), ==, "memory");
  g_assert_cmpstr (cam_load_verdict_word (CAM_LOAD_CPU), ==, "cpu");
  g_assert_cmpstr (cam_load_verdict_word (CAM_LOAD_BETWEEN), ==, "busy");
}

static void
test_up_by_priority (Fixture *fixture, gconstpointer data)
{
  for (unsigned step = 1; step <= CAM_SHED_STEPS; step++) {
    g_assert_cmpuint (wait_for_step (fixture, &late, 10), ==, step == 1 ? 4 : 3);
    g_assert_cmpuint (fixture->rule.step, ==, step);
    g_assert_cmpint (fixture->rule.why, ==, CAM_LOAD_LAG);
    g_assert_true (cam_shed_step_concerns (fixture->rule.step, CAM_PRIORITY_LOW));
    g_assert_cmpint (cam_shed_step_concerns (fixture->rule.step, CAM_PRIORITY_NORMAL), ==, step > 1);
    g_assert_cmpint (cam_shed_step_concerns (fixture->rule.step, CAM_PRIORITY_HIGH), ==, step > 2);
  }
  g_assert_cmpuint (wait_for_step (fixture, &late, 100), ==, 0);
}

/* A second that is only busy ends what was counted, both ways. */
static void
test_without_a_break (Fixture *fixture, gconstpointer data)
{
  for (unsigned i = 0; i < 10; i++) {
    g_assert_cmpuint (wait_for_step (fixture, &late, 3), ==, 0);
    g_assert_cmpuint (wait_for_step (fixture, &busy, 1), ==, 0);
  }
  g_assert_cmpuint (wait_for_step (fixture, &late, 10), ==, 4);
  for (unsigned i = 0; i < 10; i++) {
    g_assert_cmpuint (wait_for_step (fixture, &fine, 29), ==, 0);
    g_assert_cmpuint (wait_for_step (fixture, &busy, 1), ==, 0);
  }
  g_assert_cmpuint (wait_for_step (fixture, &fine, 100), ==, 31);
  g_assert_cmpuint (fixture->rule.step, ==, 0);
  g_assert_false (cam_shed_step_concerns (fixture->rule.step, CAM_PRIORITY_LOW));
  g_assert_cmpuint (wait_for_step (fixture, &fine, 100), ==, 0);
}

/* A load that comes back as soon as everything is sent again is not sent again as soon. */
static void
test_longer_each_time (Fixture *fixture, gconstpointer data)
{
  static const unsigned seconds[] = {31, 61, 121, 241, 481, 481};
  for (unsigned i = 0; i < G_N_ELEMENTS (seconds); i++) {
    g_assert_cmpuint (wait_for_step (fixture, &late, 10), ==, 4);
    g_assert_cmpuint (wait_for_step (fixture, &fine, 1000), ==, seconds[i]);
  }
  /* It was fine for a long time meanwhile: as at first. */
  g_assert_cmpuint (wait_for_step (fixture, &fine, 1000), ==, 0);
  g_assert_cmpuint (wait_for_step (fixture, &late, 10), ==, 4);
  g_assert_cmpuint (wait_for_step (fixture, &fine, 1000), ==, 31);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/shed-rule/judge", test_judge);
  g_test_add_func ("/shed-rule/words", test_words);
#define ADD(name, func) g_test_add ("/shed-rule/" name, Fixture, NULL, set_up, func, tear_down)
  ADD ("up-by-priority", test_up_by_priority);
  ADD ("without-a-break", test_without_a_break);
  ADD ("longer-each-time", test_longer_each_time);
#undef ADD
  return g_test_run ();
}
