#include "supervise/main-inbox.h"

#include "supervise/main-alarm.h"

#include "core/log.h"

typedef struct {
  CamClock clock;
  int64_t now_us;
  CamMainInbox *inbox;
  GString *said;
  unsigned destroyed;
} Fixture;

typedef struct {
  Fixture *fixture;
  char letter;
  int64_t takes_us;
} Letter;

static int64_t
read_hand (const CamClock *clock)
{
  return ((const Fixture *) clock)->now_us;
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->clock.now_us = read_hand;
  fixture->inbox = cam_main_inbox_new (&fixture->clock);
  fixture->said = g_string_new (NULL);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  cam_main_inbox_close (fixture->inbox);
  cam_main_inbox_close (fixture->inbox);
  cam_main_inbox_unref (fixture->inbox);
  g_string_free (fixture->said, TRUE);
}

static void
say (gpointer data)
{
  const Letter *letter = data;
  g_string_append_c (letter->fixture->said, letter->letter);
  letter->fixture->now_us += letter->takes_us;
}

static void
free_letter (gpointer data)
{
  Letter *letter = data;
  letter->fixture->destroyed++;
  g_free (letter);
}

static void
post (Fixture *fixture, char letter, int64_t takes_us)
{
  Letter *copy = g_new (Letter, 1);
  *copy = (Letter) { .fixture = fixture, .letter = letter, .takes_us = takes_us };
  cam_main_inbox_post (fixture->inbox, "a letter", say, copy, free_letter);
}

static void
test_order (Fixture *fixture, gconstpointer data)
{
  for (char letter = 'a'; letter <= 'e'; letter++)
    post (fixture, letter, 0);
  g_assert_cmpstr (fixture->said->str, ==, "");
  g_main_context_iteration (NULL, FALSE);
  g_assert_cmpstr (fixture->said->str, ==, "abcde");
  g_assert_cmpuint (fixture->destroyed, ==, 5);
  g_assert_false (g_main_context_iteration (NULL, FALSE));
}

/* After 2 ms the rest waits for the next turn. */
static void
test_turns_are_short (Fixture *fixture, gconstpointer data)
{
  for (char letter = 'a'; letter <= 'f'; letter++)
    post (fixture, letter, 1000);
  g_main_context_iteration (NULL, FALSE);
  g_assert_cmpstr (fixture->said->str, ==, "ab");
  g_main_context_iteration (NULL, FALSE);
  g_main_context_iteration (NULL, FALSE);
  g_assert_cmpstr (fixture->said->str, ==, "abcdef");
}

/* What is posted while something is left over from the turn before is not forgotten when the next turn ends with just that. */
static void
test_left_over (Fixture *fixture, gconstpointer data)
{
  post (fixture, 'a', 2000);
  post (fixture, 'b', 2000);
  g_main_context_iteration (NULL, FALSE);
  g_assert_cmpstr (fixture->said->str, ==, "a");
  post (fixture, 'c', 2000);
  g_main_context_iteration (NULL, FALSE);
  g_assert_cmpstr (fixture->said->str, ==, "ab");
  g_main_context_iteration (NULL, FALSE);
  g_assert_cmpstr (fixture->said->str, ==, "abc");
  g_assert_false (g_main_context_iteration (NULL, FALSE));
}

static gpointer
post_many (gpointer data)
{
  for (int i = 0; i < 1000; i++)
    post (data, 'x', 0);
  return NULL;
}

static void
test_threads (Fixture *fixture, gconstpointer data)
{
  GThread *threads[4];
  for (unsigned i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("poster", post_many, fixture);
  int64_t deadline_us = g_get_monotonic_time () + 10 * G_USEC_PER_SEC;
  while (fixture->said->len < 4000 && g_get_monotonic_time () < deadline_us)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (fixture->said->len, ==, 4000);
  for (unsigned i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
}

static void
test_closed (Fixture *fixture, gconstpointer data)
{
  post (fixture, 'a', 0);
  cam_main_inbox_close (fixture->inbox);
  post (fixture, 'b', 0);
  g_assert_cmpuint (fixture->destroyed, ==, 2);
  g_assert_false (g_main_context_iteration (NULL, FALSE));
  g_assert_cmpstr (fixture->said->str, ==, "");
}

static void
note_arrival (gpointer data)
{
}

static gpointer
post_last_reference (gpointer data)
{
  cam_main_inbox_post (data, "a last reference", note_arrival, data, (GDestroyNotify) cam_main_inbox_unref);
  return NULL;
}

/* Who posts may give his reference away with what he posts. ThreadSanitizer tells if the inbox is looked at once that is gone. */
static void
test_last_reference (Fixture *fixture, gconstpointer data)
{
  for (int i = 0; i < 100; i++) {
    CamMainInbox *inbox = cam_main_inbox_new (&fixture->clock);
    GThread *thread = g_thread_new ("poster", post_last_reference, cam_main_inbox_ref (inbox));
    g_main_context_iteration (NULL, TRUE);
    cam_main_inbox_close (inbox);
    cam_main_inbox_unref (inbox);
    g_thread_join (thread);
  }
}

static void
test_alarm (Fixture *fixture, gconstpointer data)
{
  Letter letter = { .fixture = fixture, .letter = '!' };
  CamMainAlarm *alarm = cam_main_alarm_new (fixture->inbox, "an alarm", say, &letter);
  cam_main_alarm_set (alarm, INT64_MAX);
  g_assert_false (g_main_context_iteration (NULL, FALSE));
  cam_main_alarm_set (alarm, g_get_monotonic_time ());
  while (fixture->said->len == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpstr (fixture->said->str, ==, "!");
  g_assert_false (g_main_context_iteration (NULL, FALSE));
  /* Freed while its call is under way: it does not come. */
  cam_main_alarm_set (alarm, 0);
  g_main_context_iteration (NULL, FALSE);
  cam_main_alarm_free (alarm);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpuint (fixture->said->len, <=, 2);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  cam_log_init (CAM_LOG_ERROR);
  g_test_add ("/main-inbox/order", Fixture, NULL, set_up, test_order, tear_down);
  g_test_add ("/main-inbox/turns-are-short", Fixture, NULL, set_up, test_turns_are_short, tear_down);
  g_test_add ("/main-inbox/left-over", Fixture, NULL, set_up, test_left_over, tear_down);
  g_test_add ("/main-inbox/threads", Fixture, NULL, set_up, test_threads, tear_down);
  g_test_add ("/main-inbox/closed", Fixture, NULL, set_up, test_closed, tear_down);
  g_test_add ("/main-inbox/last-reference", Fixture, NULL, set_up, test_last_reference, tear_down);
  g_test_add ("/main-inbox/alarm", Fixture, NULL, set_up, test_alarm, tear_down);
  return g_test_run ();
}
