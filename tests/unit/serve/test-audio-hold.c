#include "serve/audio-hold.h"

#include <glib.h>

#define MS 1000 /* µs */
#define START_US (1000 * MS)
#define MOST_US (45 * MS)

/* @count pictures, @interval_us apart; returns when the newest was here. */
static int64_t
note_pictures (CamAudioHold *hold, unsigned count, int64_t interval_us)
{
  int64_t now_us = START_US;
  for (unsigned i = 0; i < count; i++) {
    now_us = START_US + i * interval_us;
    cam_audio_hold_note_picture (hold, now_us * 1000, now_us);
  }
  return now_us;
}

static int64_t
wait_after (const CamAudioHold *hold, int64_t now_us)
{
  return cam_audio_hold_get_due_us (hold, now_us) - now_us;
}

static void
test_without_a_pace (void)
{
  CamAudioHold hold = {.most_us = MOST_US};
  g_assert_cmpint (wait_after (&hold, START_US), ==, 0);
  int64_t newest_us = note_pictures (&hold, 1, 40 * MS);
  g_assert_cmpint (wait_after (&hold, newest_us + 3 * MS), ==, 0);
}

static void
test_one_interval_at_most (void)
{
  CamAudioHold hold = {.most_us = MOST_US};
  int64_t newest_us = note_pictures (&hold, 3, 20 * MS);
  g_assert_cmpint (wait_after (&hold, newest_us + 3 * MS), ==, 20 * MS);
}

static void
test_never_above_the_most (void)
{
  CamAudioHold hold = {.most_us = MOST_US};
  int64_t newest_us = note_pictures (&hold, 3, 80 * MS);
  g_assert_cmpint (wait_after (&hold, newest_us + 40 * MS), ==, MOST_US);
}

static void
test_rare_pictures_are_not_awaited (void)
{
  CamAudioHold hold = {.most_us = MOST_US};
  int64_t newest_us = note_pictures (&hold, 3, 200 * MS);
  g_assert_cmpint (wait_after (&hold, newest_us + 20 * MS), ==, 0);
  g_assert_cmpint (wait_after (&hold, newest_us + 160 * MS), ==, MOST_US);
}

static void
test_stopped_pictures_are_not_awaited (void)
{
  CamAudioHold hold = {.most_us = MOST_US};
  int64_t newest_us = note_pictures (&hold, 3, 40 * MS);
  g_assert_cmpint (wait_after (&hold, newest_us + 80 * MS), ==, 40 * MS);
  g_assert_cmpint (wait_after (&hold, newest_us + 81 * MS), ==, 0);
}

static void
test_the_bound_is_the_users (void)
{
  CamAudioHold hold = {.most_us = 200 * MS};
  int64_t newest_us = note_pictures (&hold, 3, 100 * MS);
  g_assert_cmpint (wait_after (&hold, newest_us + 3 * MS), ==, 100 * MS);
  hold.most_us = 0;
  for (unsigned at_ms = 0; at_ms < 250; at_ms += 10)
    g_assert_cmpint (wait_after (&hold, newest_us + at_ms * MS), ==, 0);
}

/* A hole, or a time line that begins anew, is not taken for the pace. */
static void
test_holes_do_not_count (void)
{
  CamAudioHold hold = {.most_us = MOST_US};
  int64_t newest_us = note_pictures (&hold, 3, 40 * MS);
  cam_audio_hold_note_picture (&hold, (newest_us + 5000 * MS) * 1000, newest_us + 5000 * MS);
  g_assert_cmpint (hold.interval_us, ==, 40 * MS);
  cam_audio_hold_note_picture (&hold, 0, newest_us + 5040 * MS);
  g_assert_cmpint (hold.interval_us, ==, 40 * MS);
}

static void
test_the_pace_is_followed (void)
{
  CamAudioHold hold = {.most_us = MOST_US};
  note_pictures (&hold, 3, 40 * MS);
  note_pictures (&hold, 60, 20 * MS);
  g_assert_cmpint (hold.interval_us, <, 21 * MS);
  g_assert_cmpint (hold.interval_us, >=, 20 * MS);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/audio-hold/without-a-pace", test_without_a_pace);
  g_test_add_func ("/audio-hold/one-interval-at-most", test_one_interval_at_most);
  g_test_add_func ("/audio-hold/never-above-the-most", test_never_above_the_most);
  g_test_add_func ("/audio-hold/rare-pictures-are-not-awaited", test_rare_pictures_are_not_awaited);
  g_test_add_func ("/audio-hold/stopped-pictures-are-not-awaited", test_stopped_pictures_are_not_awaited);
  g_test_add_func ("/audio-hold/the-bound-is-the-users", test_the_bound_is_the_users);
  g_test_add_func ("/audio-hold/holes-do-not-count", test_holes_do_not_count);
  g_test_add_func ("/audio-hold/the-pace-is-followed", test_the_pace_is_followed);
  return g_test_run ();
}
