#include "supervise/camera-lifecycle.h"

#include <glib.h>
#include <stdbool.h>

typedef struct {
  CamCameraState from;
  CamCameraEvent event;
  CamCameraState to;
  unsigned actions;
} Row;

/* What several rows do. */
enum {
  WELCOME = CAM_ACT_BEGIN_SLATE | CAM_ACT_ARM_HOLD | CAM_ACT_DIAL,
  HOLDING = CAM_ACT_LOSE | CAM_ACT_BEGIN_SLATE | CAM_ACT_ARM_HOLD,
  BACK = CAM_ACT_DISARM | CAM_ACT_END_SLATE | CAM_ACT_PUBLISH,
  DISABLING = CAM_ACT_DISARM | CAM_ACT_LOSE | CAM_ACT_END_SLATE | CAM_ACT_REAP_WORKER | CAM_ACT_REAP_AUDIENCE,
  REMOVAL = CAM_ACT_DISARM | CAM_ACT_LOSE | CAM_ACT_END_SLATE | CAM_ACT_REAP_WORKER | CAM_ACT_REAP_MOUNT,
};

/* The whole table: what is not here must be ignored. */
static const Row rows[] = {
  { CAM_CAMERA_OFF, CAM_CAMERA_GO, CAM_CAMERA_CONNECTING, CAM_ACT_DIAL },
  { CAM_CAMERA_OFF, CAM_CAMERA_GO_KNOWN, CAM_CAMERA_HELD, WELCOME },
  { CAM_CAMERA_OFF, CAM_CAMERA_GO_PASSIVE, CAM_CAMERA_LISTENING, CAM_ACT_NOTHING },
  { CAM_CAMERA_OFF, CAM_CAMERA_GO_PASSIVE_KNOWN, CAM_CAMERA_HELD, CAM_ACT_BEGIN_SLATE | CAM_ACT_ARM_HOLD },
  { CAM_CAMERA_OFF, CAM_CAMERA_GO_ON_DEMAND, CAM_CAMERA_IDLE, CAM_ACT_NOTHING },
  { CAM_CAMERA_OFF, CAM_CAMERA_REMOVE, CAM_CAMERA_LEAVING, REMOVAL },

  { CAM_CAMERA_IDLE, CAM_CAMERA_WANTED, CAM_CAMERA_CONNECTING, CAM_ACT_DIAL },
  { CAM_CAMERA_IDLE, CAM_CAMERA_WANTED_KNOWN, CAM_CAMERA_HELD, WELCOME },
  { CAM_CAMERA_IDLE, CAM_CAMERA_RECONFIGURED_PASSIVE, CAM_CAMERA_CLEARING, CAM_ACT_REAP_AUDIENCE },
  { CAM_CAMERA_IDLE, CAM_CAMERA_DISABLE, CAM_CAMERA_DISABLING, DISABLING },
  { CAM_CAMERA_IDLE, CAM_CAMERA_REMOVE, CAM_CAMERA_LEAVING, REMOVAL },

  { CAM_CAMERA_LISTENING, CAM_CAMERA_WANTED, CAM_CAMERA_CONNECTING, CAM_ACT_DIAL },
  { CAM_CAMERA_LISTENING, CAM_CAMERA_WANTED_KNOWN, CAM_CAMERA_HELD, WELCOME },
  { CAM_CAMERA_LISTENING, CAM_CAMERA_LIVE_SAME, CAM_CAMERA_LIVE, CAM_ACT_PUBLISH },
  { CAM_CAMERA_LISTENING, CAM_CAMERA_LIVE_OTHER, CAM_CAMERA_LIVE, CAM_ACT_PUBLISH },
  { CAM_CAMERA_LISTENING, CAM_CAMERA_RECONFIGURED, CAM_CAMERA_CONNECTING, CAM_ACT_DIAL },
  { CAM_CAMERA_LISTENING, CAM_CAMERA_DISABLE, CAM_CAMERA_DISABLING, DISABLING },
  { CAM_CAMERA_LISTENING, CAM_CAMERA_REMOVE, CAM_CAMERA_LEAVING, REMOVAL },

  { CAM_CAMERA_CONNECTING, CAM_CAMERA_LIVE_SAME, CAM_CAMERA_LIVE, CAM_ACT_DISARM | CAM_ACT_PUBLISH },
  { CAM_CAMERA_CONNECTING, CAM_CAMERA_LIVE_OTHER, CAM_CAMERA_LIVE, CAM_ACT_DISARM | CAM_ACT_PUBLISH },
  { CAM_CAMERA_CONNECTING, CAM_CAMERA_ENDED, CAM_CAMERA_WAITING, CAM_ACT_REAP_WORKER | CAM_ACT_ARM_RETRY },
  { CAM_CAMERA_CONNECTING, CAM_CAMERA_ENDED_PASSIVE, CAM_CAMERA_LISTENING, CAM_ACT_REAP_WORKER },
  { CAM_CAMERA_CONNECTING, CAM_CAMERA_REPLACED, CAM_CAMERA_CONNECTING, CAM_ACT_REAP_WORKER | CAM_ACT_DIAL },
  { CAM_CAMERA_CONNECTING, CAM_CAMERA_UNWANTED, CAM_CAMERA_IDLE, CAM_ACT_DISARM | CAM_ACT_REAP_WORKER },
  { CAM_CAMERA_CONNECTING, CAM_CAMERA_RECONFIGURED, CAM_CAMERA_CONNECTING, CAM_ACT_REAP_WORKER | CAM_ACT_DIAL },
  { CAM_CAMERA_CONNECTING, CAM_CAMERA_RECONFIGURED_PASSIVE, CAM_CAMERA_LISTENING, CAM_ACT_DISARM | CAM_ACT_REAP_WORKER },
  { CAM_CAMERA_CONNECTING, CAM_CAMERA_DISABLE, CAM_CAMERA_DISABLING, DISABLING },
  { CAM_CAMERA_CONNECTING, CAM_CAMERA_REMOVE, CAM_CAMERA_LEAVING, REMOVAL },

  { CAM_CAMERA_LIVE, CAM_CAMERA_ENDED, CAM_CAMERA_HELD, HOLDING | CAM_ACT_REAP_WORKER | CAM_ACT_ARM_RETRY },
  { CAM_CAMERA_LIVE, CAM_CAMERA_ENDED_PASSIVE, CAM_CAMERA_HELD, HOLDING | CAM_ACT_REAP_WORKER },
  { CAM_CAMERA_LIVE, CAM_CAMERA_QUIET, CAM_CAMERA_HELD, HOLDING },
  { CAM_CAMERA_LIVE, CAM_CAMERA_REPLACED, CAM_CAMERA_HELD, HOLDING | CAM_ACT_REAP_WORKER | CAM_ACT_DIAL },
  { CAM_CAMERA_LIVE, CAM_CAMERA_UNWANTED, CAM_CAMERA_IDLE, CAM_ACT_DISARM | CAM_ACT_LOSE | CAM_ACT_REAP_WORKER },
  { CAM_CAMERA_LIVE, CAM_CAMERA_RECONFIGURED, CAM_CAMERA_HELD, HOLDING | CAM_ACT_REAP_WORKER | CAM_ACT_DIAL },
  { CAM_CAMERA_LIVE, CAM_CAMERA_RECONFIGURED_PASSIVE, CAM_CAMERA_HELD, HOLDING | CAM_ACT_REAP_WORKER },
  { CAM_CAMERA_LIVE, CAM_CAMERA_DISABLE, CAM_CAMERA_DISABLING, DISABLING },
  { CAM_CAMERA_LIVE, CAM_CAMERA_REMOVE, CAM_CAMERA_LEAVING, REMOVAL },

  { CAM_CAMERA_HELD, CAM_CAMERA_LIVE_SAME, CAM_CAMERA_LIVE, BACK },
  { CAM_CAMERA_HELD, CAM_CAMERA_LIVE_OTHER, CAM_CAMERA_CLEARING, CAM_ACT_DISARM | CAM_ACT_END_SLATE | CAM_ACT_REAP_AUDIENCE },
  { CAM_CAMERA_HELD, CAM_CAMERA_ENDED, CAM_CAMERA_HELD, CAM_ACT_REAP_WORKER | CAM_ACT_ARM_RETRY },
  { CAM_CAMERA_HELD, CAM_CAMERA_ENDED_PASSIVE, CAM_CAMERA_HELD, CAM_ACT_REAP_WORKER },
  { CAM_CAMERA_HELD, CAM_CAMERA_SOUNDS_AGAIN, CAM_CAMERA_LIVE, BACK },
  { CAM_CAMERA_HELD, CAM_CAMERA_REPLACED, CAM_CAMERA_HELD, CAM_ACT_REAP_WORKER | CAM_ACT_DIAL },
  { CAM_CAMERA_HELD, CAM_CAMERA_RETRY_DUE, CAM_CAMERA_HELD, CAM_ACT_DIAL },
  { CAM_CAMERA_HELD, CAM_CAMERA_RETRY_NOW, CAM_CAMERA_HELD, CAM_ACT_HASTEN },
  { CAM_CAMERA_HELD, CAM_CAMERA_HOLD_OVER, CAM_CAMERA_CLEARING, CAM_ACT_DISARM | CAM_ACT_END_SLATE | CAM_ACT_REAP_WORKER | CAM_ACT_REAP_AUDIENCE },
  { CAM_CAMERA_HELD, CAM_CAMERA_UNWANTED, CAM_CAMERA_IDLE, CAM_ACT_DISARM | CAM_ACT_END_SLATE | CAM_ACT_REAP_WORKER },
  { CAM_CAMERA_HELD, CAM_CAMERA_RECONFIGURED, CAM_CAMERA_HELD, CAM_ACT_REAP_WORKER | CAM_ACT_DIAL },
  { CAM_CAMERA_HELD, CAM_CAMERA_RECONFIGURED_PASSIVE, CAM_CAMERA_HELD, CAM_ACT_REAP_WORKER },
  { CAM_CAMERA_HELD, CAM_CAMERA_DISABLE, CAM_CAMERA_DISABLING, DISABLING },
  { CAM_CAMERA_HELD, CAM_CAMERA_REMOVE, CAM_CAMERA_LEAVING, REMOVAL },

  { CAM_CAMERA_CLEARING, CAM_CAMERA_ENDED, CAM_CAMERA_CLEARING, CAM_ACT_REAP_WORKER },
  { CAM_CAMERA_CLEARING, CAM_CAMERA_ENDED_PASSIVE, CAM_CAMERA_CLEARING, CAM_ACT_REAP_WORKER },
  { CAM_CAMERA_CLEARING, CAM_CAMERA_REPLACED, CAM_CAMERA_CLEARING, CAM_ACT_REAP_WORKER },
  { CAM_CAMERA_CLEARING, CAM_CAMERA_CLEARED, CAM_CAMERA_WAITING, CAM_ACT_ARM_RETRY },
  { CAM_CAMERA_CLEARING, CAM_CAMERA_CLEARED_PARKED, CAM_CAMERA_LIVE, CAM_ACT_PUBLISH },
  { CAM_CAMERA_CLEARING, CAM_CAMERA_CLEARED_PASSIVE, CAM_CAMERA_LISTENING, CAM_ACT_NOTHING },
  { CAM_CAMERA_CLEARING, CAM_CAMERA_RECONFIGURED, CAM_CAMERA_CLEARING, CAM_ACT_REAP_WORKER },
  { CAM_CAMERA_CLEARING, CAM_CAMERA_RECONFIGURED_PASSIVE, CAM_CAMERA_CLEARING, CAM_ACT_REAP_WORKER },
  { CAM_CAMERA_CLEARING, CAM_CAMERA_DISABLE, CAM_CAMERA_DISABLING, DISABLING },
  { CAM_CAMERA_CLEARING, CAM_CAMERA_REMOVE, CAM_CAMERA_LEAVING, REMOVAL },

  { CAM_CAMERA_WAITING, CAM_CAMERA_REPLACED, CAM_CAMERA_CONNECTING, CAM_ACT_DISARM | CAM_ACT_DIAL },
  { CAM_CAMERA_WAITING, CAM_CAMERA_RETRY_DUE, CAM_CAMERA_CONNECTING, CAM_ACT_DIAL },
  { CAM_CAMERA_WAITING, CAM_CAMERA_RETRY_NOW, CAM_CAMERA_CONNECTING, CAM_ACT_DISARM | CAM_ACT_DIAL },
  { CAM_CAMERA_WAITING, CAM_CAMERA_UNWANTED, CAM_CAMERA_IDLE, CAM_ACT_DISARM },
  { CAM_CAMERA_WAITING, CAM_CAMERA_RECONFIGURED, CAM_CAMERA_CONNECTING, CAM_ACT_DIAL },
  { CAM_CAMERA_WAITING, CAM_CAMERA_RECONFIGURED_PASSIVE, CAM_CAMERA_LISTENING, CAM_ACT_DISARM },
  { CAM_CAMERA_WAITING, CAM_CAMERA_DISABLE, CAM_CAMERA_DISABLING, DISABLING },
  { CAM_CAMERA_WAITING, CAM_CAMERA_REMOVE, CAM_CAMERA_LEAVING, REMOVAL },

  { CAM_CAMERA_DISABLING, CAM_CAMERA_GO, CAM_CAMERA_CLEARING, CAM_ACT_NOTHING },
  { CAM_CAMERA_DISABLING, CAM_CAMERA_GO_KNOWN, CAM_CAMERA_CLEARING, CAM_ACT_NOTHING },
  { CAM_CAMERA_DISABLING, CAM_CAMERA_GO_PASSIVE, CAM_CAMERA_CLEARING, CAM_ACT_NOTHING },
  { CAM_CAMERA_DISABLING, CAM_CAMERA_GO_PASSIVE_KNOWN, CAM_CAMERA_CLEARING, CAM_ACT_NOTHING },
  { CAM_CAMERA_DISABLING, CAM_CAMERA_GO_ON_DEMAND, CAM_CAMERA_IDLE, CAM_ACT_NOTHING },
  { CAM_CAMERA_DISABLING, CAM_CAMERA_CLEARED, CAM_CAMERA_OFF, CAM_ACT_NOTHING },
  { CAM_CAMERA_DISABLING, CAM_CAMERA_CLEARED_PASSIVE, CAM_CAMERA_OFF, CAM_ACT_NOTHING },
  { CAM_CAMERA_DISABLING, CAM_CAMERA_REMOVE, CAM_CAMERA_LEAVING, REMOVAL },

  { CAM_CAMERA_LEAVING, CAM_CAMERA_CLEARED, CAM_CAMERA_GONE, CAM_ACT_NOTHING },
  { CAM_CAMERA_LEAVING, CAM_CAMERA_CLEARED_PASSIVE, CAM_CAMERA_GONE, CAM_ACT_NOTHING },
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

/* What a session makes of the actions, as little as the rules need. */
typedef struct {
  CamCameraLifecycle lifecycle;
  bool is_passive; /* nobody can be dialled */
  bool has_worker, is_live, is_quiet; /* the worker, and what it said */
  bool is_known;                      /* a description is published */
  bool is_slate_shown;
  bool is_hold_armed, is_retry_armed;
  bool dial_wanted; /* as soon as nothing is being ended */
  unsigned n_reaping;
} Model;

static void
dial (Model *model)
{
  g_assert_false (model->has_worker);
  model->is_retry_armed = false;
  model->dial_wanted = model->n_reaping > 0;
  if (model->dial_wanted)
    return;
  model->has_worker = true;
  model->is_live = model->is_quiet = false;
  model->lifecycle.generation++;
}

static void
obey (Model *model, unsigned actions)
{
  if (actions & CAM_ACT_DISARM)
    model->is_hold_armed = model->is_retry_armed = model->dial_wanted = false;
  if (actions & CAM_ACT_END_SLATE)
    model->is_slate_shown = false;
  if (actions & CAM_ACT_BEGIN_SLATE) {
    g_assert_true (model->is_known);
    model->is_slate_shown = true;
  }
  if (actions & CAM_ACT_REAP_WORKER) {
    model->n_reaping += model->has_worker;
    model->has_worker = false;
  }
  if (actions & (CAM_ACT_REAP_AUDIENCE | CAM_ACT_REAP_MOUNT)) {
    model->n_reaping++;
    model->is_known = false;
  }
  if (actions & CAM_ACT_ARM_HOLD)
    model->is_hold_armed = true;
  if (actions & CAM_ACT_ARM_RETRY)
    model->is_retry_armed = true;
  if (actions & CAM_ACT_DIAL)
    dial (model);
  if (actions & CAM_ACT_PUBLISH) {
    g_assert_true (model->has_worker && model->is_live);
    model->is_known = true;
  }
}

/* Whether @event can happen now at all; late and stale ones can, they are the table's business. */
static bool
is_possible (const Model *model, CamCameraEvent event)
{
  switch (event) {
  case CAM_CAMERA_LIVE_SAME:
    return model->has_worker && !model->is_live && model->is_known;
  case CAM_CAMERA_LIVE_OTHER:
    return model->has_worker && !model->is_live;
  case CAM_CAMERA_ENDED:
    return model->has_worker && !model->is_passive;
  case CAM_CAMERA_ENDED_PASSIVE:
    return model->has_worker && model->is_passive;
  case CAM_CAMERA_QUIET:
    return model->has_worker && model->is_live && !model->is_quiet;
  case CAM_CAMERA_SOUNDS_AGAIN:
    return model->has_worker && model->is_quiet;
  case CAM_CAMERA_RETRY_DUE:
    return model->is_retry_armed;
  case CAM_CAMERA_HOLD_OVER:
    return model->is_hold_armed;
  case CAM_CAMERA_WANTED_KNOWN:
    return model->is_known;
  case CAM_CAMERA_WANTED:
    return !model->is_known;
  case CAM_CAMERA_CLEARED:
    return model->n_reaping > 0 && !model->has_worker && !model->is_passive;
  case CAM_CAMERA_CLEARED_PASSIVE:
    return model->n_reaping > 0 && !model->has_worker && model->is_passive;
  case CAM_CAMERA_CLEARED_PARKED:
    return model->n_reaping > 0 && model->has_worker;
  case CAM_CAMERA_GO:
  case CAM_CAMERA_GO_KNOWN:
  case CAM_CAMERA_GO_ON_DEMAND:
    return !model->is_passive;
  case CAM_CAMERA_GO_PASSIVE:
  case CAM_CAMERA_GO_PASSIVE_KNOWN:
    return model->is_passive;
  case CAM_CAMERA_REPLACED:
  case CAM_CAMERA_RECONFIGURED:
  case CAM_CAMERA_RECONFIGURED_PASSIVE:
  case CAM_CAMERA_RETRY_NOW:
  case CAM_CAMERA_UNWANTED:
  case CAM_CAMERA_DISABLE:
  case CAM_CAMERA_REMOVE:
  case CAM_N_CAMERA_EVENTS:
    break;
  }
  return true;
}

static void
feed (Model *model, CamCameraEvent event)
{
  if ((event == CAM_CAMERA_GO_KNOWN || event == CAM_CAMERA_GO_PASSIVE_KNOWN) && model->lifecycle.state == CAM_CAMERA_OFF)
    model->is_known = true; /* recalled */
  if (event == CAM_CAMERA_LIVE_SAME || event == CAM_CAMERA_LIVE_OTHER)
    model->is_live = true;
  if (event == CAM_CAMERA_QUIET || event == CAM_CAMERA_SOUNDS_AGAIN)
    model->is_quiet = event == CAM_CAMERA_QUIET;
  if (event == CAM_CAMERA_RETRY_DUE)
    model->is_retry_armed = false;
  if (event == CAM_CAMERA_HOLD_OVER)
    model->is_hold_armed = false;
  bool is_reconfigured = event == CAM_CAMERA_RECONFIGURED || event == CAM_CAMERA_RECONFIGURED_PASSIVE;
  if (is_reconfigured) {
    model->is_passive = event == CAM_CAMERA_RECONFIGURED_PASSIVE;
    model->is_retry_armed = model->dial_wanted = false; /* of the old way */
  }
  bool is_cleared = event == CAM_CAMERA_CLEARED || event == CAM_CAMERA_CLEARED_PARKED || event == CAM_CAMERA_CLEARED_PASSIVE;
  if (is_cleared)
    model->n_reaping = 0;
  obey (model, cam_camera_lifecycle_take (&model->lifecycle, event, CAM_GENERATION_CURRENT));
  if (is_cleared && model->dial_wanted)
    dial (model);
}

/* In each state somebody will move it on, and nothing is there that the state does not know of. */
static void
assert_sound (const Model *model)
{
  g_assert_true (model->is_slate_shown == (model->lifecycle.state == CAM_CAMERA_HELD));
  g_assert_true (!model->is_hold_armed || model->lifecycle.state == CAM_CAMERA_HELD);
  bool is_dialling = model->has_worker || model->dial_wanted;
  switch (model->lifecycle.state) {
  case CAM_CAMERA_OFF:
  case CAM_CAMERA_IDLE:
  case CAM_CAMERA_LISTENING:
    g_assert_false (is_dialling || model->is_retry_armed);
    break;
  case CAM_CAMERA_CONNECTING:
    g_assert_true (is_dialling && !model->is_retry_armed && !model->is_known);
    break;
  case CAM_CAMERA_LIVE:
    g_assert_true (model->has_worker && model->is_live && model->is_known && !model->is_retry_armed);
    break;
  case CAM_CAMERA_HELD:
    g_assert_true (model->is_passive ? !model->is_retry_armed : is_dialling != model->is_retry_armed);
    g_assert_true (model->is_known);
    break;
  case CAM_CAMERA_CLEARING:
    g_assert_true (model->n_reaping > 0 && !model->is_retry_armed && !model->is_known);
    break;
  case CAM_CAMERA_WAITING:
    g_assert_true (model->is_retry_armed && !is_dialling && !model->is_known && !model->is_passive);
    break;
  case CAM_CAMERA_DISABLING:
  case CAM_CAMERA_LEAVING:
    g_assert_true (model->n_reaping > 0 && !is_dialling && !model->is_retry_armed);
    break;
  case CAM_CAMERA_GONE:
    g_assert_true (model->n_reaping == 0 && !is_dialling && !model->is_retry_armed);
    break;
  case CAM_N_CAMERA_STATES:
    g_assert_not_reached ();
  }
}

static void
test_random_walks (void)
{
  bool was_in[CAM_N_CAMERA_STATES] = { false };
  for (unsigned walk = 0; walk < 2000; walk++) {
    Model model = { .is_passive = walk % 2 != 0 };
    for (unsigned step = 0; step < 200; step++) {
      CamCameraEvent event = g_test_rand_int_range (0, CAM_N_CAMERA_EVENTS);
      bool is_rare = event == CAM_CAMERA_REMOVE || event == CAM_CAMERA_DISABLE;
      if (!is_possible (&model, event) || (is_rare && g_test_rand_int_range (0, 8) != 0))
        continue;
      bool was_gone = model.lifecycle.state == CAM_CAMERA_GONE;
      feed (&model, event);
      assert_sound (&model);
      g_assert_true (!was_gone || model.lifecycle.state == CAM_CAMERA_GONE);
      was_in[model.lifecycle.state] = true;
    }
  }
  for (CamCameraState state = 0; state < CAM_N_CAMERA_STATES; state++)
    g_assert_true (was_in[state]);
}

static void
test_words (void)
{
  static const char *const words[CAM_N_CAMERA_STATES] = {
    [CAM_CAMERA_OFF] = "disabled",          [CAM_CAMERA_IDLE] = "idle",             [CAM_CAMERA_LISTENING] = "listening",
    [CAM_CAMERA_DISABLING] = "disabled",    [CAM_CAMERA_CONNECTING] = "connecting", [CAM_CAMERA_LIVE] = "connected",
    [CAM_CAMERA_HELD] = "reconnecting",     [CAM_CAMERA_CLEARING] = "disconnected", [CAM_CAMERA_WAITING] = "disconnected",
    [CAM_CAMERA_LEAVING] = "removing",      [CAM_CAMERA_GONE] = "removing",
  };
  for (CamCameraState state = 0; state < CAM_N_CAMERA_STATES; state++)
    g_assert_cmpstr (cam_camera_state_word (state), ==, words[state]);
}

/* Those that UNWANTED moves on, and CLEARING, which it finds in WAITING; and those in which a sender is let in, or waits at the door. */
static void
test_kinds_of_state (void)
{
  for (CamCameraState state = 0; state < CAM_N_CAMERA_STATES; state++) {
    bool is_left = find_row (state, CAM_CAMERA_UNWANTED) != NULL || state == CAM_CAMERA_CLEARING;
    bool takes_sender = find_row (state, CAM_CAMERA_REPLACED) != NULL || state == CAM_CAMERA_LISTENING;
    g_assert_true (cam_camera_state_is_at_work (state) == is_left);
    g_assert_true (cam_camera_state_is_open (state) == takes_sender);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/camera-lifecycle/every-cell", test_every_cell);
  g_test_add_func ("/camera-lifecycle/older-workers-are-ignored", test_older_workers_are_ignored);
  g_test_add_func ("/camera-lifecycle/removal-ends", test_removal_ends);
  g_test_add_func ("/camera-lifecycle/random-walks", test_random_walks);
  g_test_add_func ("/camera-lifecycle/words", test_words);
  g_test_add_func ("/camera-lifecycle/kinds-of-state", test_kinds_of_state);
  return g_test_run ();
}
