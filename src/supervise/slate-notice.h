/* What is written on a slate, and when it is worth another drawing: once an outage, when the reason is another one, but not too often, and when
 * a drawing failed, ever less often: there may be no encoder, or only too much to do at the moment.
 * Thread: pure; time is an argument. Owner: embedded by value in a stream-slate. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/reason.h"

#define CAM_SLATE_NOTICE_PAUSE_US INT64_C (10000000)    /* from one drawing to the next of an outage */
#define CAM_SLATE_NOTICE_RETRY_US INT64_C (30000000)    /* from a failed one to the next, doubled with each up to the longest */
#define CAM_SLATE_NOTICE_LONGEST_US INT64_C (960000000)
#define CAM_SLATE_NOTICE_GRACE_US INT64_C (1000000) /* for a camera that is dialled now and may be there the next moment */

typedef struct {
  int64_t since_us; /* wall clock, µs since 1970 */
  CamReason reason; /* CAM_REASON_NONE: nothing has failed yet */
  int64_t begun_at_us; /* CLOCK_MONOTONIC */
  bool was_drawn;
  int64_t drawn_since_us; /* what the last drawing says */
  CamReason drawn_reason;
  int64_t drawn_at_us; /* CLOCK_MONOTONIC */
  unsigned failures;   /* in a row */
} CamSlateNotice;

/* The notice of a new outage, not drawn yet. */
CamSlateNotice cam_slate_notice_new (int64_t since_us, CamReason reason, int64_t now_us);

/* When, in CLOCK_MONOTONIC, it is to be drawn: 0 for at once, INT64_MAX when what was drawn still holds. Without a reason first after a grace. */
int64_t cam_slate_notice_get_due_us (const CamSlateNotice *self);

/* It is being drawn as it is, at @now_us. */
void cam_slate_notice_note_drawn (CamSlateNotice *self, int64_t now_us);

/* What became of it. */
void cam_slate_notice_note_outcome (CamSlateNotice *self, bool is_good);

/* "offline since 14:03:22", with the date when that was not on the day of @today_us (wall clock), and the reason on a line of its own; in local
 * time. (transfer full) */
char *cam_slate_notice_format (const CamSlateNotice *self, int64_t today_us);
