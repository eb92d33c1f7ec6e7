#include "supervise/stream-demand.h"

#include "core/log.h"
#include "stream-fixture.h"

static void
begin_on_demand (StreamFixture *fixture)
{
  fixture->camera->streams[CAM_STREAM_MAIN].start = CAM_START_ON_DEMAND;
  fixture->camera->streams[CAM_STREAM_MAIN].idle_timeout = 30 * SECOND;
  stream_fixture_begin (fixture);
  stream_fixture_assert_state (fixture, CAM_CAMERA_IDLE);
}

static void
want (StreamFixture *fixture)
{
  rooms_below_want ();
  stream_fixture_settle (fixture);
}

/* A reader watches for a minute. */
static void
watch (StreamFixture *fixture)
{
  want (fixture);
  stream_fixture_go_live (fixture, fixture->h264);
  rooms_below.readers = 1;
  for (int i = 0; i < 60; i++)
    stream_fixture_pass (fixture, SECOND);
  stream_fixture_assert_state (fixture, CAM_CAMERA_LIVE);
}

static void
leave (StreamFixture *fixture)
{
  rooms_below.readers = 0;
  for (int i = 0; i < 28; i++)
    stream_fixture_pass (fixture, 9 * SECOND / 10);
}

static void
test_is_dialled_when_wanted (StreamFixture *fixture, gconstpointer data)
{
  begin_on_demand (fixture);
  stream_fixture_pass (fixture, 600 * SECOND);
  g_assert_cmpuint (rooms_below.made, ==, 0);
  want (fixture);
  stream_fixture_assert_state (fixture, CAM_CAMERA_CONNECTING);
  g_assert_cmpuint (rooms_below.made, ==, 1);
  want (fixture);
  g_assert_cmpuint (rooms_below.made, ==, 1);
}

static void
test_is_left_when_nobody_watches (StreamFixture *fixture, gconstpointer data)
{
  begin_on_demand (fixture);
  watch (fixture);
  leave (fixture);
  stream_fixture_assert_state (fixture, CAM_CAMERA_LIVE);
  stream_fixture_pass (fixture, 5 * SECOND);
  stream_fixture_assert_state (fixture, CAM_CAMERA_IDLE);
  g_assert_cmpuint (rooms_below.stopped, ==, 1);
  g_assert_cmpuint (rooms_below.audiences_ended + rooms_below.mounts_ended, ==, 0);
  g_assert_cmpint (cam_stream_hub_get_feed (rooms_below.setup.hub), ==, CAM_FEED_NONE);
  stream_fixture_pass (fixture, 600 * SECOND);
  g_assert_cmpuint (rooms_below.made, ==, 1);
}

/* What it carries is known from before: the next client gets the slate until the camera is there, and then the same stream. */
static void
test_comes_back_on_demand (StreamFixture *fixture, gconstpointer data)
{
  begin_on_demand (fixture);
  watch (fixture);
  leave (fixture);
  stream_fixture_pass (fixture, 5 * SECOND);
  stream_fixture_assert_state (fixture, CAM_CAMERA_IDLE);
  g_autoptr (CamStreamDescription) known = cam_stream_hub_ref_description (rooms_below.setup.hub);
  g_assert_true (known == fixture->h264);
  want (fixture);
  stream_fixture_assert_state (fixture, CAM_CAMERA_HELD);
  g_assert_cmpuint (rooms_below.made, ==, 2);
  stream_fixture_go_live (fixture, fixture->h264);
  stream_fixture_assert_state (fixture, CAM_CAMERA_LIVE);
}

/* A client that comes and goes again and again presses no log-in out of us. */
static void
test_demand_does_not_hasten_a_log_in (StreamFixture *fixture, gconstpointer data)
{
  begin_on_demand (fixture);
  want (fixture);
  stream_fixture_end (fixture, CAM_REASON_AUTH);
  for (int i = 0; i < 40; i++) {
    want (fixture);
    stream_fixture_pass (fixture, SECOND);
  }
  g_assert_cmpuint (rooms_below.made, ==, 1);
  /* Nor does one after everybody had left. */
  fixture->camera->streams[CAM_STREAM_MAIN].idle_timeout = SECOND;
  for (int i = 0; i < 4; i++)
    cam_stream_session_tick (fixture->session);
  want (fixture);
  g_assert_cmpuint (rooms_below.made, ==, 1);
}

/* A request is kept waiting for 8 s: so long somebody is there. */
static void
test_whoever_asks_is_there (StreamFixture *fixture, gconstpointer data)
{
  begin_on_demand (fixture);
  fixture->camera->streams[CAM_STREAM_MAIN].idle_timeout = 2 * SECOND;
  want (fixture);
  for (int i = 0; i < 6; i++)
    stream_fixture_pass (fixture, SECOND);
  stream_fixture_assert_state (fixture, CAM_CAMERA_CONNECTING);
  for (int i = 0; i < 4; i++)
    stream_fixture_pass (fixture, SECOND);
  stream_fixture_assert_state (fixture, CAM_CAMERA_IDLE);
}

static void
count (gpointer data)
{
  (*(unsigned *) data)++;
}

static void
test_notes_become_one (StreamFixture *fixture, gconstpointer data)
{
  stream_fixture_begin (fixture);
  unsigned wanted = 0;
  CamStreamDemand *demand = cam_stream_demand_new (&fixture->place, "yard", CAM_STREAM_SUB, count, &wanted);
  for (int i = 0; i < 1000; i++)
    cam_stream_demand_note (demand);
  stream_fixture_settle (fixture);
  g_assert_cmpuint (wanted, ==, 1);
  cam_stream_demand_note (demand);
  stream_fixture_settle (fixture);
  g_assert_cmpuint (wanted, ==, 2);
  /* What is under way when it is freed is not told. */
  cam_stream_demand_note (demand);
  cam_stream_demand_free (demand);
  stream_fixture_settle (fixture);
  g_assert_cmpuint (wanted, ==, 2);
}

static void
test_looks (StreamFixture *fixture, gconstpointer data)
{
  stream_fixture_begin (fixture);
  unsigned wanted = 0;
  CamStreamDemand *demand = cam_stream_demand_new (&fixture->place, "yard", CAM_STREAM_SUB, count, &wanted);
  int64_t now_us = fixture->hand.now_us;
  g_assert_false (cam_stream_demand_look (demand, true, now_us));
  rooms_below.readers = 1;
  g_assert_true (cam_stream_demand_look (demand, false, now_us + SECOND));
  rooms_below.readers = 0;
  g_assert_false (cam_stream_demand_look (demand, false, now_us + 3 * SECOND));
  g_assert_cmpint (cam_stream_demand_get_due_us (demand), ==, INT64_MAX);
  cam_stream_demand_watch (demand, true, now_us + 2 * SECOND);
  cam_stream_demand_watch (demand, true, now_us + 3 * SECOND);
  g_assert_cmpint (cam_stream_demand_get_due_us (demand), ==, now_us + 3 * SECOND);
  g_assert_false (cam_stream_demand_tick (demand, true, 0, now_us + 3 * SECOND - 1)); /* not yet */
  g_assert_false (cam_stream_demand_tick (demand, true, 3 * SECOND, now_us + 3 * SECOND));
  g_assert_true (cam_stream_demand_tick (demand, true, 3 * SECOND, now_us + 4 * SECOND));
  cam_stream_demand_watch (demand, false, now_us + 4 * SECOND);
  g_assert_cmpint (cam_stream_demand_get_due_us (demand), ==, INT64_MAX);
  cam_stream_demand_free (demand);
}

#define ADD(name, function) g_test_add ("/stream-demand/" name, StreamFixture, NULL, stream_fixture_set_up, function, stream_fixture_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  cam_log_init (CAM_LOG_ERROR);
  ADD ("is-dialled-when-wanted", test_is_dialled_when_wanted);
  ADD ("is-left-when-nobody-watches", test_is_left_when_nobody_watches);
  ADD ("comes-back-on-demand", test_comes_back_on_demand);
  ADD ("demand-does-not-hasten-a-log-in", test_demand_does_not_hasten_a_log_in);
  ADD ("whoever-asks-is-there", test_whoever_asks_is_there);
  ADD ("notes-become-one", test_notes_become_one);
  ADD ("looks", test_looks);
  return g_test_run ();
}
