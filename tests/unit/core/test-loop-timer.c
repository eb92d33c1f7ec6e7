#include "core/loop-thread.h"

#include "loop-fixture.h"

#define MANY 500

typedef struct Fixture Fixture;

typedef struct {
  Fixture *fixture;
  CamLoopTimer *timer;
  int64_t due_us;
  unsigned number;
} Alarm;

struct Fixture {
  CamLoopThread *loop;
  Gate gate;
  Alarm alarms[MANY];
  unsigned fired[2 * MANY];
  unsigned n_fired;
  unsigned expected;
  int64_t last_turn_us;
};

static void
set_up (Fixture *self, gconstpointer data)
{
  self->loop = start_loop ();
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  stop_loop (self->loop);
}

static void
do_nothing (gpointer data)
{
}

static void
on_alarm (gpointer data)
{
  Alarm *self = data;
  Fixture *fixture = self->fixture;
  CAM_ASSERT_ON (fixture->loop);
  g_assert_cmpint (cam_loop_thread_now_us (fixture->loop), >=, self->due_us);
  fixture->fired[fixture->n_fired++] = self->number;
  g_clear_pointer (&self->timer, cam_loop_timer_free);
  if (fixture->n_fired == fixture->expected)
    open_gate (&fixture->gate);
}

static void
add_alarm (Fixture *self, unsigned number, int64_t due_us)
{
  Alarm *alarm = &self->alarms[number];
  *alarm = (Alarm){.fixture = self, .due_us = due_us, .number = number};
  alarm->timer = cam_loop_timer_new (self->loop, on_alarm, alarm);
  cam_loop_timer_arm (alarm->timer, due_us);
}

/* Due times that are all past fire in one turn, in their order; equal ones in the order of arming. */
static void
arm_shuffled (gpointer data)
{
  Fixture *self = data;
  int64_t now_us = cam_loop_thread_now_us (self->loop);
  for (unsigned i = 0; i < MANY; i++)
    add_alarm (self, i, now_us - (int64_t) (i * 7919 % 100));
  self->expected = MANY - MANY / 10;
  for (unsigned i = 0; i < MANY; i += 10)
    g_clear_pointer (&self->alarms[i].timer, cam_loop_timer_free);
}

static void
test_order (Fixture *self, gconstpointer data)
{
  call_on (self->loop, arm_shuffled, self);
  await_gate (&self->gate);
  for (unsigned i = 1; i < self->expected; i++) {
    const Alarm *before = &self->alarms[self->fired[i - 1]];
    const Alarm *after = &self->alarms[self->fired[i]];
    g_assert_cmpint (before->due_us, <=, after->due_us);
    if (before->due_us == after->due_us)
      g_assert_cmpuint (before->number, <, after->number);
  }
}

static void
arm_soon (gpointer data)
{
  Fixture *self = data;
  self->expected = 2;
  add_alarm (self, 0, g_get_monotonic_time () + 12000);
  add_alarm (self, 1, g_get_monotonic_time () + 3000);
}

static void
test_due (Fixture *self, gconstpointer data)
{
  call_on (self->loop, arm_soon, self);
  await_gate (&self->gate);
  g_assert_cmpint (g_get_monotonic_time (), >=, self->alarms[0].due_us);
  g_assert_cmpuint (self->fired[0], ==, 1);
  g_assert_cmpuint (self->fired[1], ==, 0);
}

/* The last arming counts; INT64_MAX disarms. */
static void
arm_and_change (gpointer data)
{
  Fixture *self = data;
  int64_t now_us = cam_loop_thread_now_us (self->loop);
  self->expected = 2;
  add_alarm (self, 0, now_us);
  add_alarm (self, 1, now_us);
  add_alarm (self, 2, INT64_MAX);
  cam_loop_timer_arm (self->alarms[0].timer, INT64_MAX);
  cam_loop_timer_arm (self->alarms[0].timer, INT64_MAX);
  cam_loop_timer_arm (self->alarms[1].timer, now_us); /* as it is */
  cam_loop_timer_arm (self->alarms[2].timer, now_us - 1);
  self->alarms[2].due_us = now_us - 1;
}

static void
free_first (gpointer data)
{
  g_clear_pointer (&((Fixture *) data)->alarms[0].timer, cam_loop_timer_free);
  cam_loop_timer_free (NULL);
}

static void
test_replace_and_disarm (Fixture *self, gconstpointer data)
{
  call_on (self->loop, arm_and_change, self);
  await_gate (&self->gate);
  call_on (self->loop, do_nothing, NULL);
  g_assert_cmpuint (self->n_fired, ==, 2);
  g_assert_cmpuint (self->fired[0], ==, 2);
  g_assert_cmpuint (self->fired[1], ==, 1);
  call_on (self->loop, free_first, self);
}

static void
on_again (gpointer data)
{
  Alarm *self = data;
  Fixture *fixture = self->fixture;
  g_assert_cmpint (cam_loop_thread_now_us (fixture->loop), >, fixture->last_turn_us);
  fixture->last_turn_us = cam_loop_thread_now_us (fixture->loop);
  if (++fixture->n_fired == 50) {
    g_clear_pointer (&self->timer, cam_loop_timer_free);
    open_gate (&fixture->gate);
    return;
  }
  cam_loop_timer_arm (self->timer, 0);
}

static void
arm_for_the_past (gpointer data)
{
  Fixture *self = data;
  self->alarms[0] = (Alarm){.fixture = self};
  self->alarms[0].timer = cam_loop_timer_new (self->loop, on_again, &self->alarms[0]);
  cam_loop_timer_arm (self->alarms[0].timer, 0);
}

/* A timer that arms itself for the past fires once a turn, so that nobody starves. */
static void
test_once_a_turn (Fixture *self, gconstpointer data)
{
  call_on (self->loop, arm_for_the_past, self);
  await_gate (&self->gate);
  g_assert_cmpuint (self->n_fired, ==, 50);
}

static void
on_free_next (gpointer data)
{
  Alarm *self = data;
  Fixture *fixture = self->fixture;
  g_clear_pointer (&fixture->alarms[1].timer, cam_loop_timer_free);
  on_alarm (self);
}

static void
arm_two (gpointer data)
{
  Fixture *self = data;
  self->expected = 1;
  self->alarms[0] = (Alarm){.fixture = self};
  self->alarms[0].timer = cam_loop_timer_new (self->loop, on_free_next, &self->alarms[0]);
  cam_loop_timer_arm (self->alarms[0].timer, 0);
  add_alarm (self, 1, 1);
}

static void
test_freed_by_another (Fixture *self, gconstpointer data)
{
  call_on (self->loop, arm_two, self);
  await_gate (&self->gate);
  call_on (self->loop, do_nothing, NULL);
  g_assert_cmpuint (self->n_fired, ==, 1);
}

#define ADD(name, function) g_test_add ("/core/loop-timer/" name, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("order", test_order);
  ADD ("due", test_due);
  ADD ("replace-and-disarm", test_replace_and_disarm);
  ADD ("once-a-turn", test_once_a_turn);
  ADD ("freed-by-another", test_freed_by_another);
  return g_test_run ();
}
