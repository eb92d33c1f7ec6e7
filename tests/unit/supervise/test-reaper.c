#include "supervise/reaper.h"

#include <stdint.h>

typedef struct {
  CamClock clock;
  int64_t now_us;
} HandClock;

static int64_t
read_hand (const CamClock *clock)
{
  return ((const HandClock *) clock)->now_us;
}

/* A subject that is ready when it is told, and records what the steps did. */
typedef struct {
  bool is_ready;
  unsigned asked, looked, freed, done;
  bool was_stopping;
} Subject;

static bool
ask (gpointer data, bool is_first, bool is_stopping)
{
  Subject *subject = data;
  subject->asked += is_first;
  subject->looked++;
  subject->was_stopping = is_stopping;
  return subject->is_ready;
}

static bool
release (gpointer data, bool is_first, bool is_stopping)
{
  Subject *subject = data;
  subject->freed++;
  return true;
}

static void
on_done (gpointer data)
{
  Subject *subject = data;
  subject->done++;
}

static const CamTeardownStep steps[] = {
  { .name = "ask", .budget_us = 3 * G_USEC_PER_SEC, .stop_budget_us = G_USEC_PER_SEC, .run = ask },
  { .name = "release", .run = release },
};
static const CamTeardownTable table = { .name = "thing", .steps = steps, .n_steps = G_N_ELEMENTS (steps) };

typedef struct {
  HandClock hand;
  CamReaper *reaper;
  unsigned overwhelmed;
} Fixture;

static void
on_overwhelmed (gpointer data)
{
  Fixture *fixture = data;
  fixture->overwhelmed++;
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->hand = (HandClock) { .clock = { .now_us = read_hand }, .now_us = 1 };
  fixture->reaper = cam_reaper_new (&fixture->hand.clock, on_overwhelmed, fixture);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  cam_reaper_free (fixture->reaper);
}

static void
turn_after (Fixture *fixture, int64_t us)
{
  fixture->hand.now_us += us;
  cam_reaper_turn (fixture->reaper);
}

static void
test_one_step_a_turn (Fixture *fixture, gconstpointer data)
{
  Subject subject = { .is_ready = true };
  cam_reaper_add (fixture->reaper, &table, "a", &subject, on_done, &subject);
  g_assert_false (cam_reaper_is_idle (fixture->reaper));
  cam_reaper_turn (fixture->reaper);
  g_assert_cmpuint (subject.asked, ==, 1);
  g_assert_cmpuint (subject.freed, ==, 0);
  cam_reaper_turn (fixture->reaper);
  g_assert_cmpuint (subject.freed, ==, 1);
  g_assert_cmpuint (subject.done, ==, 1);
  g_assert_true (cam_reaper_is_idle (fixture->reaper));
}

static void
test_asks_once_looks_often (Fixture *fixture, gconstpointer data)
{
  Subject subject = { 0 };
  cam_reaper_add (fixture->reaper, &table, "a", &subject, on_done, &subject);
  for (int i = 0; i < 10; i++)
    turn_after (fixture, 5000);
  g_assert_cmpuint (subject.asked, ==, 1);
  g_assert_cmpuint (subject.looked, ==, 10);
  /* Not before the next look is due. */
  turn_after (fixture, 0);
  g_assert_cmpuint (subject.looked, ==, 10);
  subject.is_ready = true;
  turn_after (fixture, 5000);
  turn_after (fixture, 0);
  g_assert_cmpuint (subject.done, ==, 1);
}

static void
test_quarantine_clears (Fixture *fixture, gconstpointer data)
{
  Subject subject = { 0 };
  cam_reaper_add (fixture->reaper, &table, "a", &subject, on_done, &subject);
  turn_after (fixture, 0);
  turn_after (fixture, 3 * G_USEC_PER_SEC - 1);
  g_assert_false (cam_reaper_is_quarantined (fixture->reaper, "a"));
  turn_after (fixture, 5000);
  g_assert_true (cam_reaper_is_quarantined (fixture->reaper, "a"));
  g_assert_false (cam_reaper_is_quarantined (fixture->reaper, "b"));
  g_assert_cmpuint (cam_reaper_count_quarantined (fixture->reaper), ==, 1);
  g_assert_cmpuint (subject.freed, ==, 0);

  subject.is_ready = true;
  turn_after (fixture, G_USEC_PER_SEC);
  g_assert_false (cam_reaper_is_quarantined (fixture->reaper, "a"));
  turn_after (fixture, 0);
  g_assert_cmpuint (subject.done, ==, 1);
  g_assert_cmpuint (fixture->overwhelmed, ==, 0);
}

static void
test_overwhelmed_by_cameras_not_jobs (Fixture *fixture, gconstpointer data)
{
  Subject subjects[2 * CAM_REAPER_QUARANTINE_LIMIT] = { 0 };
  for (unsigned i = 0; i < G_N_ELEMENTS (subjects); i++) {
    /* Two jobs a camera, and one camera less than the limit at first. */
    g_autofree char *camera = g_strdup_printf ("cam%u", i / 2);
    if (i / 2 < CAM_REAPER_QUARANTINE_LIMIT - 1)
      cam_reaper_add (fixture->reaper, &table, camera, &subjects[i], on_done, &subjects[i]);
  }
  turn_after (fixture, 0);
  turn_after (fixture, 4 * G_USEC_PER_SEC);
  g_assert_cmpuint (cam_reaper_count_quarantined (fixture->reaper), ==, CAM_REAPER_QUARANTINE_LIMIT - 1);
  g_assert_cmpuint (fixture->overwhelmed, ==, 0);

  Subject *last = &subjects[G_N_ELEMENTS (subjects) - 1];
  cam_reaper_add (fixture->reaper, &table, "last", last, on_done, last);
  turn_after (fixture, 0);
  turn_after (fixture, 4 * G_USEC_PER_SEC);
  g_assert_cmpuint (fixture->overwhelmed, ==, 1);

  for (unsigned i = 0; i < G_N_ELEMENTS (subjects); i++)
    subjects[i].is_ready = true;
  turn_after (fixture, G_USEC_PER_SEC);
  turn_after (fixture, G_USEC_PER_SEC);
  g_assert_true (cam_reaper_is_idle (fixture->reaper));
  g_assert_cmpuint (fixture->overwhelmed, ==, 1);
}

static void
test_fair (Fixture *fixture, gconstpointer data)
{
  Subject sick = { 0 };
  Subject well[100];
  cam_reaper_add (fixture->reaper, &table, "sick", &sick, on_done, &sick);
  for (unsigned i = 0; i < G_N_ELEMENTS (well); i++) {
    well[i] = (Subject) { .is_ready = true };
    cam_reaper_add (fixture->reaper, &table, "well", &well[i], on_done, &well[i]);
  }
  /* 201 steps of at most 32 a turn. */
  for (int i = 0; i < 7; i++)
    turn_after (fixture, 0);
  for (unsigned i = 0; i < G_N_ELEMENTS (well); i++)
    g_assert_cmpuint (well[i].done, ==, 1);
  g_assert_cmpuint (sick.done, ==, 0);
  sick.is_ready = true;
  turn_after (fixture, 5000);
  turn_after (fixture, 0);
  g_assert_cmpuint (sick.done, ==, 1);
}

static void
test_hurry (Fixture *fixture, gconstpointer data)
{
  Subject subject = { 0 };
  cam_reaper_add (fixture->reaper, &table, "a", &subject, on_done, &subject);
  turn_after (fixture, 0);
  g_assert_false (subject.was_stopping);
  cam_reaper_hurry (fixture->reaper);
  turn_after (fixture, G_USEC_PER_SEC - 1);
  g_assert_true (subject.was_stopping);
  g_assert_false (cam_reaper_is_quarantined (fixture->reaper, "a"));
  turn_after (fixture, 5000);
  g_assert_true (cam_reaper_is_quarantined (fixture->reaper, "a"));
  /* While stopping a look stays cheap and frequent. */
  subject.is_ready = true;
  turn_after (fixture, 5000);
  turn_after (fixture, 0);
  g_assert_cmpuint (subject.done, ==, 1);
}

typedef struct {
  Fixture *fixture;
  Subject subject;
  unsigned left;
} Chain;

static void
on_link_done (gpointer data)
{
  Chain *chain = data;
  if (chain->left-- > 0)
    cam_reaper_add (chain->fixture->reaper, &table, "a", &chain->subject, on_link_done, chain);
}

/* A chain of disconnects, each set off by the one before, uses the stack of one. */
static void
test_chain (Fixture *fixture, gconstpointer data)
{
  Chain chain = { .fixture = fixture, .subject = { .is_ready = true }, .left = 100000 };
  on_link_done (&chain);
  while (!cam_reaper_is_idle (fixture->reaper))
    cam_reaper_turn (fixture->reaper);
  g_assert_cmpuint (chain.subject.freed, ==, 100000);
}

static void
test_runs_on_the_main_context (void)
{
  Subject subject = { .is_ready = true };
  CamReaper *reaper = cam_reaper_new (cam_clock_monotonic (), NULL, NULL);
  cam_reaper_add (reaper, &table, "a", &subject, on_done, &subject);
  int64_t deadline_us = g_get_monotonic_time () + 10 * G_USEC_PER_SEC;
  while (subject.done == 0 && g_get_monotonic_time () < deadline_us)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (subject.done, ==, 1);
  cam_reaper_free (reaper);
}

#define ADD(name, function) g_test_add ("/reaper/" name, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("one-step-a-turn", test_one_step_a_turn);
  ADD ("asks-once-looks-often", test_asks_once_looks_often);
  ADD ("quarantine-clears", test_quarantine_clears);
  ADD ("overwhelmed-by-cameras-not-jobs", test_overwhelmed_by_cameras_not_jobs);
  ADD ("fair", test_fair);
  ADD ("hurry", test_hurry);
  ADD ("chain", test_chain);
  g_test_add_func ("/reaper/runs-on-the-main-context", test_runs_on_the_main_context);
  return g_test_run ();
}
