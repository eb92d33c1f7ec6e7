#include "supervise/camera-lifecycle.h"

#include <glib.h>
#include <stdbool.h>

typedef struct {
  bool is_move; /* false: ignore and count */
  CamCameraState to;
  unsigned actions;
} Move;

#define MOVE(state, what) { .is_move = true, .to = CAM_CAMERA_##state, .actions = (what) }
#define REMOVAL MOVE (LEAVING, CAM_ACT_LOSE | CAM_ACT_REAP_WORKER | CAM_ACT_REAP_MOUNT | CAM_ACT_DISARM)

/* Empty cells are late or early events, which are normal. */
static const Move moves[CAM_N_CAMERA_STATES][CAM_N_CAMERA_EVENTS] = {
  [CAM_CAMERA_OFF] = {
    [CAM_CAMERA_GO] = MOVE (CONNECTING, CAM_ACT_DIAL),
    /* Even a camera that was never dialled has a mount. */
    [CAM_CAMERA_REMOVE] = REMOVAL,
  },
  [CAM_CAMERA_CONNECTING] = {
    [CAM_CAMERA_LIVE_SAME] = MOVE (LIVE, CAM_ACT_DISARM | CAM_ACT_PUBLISH),
    [CAM_CAMERA_LIVE_OTHER] = MOVE (LIVE, CAM_ACT_DISARM | CAM_ACT_PUBLISH),
    [CAM_CAMERA_ENDED] = MOVE (WAITING, CAM_ACT_REAP_WORKER | CAM_ACT_ARM_RETRY),
    [CAM_CAMERA_REMOVE] = REMOVAL,
  },
  [CAM_CAMERA_LIVE] = {
    [CAM_CAMERA_ENDED] = MOVE (HELD, CAM_ACT_LOSE | CAM_ACT_REAP_WORKER | CAM_ACT_ARM_HOLD | CAM_ACT_ARM_RETRY),
    [CAM_CAMERA_REMOVE] = REMOVAL,
  },
  [CAM_CAMERA_HELD] = {
    [CAM_CAMERA_LIVE_SAME] = MOVE (LIVE, CAM_ACT_DISARM | CAM_ACT_PUBLISH),
    /* The worker is parked: it holds its units back until it is told to go on. */
    [CAM_CAMERA_LIVE_OTHER] = MOVE (CLEARING, CAM_ACT_REAP_AUDIENCE | CAM_ACT_DISARM),
    [CAM_CAMERA_ENDED] = MOVE (HELD, CAM_ACT_REAP_WORKER | CAM_ACT_ARM_RETRY),
    [CAM_CAMERA_RETRY_DUE] = MOVE (HELD, CAM_ACT_DIAL),
    [CAM_CAMERA_HOLD_OVER] = MOVE (CLEARING, CAM_ACT_REAP_WORKER | CAM_ACT_REAP_AUDIENCE | CAM_ACT_DISARM),
    [CAM_CAMERA_REMOVE] = REMOVAL,
  },
  [CAM_CAMERA_CLEARING] = {
    [CAM_CAMERA_ENDED] = MOVE (CLEARING, CAM_ACT_REAP_WORKER),
    [CAM_CAMERA_CLEARED] = MOVE (WAITING, CAM_ACT_ARM_RETRY),
    [CAM_CAMERA_CLEARED_PARKED] = MOVE (LIVE, CAM_ACT_PUBLISH),
    [CAM_CAMERA_REMOVE] = REMOVAL,
  },
  [CAM_CAMERA_WAITING] = {
    [CAM_CAMERA_RETRY_DUE] = MOVE (CONNECTING, CAM_ACT_DIAL),
    [CAM_CAMERA_REMOVE] = REMOVAL,
  },
  [CAM_CAMERA_LEAVING] = {
    [CAM_CAMERA_CLEARED] = MOVE (GONE, CAM_ACT_NOTHING),
  },
  [CAM_CAMERA_GONE] = { { .is_move = false } },
};

unsigned
cam_camera_lifecycle_take (CamCameraLifecycle *self, CamCameraEvent event, uint64_t generation)
{
  g_assert (self->state < CAM_N_CAMERA_STATES && event < CAM_N_CAMERA_EVENTS);
  const Move *move = &moves[self->state][event];
  bool is_stale = generation != CAM_GENERATION_CURRENT && generation != self->generation;
  if (is_stale || !move->is_move) {
    self->ignored++;
    return CAM_ACT_NOTHING;
  }
  self->state = move->to;
  return move->actions;
}

const char *
cam_camera_state_word (CamCameraState state)
{
  switch (state) {
  case CAM_CAMERA_OFF:
    return "disabled";
  case CAM_CAMERA_CONNECTING:
    return "connecting";
  case CAM_CAMERA_LIVE:
    return "connected";
  case CAM_CAMERA_HELD:
    return "reconnecting";
  case CAM_CAMERA_CLEARING:
  case CAM_CAMERA_WAITING:
    return "disconnected";
  case CAM_CAMERA_LEAVING:
  case CAM_CAMERA_GONE:
  case CAM_N_CAMERA_STATES:
    break;
  }
  return "removing";
}
