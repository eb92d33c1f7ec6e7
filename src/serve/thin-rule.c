#include "serve/thin-rule.h"

#include <glib.h>

#define LONGEST_KEY_INTERVAL_US (60 * G_USEC_PER_SEC) /* who sends key pictures more rarely has none */

enum { WINDOW_KEYS = 3 }; /* a skip and the head that follows it may take two groups of pictures to get through */
enum { TRIAL_KEYS = 2 };  /* one may have been lucky */
enum { PROOF = 3 };       /* a link that carried the stream for this many times as long as it had been thinned is a good one */
enum { SPARE_PART = 4 };  /* of the stream's rate must be left over */

void
cam_thin_rule_init (CamThinRule *self, int64_t lag_us)
{
  *self = (CamThinRule){.lag_us = lag_us};
}

static bool
is_within (int64_t since_us, int64_t now_us, int64_t span_us)
{
  return since_us != 0 && now_us - since_us <= span_us;
}

static void
begin_trial (CamThinRule *self, int64_t now_us)
{
  self->trial_us = now_us;
  self->looked_us = now_us;
  self->busy_us = 0;
  self->offered_bytes = 0;
  self->taken_bytes = 0;
  self->taken_keys = 0;
}

void
cam_thin_rule_note_key (CamThinRule *self, int64_t now_us)
{
  if (is_within (self->newest_key_us, now_us, LONGEST_KEY_INTERVAL_US))
    self->key_interval_us = now_us - self->newest_key_us;
  self->newest_key_us = now_us;
}

bool
cam_thin_rule_note_skip (CamThinRule *self, int64_t now_us)
{
  int64_t window_us = MAX (CAM_THIN_WINDOW_LAGS * self->lag_us, WINDOW_KEYS * self->key_interval_us);
  bool is_again = is_within (self->skipped_us, now_us, window_us) || is_within (self->whole_us, now_us, window_us);
  self->skipped_us = now_us;
  begin_trial (self, now_us);
  if (self->is_thinned || !is_again)
    return false;

  int64_t trial_us = CAM_THIN_TRIAL_LAGS * self->lag_us;
  bool is_relapse = is_within (self->whole_us, now_us, MAX (window_us, PROOF * self->hold_us));
  self->hold_us = MIN (is_relapse ? 2 * self->hold_us : trial_us, CAM_THIN_LONGEST_US);
  self->is_thinned = true;
  self->thinned_us = now_us;
  self->taken_us = 0;
  return true;
}

bool
cam_thin_rule_wants_key (const CamThinRule *self, int64_t now_us)
{
  return self->taken_us == 0 || now_us - self->taken_us >= self->lag_us * CAM_THIN_STEP_TENTHS / 10;
}

/* taken / busy: what the link carries; offered / elapsed: what the stream needs. Milliseconds keep the products within 64 bits. */
static bool
shows_room (const CamThinRule *self, int64_t now_us)
{
  uint64_t elapsed_ms = (uint64_t) (now_us - self->trial_us) / 1000;
  uint64_t busy_ms = (uint64_t) self->busy_us / 1000;
  return self->taken_bytes * elapsed_ms * SPARE_PART >= self->offered_bytes * busy_ms * (SPARE_PART + 1);
}

bool
cam_thin_rule_note_unit (CamThinRule *self, const CamThinUnit *unit, int64_t now_us)
{
  if (unit->is_busy)
    self->busy_us += now_us - self->looked_us;
  self->looked_us = now_us;

  bool is_over = now_us - self->trial_us >= CAM_THIN_TRIAL_LAGS * self->lag_us && self->taken_keys >= TRIAL_KEYS;
  if (is_over && now_us - self->thinned_us >= self->hold_us && shows_room (self, now_us)) {
    self->is_thinned = false;
    self->whole_us = now_us;
    return true;
  }
  if (is_over)
    begin_trial (self, now_us);

  self->offered_bytes += unit->bytes;
  if (unit->is_taken)
    self->taken_bytes += unit->bytes;
  if (unit->is_taken && unit->is_key) {
    self->taken_us = now_us;
    self->taken_keys++;
  }
  return false;
}
