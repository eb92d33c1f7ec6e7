#include "serve/audience.h"

typedef struct {
  CamAudience *audience;
  unsigned asked;
  int64_t grace_us;
  bool leaves_at_once;
  unsigned done;
} Room;

typedef struct {
  Room *room;
} Member;

static void
ask_to_leave (gpointer data, int64_t grace_us)
{
  Member *member = data;
  member->room->asked++;
  member->room->grace_us = grace_us;
  if (member->room->leaves_at_once)
    cam_audience_leave (member->room->audience, member);
}

static void
note_done (gpointer data)
{
  ((Room *) data)->done++;
}

static void
free_when_done (gpointer data)
{
  Room *room = data;
  room->done++;
  g_clear_pointer (&room->audience, cam_audience_free);
}

static void
test_empty_is_done_at_once (void)
{
  Room room = {.audience = cam_audience_new (ask_to_leave)};
  cam_audience_end (room.audience, 5, note_done, &room);
  g_assert_cmpuint (room.done, ==, 1);
  cam_audience_end (room.audience, 5, NULL, NULL);
  Member member = {&room};
  g_assert_true (cam_audience_enter (room.audience, &member));
  cam_audience_leave (room.audience, &member);
  cam_audience_leave (room.audience, &member);
  g_assert_cmpuint (room.done, ==, 1);
  cam_audience_free (room.audience);
}

static void
test_all_leave_at_once (void)
{
  Room room = {.audience = cam_audience_new (ask_to_leave), .leaves_at_once = true};
  Member members[3] = {{&room}, {&room}, {&room}};
  for (unsigned i = 0; i < 3; i++)
    g_assert_true (cam_audience_enter (room.audience, &members[i]));
  cam_audience_end (room.audience, 5, note_done, &room);
  g_assert_cmpuint (room.asked, ==, 3);
  g_assert_cmpint (room.grace_us, ==, 5);
  g_assert_cmpuint (room.done, ==, 1);
  cam_audience_free (room.audience);
}

static void
test_nobody_enters_while_some_are_leaving (void)
{
  Room room = {.audience = cam_audience_new (ask_to_leave)};
  Member members[2] = {{&room}, {&room}};
  Member late = {&room};
  g_assert_true (cam_audience_enter (room.audience, &members[0]));
  g_assert_true (cam_audience_enter (room.audience, &members[1]));
  cam_audience_end (room.audience, 5, note_done, &room);
  cam_audience_end (room.audience, 6, note_done, &room);
  g_assert_false (cam_audience_enter (room.audience, &late));
  cam_audience_leave (room.audience, &members[0]);
  g_assert_cmpuint (room.done, ==, 0);
  cam_audience_leave (room.audience, &members[1]);
  g_assert_cmpuint (room.done, ==, 2);
  g_assert_true (cam_audience_enter (room.audience, &late));
  cam_audience_leave (room.audience, &late);
  cam_audience_free (room.audience);
}

static void
test_the_waiter_may_free_it (void)
{
  Room room = {.audience = cam_audience_new (ask_to_leave)};
  Member member = {&room};
  g_assert_true (cam_audience_enter (room.audience, &member));
  cam_audience_end (room.audience, 5, free_when_done, &room);
  cam_audience_leave (room.audience, &member);
  g_assert_cmpuint (room.done, ==, 1);
  g_assert_null (room.audience);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/audience/empty-is-done-at-once", test_empty_is_done_at_once);
  g_test_add_func ("/audience/all-leave-at-once", test_all_leave_at_once);
  g_test_add_func ("/audience/nobody-enters-while-some-are-leaving", test_nobody_enters_while_some_are_leaving);
  g_test_add_func ("/audience/the-waiter-may-free-it", test_the_waiter_may_free_it);
  return g_test_run ();
}
