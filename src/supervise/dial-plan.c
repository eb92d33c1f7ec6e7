#include "supervise/dial-plan.h"

enum {
  SUCCESS_US = 2 * G_USEC_PER_SEC, /* a connection that carried the stream this long was a success */
  KNOCK_US = G_USEC_PER_SEC / 2,
  HANDSHAKE_US = G_USEC_PER_SEC / 10, /* between two of SRT, each of which asks by itself for its timeout= */
  NAME_US = 5 * G_USEC_PER_SEC,           /* longest pause before a name is asked for again while somebody waits */
  LIMIT_MARGIN_US = 5 * G_USEC_PER_SEC,   /* cameras look for stale sessions now and then only */
  LIMIT_DEFAULT_US = 60 * G_USEC_PER_SEC, /* RFC 2326, 12.37: a session's time-out when nothing is said */
};
#define LATELY_US ((int64_t) 600 * G_USEC_PER_SEC)
#define LIMIT_LONGEST_US ((int64_t) 900 * G_USEC_PER_SEC)
#define NEVER INT64_MIN

static CamBackoff
backoff_of (const CamDurationRange *range)
{
  return (CamBackoff){.shortest_us = range->shortest_us, .longest_us = range->longest_us};
}

void
cam_dial_plan_init (CamDialPlan *self, const CamCameraConfig *camera, CamDialManner manner)
{
  *self = (CamDialPlan){
      .trouble = backoff_of (&camera->backoff),
      .away = backoff_of (&camera->backoff),
      .login = backoff_of (&camera->auth_backoff),
      .manner = manner,
      .live_since_us = NEVER,
      .last_live_us = NEVER,
  };
}

static void
set_pauses (CamBackoff *backoff, const CamDurationRange *range)
{
  backoff->shortest_us = range->shortest_us;
  backoff->longest_us = range->longest_us;
}

void
cam_dial_plan_set_pauses (CamDialPlan *self, const CamCameraConfig *camera)
{
  set_pauses (&self->trouble, &camera->backoff);
  set_pauses (&self->away, &camera->backoff);
  set_pauses (&self->login, &camera->auth_backoff);
}

/* Orders. */

static CamDialOrder
dial_at_once (CamDialPlan *self, int64_t now_us)
{
  self->cause = CAM_DIAL_CAUSE_NONE;
  self->due_us = now_us;
  return (CamDialOrder){.kind = CAM_DIAL_AT_ONCE};
}

static CamDialOrder
dial_later (CamDialPlan *self, int64_t wait_us, int64_t now_us)
{
  self->due_us = now_us + wait_us;
  return (CamDialOrder){.kind = CAM_DIAL_LATER, .wait_us = wait_us};
}

static CamDialOrder
knock (CamDialPlan *self)
{
  self->due_us = INT64_MAX;
  return (CamDialOrder){.kind = CAM_DIAL_KNOCK, .wait_us = KNOCK_US};
}

/* A connection that is refused costs a camera nothing and locks no account: while it matters when the camera is back, it is asked often. SRT's
 * handshake is a few datagrams, which a camera that is away never sees: it is asked always. */
static CamDialOrder
look_for_camera (CamDialPlan *self, bool is_eager, int64_t now_us, uint32_t random)
{
  self->is_eager = is_eager;
  bool has_name = self->reason != CAM_REASON_DNS;
  if (has_name && self->manner == CAM_DIAL_MANNER_SRT)
    return dial_later (self, self->was_brief || self->reason == CAM_REASON_REFUSED ? KNOCK_US : HANDSHAKE_US, now_us);
  if (has_name && is_eager && self->manner == CAM_DIAL_MANNER_TCP)
    return knock (self);
  int64_t wait_us = cam_backoff_next_us (&self->away, random);
  return dial_later (self, is_eager ? MIN (wait_us, NAME_US) : wait_us, now_us);
}

static CamDialOrder
wait_for_room (CamDialPlan *self, int64_t asked_us, int64_t now_us)
{
  if (self->has_room) {
    self->has_room = false;
    return dial_at_once (self, now_us);
  }
  int64_t wait_us = asked_us > 0 ? MIN (asked_us, LIMIT_LONGEST_US - LIMIT_MARGIN_US) : LIMIT_DEFAULT_US;
  return dial_later (self, wait_us + LIMIT_MARGIN_US, now_us);
}

/* What happens. */

/* Whether the other end could not be reached, or is no more, and that is all that happened. */
static bool
is_away (const CamDialPlan *self, const CamIngestEnd *end, bool was_live)
{
  return !end->was_accepted || (self->manner == CAM_DIAL_MANNER_SRT && was_live);
}

static CamDialCause
cause_of (const CamDialPlan *self, const CamIngestEnd *end, bool was_live)
{
  switch (end->reason) {
  case CAM_REASON_AUTH:
  case CAM_REASON_LOCKOUT:
    return CAM_DIAL_CAUSE_LOGIN;
  case CAM_REASON_LIMIT:
    return CAM_DIAL_CAUSE_LIMIT;
  case CAM_REASON_DNS:
    return CAM_DIAL_CAUSE_AWAY;
  case CAM_REASON_REFUSED:
  case CAM_REASON_UNREACHABLE:
  case CAM_REASON_TIMEOUT:
  case CAM_REASON_RESET:
    return is_away (self, end, was_live) ? CAM_DIAL_CAUSE_AWAY : CAM_DIAL_CAUSE_TROUBLE;
  case CAM_REASON_CLOSED:
    return is_away (self, end, was_live) && self->manner == CAM_DIAL_MANNER_SRT ? CAM_DIAL_CAUSE_AWAY : CAM_DIAL_CAUSE_TROUBLE;
  case CAM_REASON_NONE:
  case CAM_REASON_TLS:
  case CAM_REASON_NOT_FOUND:
  case CAM_REASON_PROTOCOL:
  case CAM_REASON_SDP:
  case CAM_REASON_UNSUPPORTED:
  case CAM_REASON_STALL:
  case CAM_REASON_NO_KEY:
  case CAM_REASON_FROZEN:
  case CAM_REASON_END:
  case CAM_REASON_CONFIG:
  case CAM_REASON_INTERNAL:
  case CAM_N_REASONS:
    break;
  }
  return CAM_DIAL_CAUSE_TROUBLE;
}

static bool
was_live_lately (const CamDialPlan *self, int64_t now_us)
{
  return self->last_live_us != NEVER && now_us - self->last_live_us <= LATELY_US;
}

/* Ends the time of being live; true if it was long enough to forget earlier failures. */
static bool
close_live_time (CamDialPlan *self, int64_t now_us)
{
  if (self->live_since_us == NEVER)
    return false;
  bool was_success = now_us - self->live_since_us >= SUCCESS_US;
  self->live_since_us = NEVER;
  self->last_live_us = now_us;
  if (!was_success)
    return false;
  cam_backoff_reset (&self->trouble);
  cam_backoff_reset (&self->away);
  cam_backoff_reset (&self->login);
  return true;
}

CamDialOrder
cam_dial_plan_ended (CamDialPlan *self, const CamIngestEnd *end, bool somebody_waits, int64_t now_us, uint32_t random)
{
  bool was_live = self->live_since_us != NEVER;
  bool was_success = close_live_time (self, now_us);
  self->reason = end->reason;
  self->was_brief = was_live && !was_success;
  if (self->manner == CAM_DIAL_MANNER_PASSIVE)
    return (CamDialOrder){.kind = CAM_DIAL_NEVER};
  self->cause = cause_of (self, end, was_live);
  if (end->was_accepted)
    cam_backoff_reset (&self->away);
  switch (self->cause) {
  case CAM_DIAL_CAUSE_LOGIN:
    return dial_later (self, cam_backoff_next_patient_us (&self->login, random), now_us);
  case CAM_DIAL_CAUSE_LIMIT:
    return wait_for_room (self, end->retry_after_us, now_us);
  case CAM_DIAL_CAUSE_AWAY:
    if (was_success)
      break;
    return look_for_camera (self, somebody_waits || was_live_lately (self, now_us), now_us, random);
  case CAM_DIAL_CAUSE_TROUBLE:
    if (was_success)
      break;
    return dial_later (self, cam_backoff_next_us (&self->trouble, random), now_us);
  case CAM_DIAL_CAUSE_NONE:
    break;
  }
  return dial_at_once (self, now_us);
}

void
cam_dial_plan_live (CamDialPlan *self, int64_t now_us)
{
  self->live_since_us = now_us;
  self->has_room = false;
}

CamDialOrder
cam_dial_plan_start (CamDialPlan *self, int64_t now_us)
{
  switch (self->cause) {
  case CAM_DIAL_CAUSE_TROUBLE:
  case CAM_DIAL_CAUSE_LOGIN:
  case CAM_DIAL_CAUSE_LIMIT:
    if (now_us < self->due_us)
      return dial_later (self, self->due_us - now_us, now_us);
    break;
  case CAM_DIAL_CAUSE_AWAY:
  case CAM_DIAL_CAUSE_NONE:
    break;
  }
  return dial_at_once (self, now_us);
}

bool
cam_dial_plan_review (CamDialPlan *self, bool somebody_waits, int64_t now_us, uint32_t random, CamDialOrder *ret_order)
{
  bool is_eager = somebody_waits || was_live_lately (self, now_us);
  if (self->cause != CAM_DIAL_CAUSE_AWAY || now_us >= self->due_us || is_eager == self->is_eager)
    return false;
  *ret_order = look_for_camera (self, is_eager, now_us, random);
  return true;
}

bool
cam_dial_plan_made_room (CamDialPlan *self, int64_t now_us, CamDialOrder *ret_order)
{
  bool is_waiting = self->cause == CAM_DIAL_CAUSE_LIMIT && now_us < self->due_us;
  /* A dial that is under way may have been refused before the old session was gone. */
  self->has_room = !is_waiting;
  if (is_waiting)
    *ret_order = dial_at_once (self, now_us);
  return is_waiting;
}

CamDialOrder
cam_dial_plan_insist (CamDialPlan *self, int64_t now_us)
{
  return dial_at_once (self, now_us);
}
