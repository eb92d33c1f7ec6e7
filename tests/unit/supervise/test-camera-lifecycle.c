#include "supervise/camera-lifecycle.h"

#include <glib.h>
#include <stdbool.h>

typedef struct {
  CamCameraState from;
  CamCameraEvent event;
  CamCameraState to;
  unsigned actions;
} Row;

enum { REMOVAL = CAM_ACT_LOSE | CAM_ACT_REAP_WORKER | CAM_ACT_REAP_MOUNT | CAM_ACT_DISARM };

/* The whole table: what is not here must be ignored. */
static const Row rows[] = {
  { CAM_CAMERA_OFF, CAM_CAMERA_GO, CAM_CAMERA_CONNECTING, CAM_ACT_DIAL },
  { CAM_CAMERA_OFF, CAM_CAMERA_REMOVE, CAM_CAMERA_LEAVING, REMOVAL },

  { CAM_CAMERA_CONNECTING, CAM_CAMERA_LIVE_SAME, CAM_CAMERA_LIVE, CAM_ACT_DISARM | CAM_ACT_PUBLISH },
  { CAM_CAMERA_CONNECTING, CAM_CAMERA_LIVE_OTHER, CAM_CAMERA_LIVE, CAM_ACT_DISARM | CAM_ACT_PUBLISH },
  { CAM_CAMERA_CONNECTING, CAM_CAMERA_ENDED, CAM_CAMERA_WAITING, CAM_ACT_REAP_WORKER | CAM_ACT_ARM_RETRY },
  { CAM_CAMERA_CONNECTING, CAM_CAMERA_REMOVE, CAM_CAMERA_LEAVING, REMOVAL },

  { CAM_CAMERA_LIVE, CAM_CAMERA_ENDED, CAM_CAMERA_HELD, CAM_ACT_LOSE | CAM_ACT_REAP_WORKER | CAM_ACT_ARM_HOLD | CAM_ACT_ARM_RETRY },
  { CAM_CAMERA_LIVE, CAM_CAMERA_REMOVE, CAM_CAMERA_LEAVING, REMOVAL },

  { CAM_CAMERA_HELD, CAM_CAMERA_LIVE_SAME, CAM_CAMERA_LIVE, CAM_ACT_DISARM | CAM_ACT_PUBLISH },
  { CAM_CAMERA_HELD, CAM_CAMERA_LIVE_OTHER, CAM_CAMERA_CLEARING, CAM_ACT_REAP_AUDIENCE | CAM_ACT_DISARM },
  { CAM_CAMERA_HELD, CAM_CAMERA_ENDED, CAM_CAMERA_HELD, CAM_ACT_REAP_WORKER | CAM_ACT_ARM_RETRY },
  { CAM_CAMERA_HELD, CAM_CAMERA_RETRY_DUE, CAM_CAMERA_HELD, CAM_ACT_DIAL },
  { CAM_CAMERA_HELD, CAM_CAMERA_HOLD_OVER, CAM_CAMERA_CLEARING, CAM_ACT_REAP_WORKER | CAM_ACT_REAP_AUDIENCE | CAM_ACT_DISARM },
  { CAM_CAMERA_HELD, CAM_CAMERA_REMOVE, CAM_CAMERA_LEAVING, REMOVAL },

  { CAM_CAMERA_CLEARING, CAM_CAMERA_ENDED, CAM_CAMERA_CLEARING, CAM_ACT_REAP_WORKER },
  { CAM_CAMERA_CLEARING, CAM_CAMERA_CLEARED, CAM_CAMERA_WAITING, CAM_ACT_ARM_RETRY },
  { CAM_CAMERA_CLEARING, CAM_CAMERA_CLEARED_PARKED, CAM_CAMERA_LIVE, CAM_ACT_PUBLISH },
  { CAM_CAMERA_CLEARING, CAM_CAMERA_REMOVE, CAM_CAMERA_LEAVING, REMOVAL },

  { CAM_CAMERA_WAITING, CAM_CAMERA_RETRY_DUE, CAM_CAMERA_CONNECTING, CAM_ACT_DIAL },
  { CAM_CAMERA_WAITING, CAM_CAMERA_REMOVE, CAM_CAMERA_LEAVING, REMOVAL },

  { CAM_CAMERA_LEAVING, CAM_CAMERA_CLEARED, CAM_CAMERA_GONE, CAM_ACT_NOTHING },
};

static const Row *
find_row (CamCameraState state, CamCameraEvent event)
{
  for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {
    if (rows[i].from == state && rows[i].event == event)
      return &rows[i];
  }
  return NULL;
}

static void
test_every_cell (void)
{
  unsigned n_moves = 0;
  for (CamCameraState state = 0; state < CAM_N_CAMERA_STATES; state++) {
    for (CamCameraEvent event = 0; event < CAM_N_CAMERA_EVENTS; event++) {
      const Row *row = find_row (state, event);
      CamCameraLifecycle lifecycle = { .state = state, .generation = 7 };
      unsigned actions = cam_camera_lifecycle_take (&lifecycle, event, 7);
      g_assert_cmpint (lifecycle.state, ==, row != NULL ? row->to : state);
      g_assert_cmpuint (actions, ==, row != NULL ? row->actions : CAM_ACT_NOTHING);
      g_assert_cmpuint (lifecycle.ignored, ==, row != NULL ? 0 : 1);
      g_assert_cmpuint (lifecycle.generation, ==, 7);
      n_moves += row != NULL;
    }
  }
  g_assert_cmpuint (n_moves, ==, G_N_ELEMENTS (rows));
}

static void
test_older_workers_are_ignored (void)
{
  for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {
    CamCameraLifecycle lifecycle = { .state = rows[i].from, .generation = 7 };
    g_assert_cmpuint (cam_camera_lifecycle_take (&lifecycle, rows[i].event, 6), ==, CAM_ACT_NOTHING);
    g_assert_cmpint (lifecycle.state, ==, rows[i].from);
    g_assert_cmpuint (lifecycle.ignored, ==, 1);
    cam_camera_lifecycle_take (&lifecycle, rows[i].event, CAM_GENERATION_CURRENT);
    g_assert_cmpint (lifecycle.state, ==, rows[i].to);
  }
}

/* From every state, whatever happened before, a removal ends in GONE, and GONE is for ever. */
static void
test_removal_ends (void)
{
  for (CamCameraState state = 0; state < CAM_CAMERA_LEAVING; state++) {
    CamCameraLifecycle lifecycle = { .state = state };
    g_assert_true (cam_camera_lifecycle_take (&lifecycle, CAM_CAMERA_REMOVE, CAM_GENERATION_CURRENT) & CAM_ACT_REAP_MOUNT);
    cam_camera_lifecycle_take (&lifecycle, CAM_CAMERA_REMOVE, CAM_GENERATION_CURRENT);
    g_assert_cmpuint (lifecycle.ignored, ==, 1);
    cam_camera_lifecycle_take (&lifecycle, CAM_CAMERA_CLEARED, CAM_GENERATION_CURRENT);
    g_assert_cmpint (lifecycle.state, ==, CAM_CAMERA_GONE);
  }
}

static void
test_words (void)
{
  static const char *const words[CAM_N_CAMERA_STATES] = {
    [CAM_CAMERA_OFF] = "disabled",          [CAM_CAMERA_CONNECTING] = "connecting", [CAM_CAMERA_LIVE] = "connected",
    [CAM_CAMERA_HELD] = "reconnecting",     [CAM_CAMERA_CLEARING] = "disconnected", [CAM_CAMERA_WAITING] = "disconnected",
    [CAM_CAMERA_LEAVING] = "removing",      [CAM_CAMERA_GONE] = "removing",
  };
  for (CamCameraState state = 0; state < CAM_N_CAMERA_STATES; state++)
    g_assert_cmpstr (cam_camera_state_word (state), ==, words[state]);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/camera-lifecycle/every-cell", test_every_cell);
  g_test_add_func ("/camera-lifecycle/older-workers-are-ignored", test_older_workers_are_ignored);
  g_test_add_func ("/camera-lifecycle/removal-ends", test_removal_ends);
  g_test_add_func ("/camera-lifecycle/words", test_words);
  return g_test_run ();
}
