#include "supervise/dial-plan.h"

#define SECOND ((int64_t) G_USEC_PER_SEC)
#define MINUTE (60 * SECOND)
#define LONGEST UINT32_C (0)            /* of the random bits: the whole bound */
#define HALF (UINT32_C (1) << 31)

typedef struct {
  CamDialPlan plan;
  int64_t now_us;
} Fixture;

static void
set_up (Fixture *self, gconstpointer data)
{
  g_autoptr (CamCameraConfig) camera = cam_camera_config_new ("yard");
  camera->backoff = (CamDurationRange) {.shortest_us = SECOND, .longest_us = MINUTE};
  camera->auth_backoff = (CamDurationRange) {.shortest_us = MINUTE, .longest_us = 15 * MINUTE};
  self->now_us = 1000 * SECOND;
  cam_dial_plan_init (&self->plan, camera, CAM_DIAL_MANNER_TCP);
}

static CamDialOrder
end (Fixture *self, CamReason reason, bool was_accepted, bool somebody_waits)
{
  CamIngestEnd how = {.reason = reason, .detail = "", .was_accepted = was_accepted};
  return cam_dial_plan_ended (&self->plan, &how, somebody_waits, self->now_us, LONGEST);
}

static void
live_for (Fixture *self, int64_t time_us)
{
  cam_dial_plan_live (&self->plan, self->now_us);
  self->now_us += time_us;
}

static void
assert_order (CamDialOrder order, CamDialKind kind, int64_t wait_us)
{
  g_assert_cmpint (order.kind, ==, kind);
  g_assert_cmpint (order.wait_us, ==, wait_us);
}

/* What follows the first failure of a camera that was never live: each reason, accepted or not, waited for or not. */
static void
test_first_failure (void)
{
  enum { BACKOFF = SECOND, KNOCK = SECOND / 2, LOGIN = MINUTE, LIMIT = 65 * SECOND };
  static const struct {
    CamReason reason;
    int64_t accepted_us;
    int64_t away_us;  /* not accepted, somebody waits */
    CamDialKind away;
  } rows[] = {
    {CAM_REASON_NONE, BACKOFF, BACKOFF, CAM_DIAL_LATER},
    {CAM_REASON_DNS, BACKOFF, BACKOFF, CAM_DIAL_LATER},
    {CAM_REASON_REFUSED, BACKOFF, KNOCK, CAM_DIAL_KNOCK},
    {CAM_REASON_UNREACHABLE, BACKOFF, KNOCK, CAM_DIAL_KNOCK},
    {CAM_REASON_TIMEOUT, BACKOFF, KNOCK, CAM_DIAL_KNOCK},
    {CAM_REASON_RESET, BACKOFF, KNOCK, CAM_DIAL_KNOCK},
    {CAM_REASON_TLS, BACKOFF, BACKOFF, CAM_DIAL_LATER},
    {CAM_REASON_AUTH, LOGIN, LOGIN, CAM_DIAL_LATER},
    {CAM_REASON_LOCKOUT, LOGIN, LOGIN, CAM_DIAL_LATER},
    {CAM_REASON_NOT_FOUND, BACKOFF, BACKOFF, CAM_DIAL_LATER},
    {CAM_REASON_PROTOCOL, BACKOFF, BACKOFF, CAM_DIAL_LATER},
    {CAM_REASON_SDP, BACKOFF, BACKOFF, CAM_DIAL_LATER},
    {CAM_REASON_UNSUPPORTED, BACKOFF, BACKOFF, CAM_DIAL_LATER},
    {CAM_REASON_STALL, BACKOFF, BACKOFF, CAM_DIAL_LATER},
    {CAM_REASON_NO_KEY, BACKOFF, BACKOFF, CAM_DIAL_LATER},
    {CAM_REASON_FROZEN, BACKOFF, BACKOFF, CAM_DIAL_LATER},
    {CAM_REASON_CLOSED, BACKOFF, BACKOFF, CAM_DIAL_LATER},
    {CAM_REASON_END, BACKOFF, BACKOFF, CAM_DIAL_LATER},
    {CAM_REASON_CONFIG, BACKOFF, BACKOFF, CAM_DIAL_LATER},
    {CAM_REASON_LIMIT, LIMIT, LIMIT, CAM_DIAL_LATER},
    {CAM_REASON_INTERNAL, BACKOFF, BACKOFF, CAM_DIAL_LATER},
  };
  g_assert_cmpuint (G_N_ELEMENTS (rows), ==, CAM_N_REASONS);
  for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {
    Fixture fixture;
    set_up (&fixture, NULL);
    assert_order (end (&fixture, rows[i].reason, true, true), CAM_DIAL_LATER, rows[i].accepted_us);
    set_up (&fixture, NULL);
    assert_order (end (&fixture, rows[i].reason, true, false), CAM_DIAL_LATER, rows[i].accepted_us);
    set_up (&fixture, NULL);
    assert_order (end (&fixture, rows[i].reason, false, true), rows[i].away, rows[i].away_us);
    /* Nobody waits: nothing is asked twice a second. */
    set_up (&fixture, NULL);
    int64_t alone_us = rows[i].away == CAM_DIAL_KNOCK ? BACKOFF : rows[i].away_us;
    assert_order (end (&fixture, rows[i].reason, false, false), CAM_DIAL_LATER, alone_us);
  }
}

/* What follows the end of a stream that was carried for a while. */
static void
test_after_live (void)
{
  for (unsigned reason = 0; reason < CAM_N_REASONS; reason++) {
    Fixture fixture;
    set_up (&fixture, NULL);
    live_for (&fixture, 2 * SECOND);
    CamDialOrder order = end (&fixture, (CamReason) reason, true, false);
    bool does_harm = reason == CAM_REASON_AUTH || reason == CAM_REASON_LOCKOUT || reason == CAM_REASON_LIMIT;
    g_assert_cmpint (order.kind, ==, does_harm ? CAM_DIAL_LATER : CAM_DIAL_AT_ONCE);
  }
}

/* A stream that ends at once each time is a failure like any other. */
static void
test_short_life (Fixture *self, gconstpointer data)
{
  for (int64_t bound_us = SECOND; bound_us <= 8 * SECOND; bound_us *= 2) {
    live_for (self, 2 * SECOND - 1);
    assert_order (end (self, CAM_REASON_CLOSED, true, true), CAM_DIAL_LATER, bound_us);
  }
  live_for (self, 2 * SECOND);
  assert_order (end (self, CAM_REASON_CLOSED, true, true), CAM_DIAL_AT_ONCE, 0);
  assert_order (end (self, CAM_REASON_CLOSED, true, true), CAM_DIAL_LATER, SECOND); /* all is forgotten */
}

static void
test_reboot (Fixture *self, gconstpointer data)
{
  live_for (self, MINUTE);
  assert_order (end (self, CAM_REASON_RESET, true, true), CAM_DIAL_AT_ONCE, 0);
  assert_order (end (self, CAM_REASON_REFUSED, false, true), CAM_DIAL_KNOCK, SECOND / 2);
  self->now_us += 30 * SECOND;
  assert_order (end (self, CAM_REASON_LIMIT, true, true), CAM_DIAL_LATER, 65 * SECOND); /* up, not ready yet */
}

/* Without readers a camera that was live is knocked at for 10 minutes, then asked less and less often. */
static void
test_lately (Fixture *self, gconstpointer data)
{
  live_for (self, MINUTE);
  assert_order (end (self, CAM_REASON_STALL, true, false), CAM_DIAL_AT_ONCE, 0);
  assert_order (end (self, CAM_REASON_TIMEOUT, false, false), CAM_DIAL_KNOCK, SECOND / 2);
  CamDialOrder order;
  self->now_us += 10 * MINUTE;
  g_assert_false (cam_dial_plan_review (&self->plan, false, self->now_us, LONGEST, &order));
  self->now_us += 1;
  g_assert_true (cam_dial_plan_review (&self->plan, false, self->now_us, LONGEST, &order));
  assert_order (order, CAM_DIAL_LATER, SECOND);
  g_assert_false (cam_dial_plan_review (&self->plan, false, self->now_us, LONGEST, &order));
  for (int64_t bound_us = 2 * SECOND; bound_us <= 32 * SECOND; bound_us *= 2)
    assert_order (end (self, CAM_REASON_TIMEOUT, false, false), CAM_DIAL_LATER, bound_us);
  /* A reader comes in the middle of a pause, and goes. */
  g_assert_true (cam_dial_plan_review (&self->plan, true, self->now_us, LONGEST, &order));
  assert_order (order, CAM_DIAL_KNOCK, SECOND / 2);
  g_assert_true (cam_dial_plan_review (&self->plan, false, self->now_us, LONGEST, &order));
  assert_order (order, CAM_DIAL_LATER, MINUTE);
}

static void
test_name (Fixture *self, gconstpointer data)
{
  for (int64_t bound_us = SECOND; bound_us <= 32 * SECOND; bound_us *= 2)
    assert_order (end (self, CAM_REASON_DNS, false, false), CAM_DIAL_LATER, bound_us);
  CamDialOrder order;
  g_assert_true (cam_dial_plan_review (&self->plan, true, self->now_us, LONGEST, &order));
  assert_order (order, CAM_DIAL_LATER, 5 * SECOND);
  assert_order (end (self, CAM_REASON_DNS, false, true), CAM_DIAL_LATER, 5 * SECOND);
  self->now_us += 5 * SECOND; /* the dial is due: too late for another order */
  g_assert_false (cam_dial_plan_review (&self->plan, false, self->now_us, LONGEST, &order));
}

/* Other kinds of source have no port to knock at. */
static void
test_no_port (Fixture *self, gconstpointer data)
{
  self->plan.manner = CAM_DIAL_MANNER_LOCAL;
  assert_order (end (self, CAM_REASON_REFUSED, false, true), CAM_DIAL_LATER, SECOND);
}

/* A handshake that nobody answers is repeated for ever, whoever waits; what a peer said is heeded as any camera's word. */
static void
test_srt (Fixture *self, gconstpointer data)
{
  enum { PAUSE = SECOND / 10 };
  static const CamReason unanswered[] = {CAM_REASON_TIMEOUT, CAM_REASON_UNREACHABLE, CAM_REASON_RESET, CAM_REASON_CLOSED};
  self->plan.manner = CAM_DIAL_MANNER_SRT;
  for (unsigned i = 0; i < 1000; i++) {
    assert_order (end (self, unanswered[i % G_N_ELEMENTS (unanswered)], false, i % 2 == 0), CAM_DIAL_LATER, PAUSE);
    assert_order (cam_dial_plan_start (&self->plan, self->now_us), CAM_DIAL_AT_ONCE, 0);
    self->now_us += MINUTE;
  }
  assert_order (end (self, CAM_REASON_REFUSED, false, true), CAM_DIAL_LATER, SECOND / 2);
  assert_order (end (self, CAM_REASON_DNS, false, true), CAM_DIAL_LATER, SECOND);
  assert_order (end (self, CAM_REASON_AUTH, false, true), CAM_DIAL_LATER, MINUTE);
  assert_order (end (self, CAM_REASON_NOT_FOUND, false, true), CAM_DIAL_LATER, SECOND);
  assert_order (end (self, CAM_REASON_LIMIT, false, true), CAM_DIAL_LATER, 65 * SECOND);
  /* Let in and thrown out before there was anything to see: each time is one too many. */
  assert_order (end (self, CAM_REASON_CLOSED, true, true), CAM_DIAL_LATER, 2 * SECOND);
}

/* A sender that comes and goes is met again within the second, however short its visits are. */
static void
test_srt_after_live (Fixture *self, gconstpointer data)
{
  static const CamReason reasons[] = {CAM_REASON_TIMEOUT, CAM_REASON_RESET, CAM_REASON_CLOSED};
  self->plan.manner = CAM_DIAL_MANNER_SRT;
  for (unsigned i = 0; i < G_N_ELEMENTS (reasons); i++) {
    live_for (self, SECOND);
    assert_order (end (self, reasons[i], true, false), CAM_DIAL_LATER, SECOND / 2);
    assert_order (end (self, CAM_REASON_TIMEOUT, false, false), CAM_DIAL_LATER, SECOND / 10);
    live_for (self, MINUTE);
    assert_order (end (self, reasons[i], true, false), CAM_DIAL_AT_ONCE, 0);
  }
}

/* Whatever ends, nobody can be dialled; and who comes is let in at once. */
static void
test_passive (Fixture *self, gconstpointer data)
{
  self->plan.manner = CAM_DIAL_MANNER_PASSIVE;
  for (unsigned reason = 0; reason < CAM_N_REASONS; reason++) {
    assert_order (end (self, (CamReason) reason, true, true), CAM_DIAL_NEVER, 0);
    assert_order (cam_dial_plan_start (&self->plan, self->now_us), CAM_DIAL_AT_ONCE, 0);
  }
}

/* Readers do not shorten waits that protect the camera. */
static void
test_review_of_others (Fixture *self, gconstpointer data)
{
  static const CamReason reasons[] = {CAM_REASON_AUTH, CAM_REASON_LOCKOUT, CAM_REASON_LIMIT, CAM_REASON_PROTOCOL};
  CamDialOrder order;
  for (unsigned i = 0; i < G_N_ELEMENTS (reasons); i++) {
    end (self, reasons[i], true, false);
    g_assert_false (cam_dial_plan_review (&self->plan, true, self->now_us, LONGEST, &order));
    g_assert_false (cam_dial_plan_review (&self->plan, false, self->now_us, LONGEST, &order));
  }
}

/* 401 for ever, with somebody who presses on-demand each second: the account is not locked. */
static void
test_wrong_password (Fixture *self, gconstpointer data)
{
  static const uint32_t randoms[] = {0, HALF, UINT32_MAX};
  for (unsigned i = 0; i < G_N_ELEMENTS (randoms); i++) {
    set_up (self, NULL);
    unsigned tries = 0;
    for (int64_t over_us = self->now_us + MINUTE; self->now_us < over_us; self->now_us += SECOND) {
      if (cam_dial_plan_start (&self->plan, self->now_us).kind != CAM_DIAL_AT_ONCE)
        continue;
      tries++;
      CamIngestEnd refused = {.reason = CAM_REASON_AUTH, .detail = "", .was_accepted = true};
      CamDialOrder order = cam_dial_plan_ended (&self->plan, &refused, true, self->now_us, randoms[i]);
      g_assert_cmpint (order.wait_us, >=, MINUTE);
    }
    g_assert_cmpuint (tries, ==, 1);
  }
  for (unsigned i = 0; i < 10; i++)
    end (self, CAM_REASON_AUTH, true, true);
  assert_order (end (self, CAM_REASON_AUTH, true, true), CAM_DIAL_LATER, 15 * MINUTE);
}

static void
test_limit (Fixture *self, gconstpointer data)
{
  static const struct {
    int64_t asked_us;
    int64_t wait_us;
  } rows[] = {
    {0, 65 * SECOND}, {-1, 65 * SECOND}, {1, 5 * SECOND + 1}, {30 * SECOND, 35 * SECOND}, {3600 * SECOND, 15 * MINUTE}, {INT64_MAX, 15 * MINUTE},
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {
    CamIngestEnd how = {.reason = CAM_REASON_LIMIT, .detail = "", .was_accepted = true, .retry_after_us = rows[i].asked_us};
    assert_order (cam_dial_plan_ended (&self->plan, &how, true, self->now_us, HALF), CAM_DIAL_LATER, rows[i].wait_us);
  }
}

/* A session that an earlier process left behind is ended, before or after the camera refused a new one for it. */
static void
test_room (Fixture *self, gconstpointer data)
{
  CamDialOrder order;
  end (self, CAM_REASON_LIMIT, true, true);
  g_assert_true (cam_dial_plan_made_room (&self->plan, self->now_us, &order));
  assert_order (order, CAM_DIAL_AT_ONCE, 0);
  assert_order (end (self, CAM_REASON_LIMIT, true, true), CAM_DIAL_LATER, 65 * SECOND);

  self->now_us += 65 * SECOND;
  g_assert_false (cam_dial_plan_made_room (&self->plan, self->now_us, &order));
  assert_order (end (self, CAM_REASON_LIMIT, true, true), CAM_DIAL_AT_ONCE, 0);
  assert_order (end (self, CAM_REASON_LIMIT, true, true), CAM_DIAL_LATER, 65 * SECOND); /* once */

  self->now_us += 65 * SECOND;
  g_assert_false (cam_dial_plan_made_room (&self->plan, self->now_us, &order));
  live_for (self, MINUTE); /* the room is taken */
  assert_order (end (self, CAM_REASON_LIMIT, true, true), CAM_DIAL_LATER, 65 * SECOND);
}

static void
test_start (Fixture *self, gconstpointer data)
{
  assert_order (cam_dial_plan_start (&self->plan, self->now_us), CAM_DIAL_AT_ONCE, 0);
  end (self, CAM_REASON_PROTOCOL, true, false);
  self->now_us += SECOND / 4;
  assert_order (cam_dial_plan_start (&self->plan, self->now_us), CAM_DIAL_LATER, SECOND - SECOND / 4);
  self->now_us += SECOND;
  assert_order (cam_dial_plan_start (&self->plan, self->now_us), CAM_DIAL_AT_ONCE, 0);
  /* A camera that was away is looked for at once: that harms nobody. */
  end (self, CAM_REASON_REFUSED, false, false);
  assert_order (cam_dial_plan_start (&self->plan, self->now_us), CAM_DIAL_AT_ONCE, 0);
}

static void
test_insist (Fixture *self, gconstpointer data)
{
  end (self, CAM_REASON_AUTH, true, false);
  assert_order (cam_dial_plan_insist (&self->plan, self->now_us), CAM_DIAL_AT_ONCE, 0);
  assert_order (cam_dial_plan_start (&self->plan, self->now_us), CAM_DIAL_AT_ONCE, 0);
  assert_order (end (self, CAM_REASON_AUTH, true, false), CAM_DIAL_LATER, 2 * MINUTE); /* what was counted stays */
}

/* The pauses are spread over their whole range. */
static void
test_jitter (Fixture *self, gconstpointer data)
{
  CamIngestEnd how = {.reason = CAM_REASON_PROTOCOL, .detail = "", .was_accepted = true};
  assert_order (cam_dial_plan_ended (&self->plan, &how, true, self->now_us, HALF), CAM_DIAL_LATER, SECOND / 2);
  g_assert_cmpint (cam_dial_plan_ended (&self->plan, &how, true, self->now_us, UINT32_MAX).wait_us, <, SECOND / 100);
}

#define ADD(path, func) g_test_add ("/supervise/dial-plan/" path, Fixture, NULL, set_up, func, NULL)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/supervise/dial-plan/first-failure", test_first_failure);
  g_test_add_func ("/supervise/dial-plan/after-live", test_after_live);
  ADD ("short-life", test_short_life);
  ADD ("reboot", test_reboot);
  ADD ("lately", test_lately);
  ADD ("name", test_name);
  ADD ("no-port", test_no_port);
  ADD ("srt", test_srt);
  ADD ("srt-after-live", test_srt_after_live);
  ADD ("passive", test_passive);
  ADD ("review-of-others", test_review_of_others);
  ADD ("wrong-password", test_wrong_password);
  ADD ("limit", test_limit);
  ADD ("room", test_room);
  ADD ("start", test_start);
  ADD ("insist", test_insist);
  ADD ("jitter", test_jitter);
  return g_test_run ();
}
