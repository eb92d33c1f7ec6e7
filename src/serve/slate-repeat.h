/* When a slate that stands is due again, for who gets MPEG-TS. Players show a picture only when several more are there (VLC: two, and one more for each
 * of its decoder's threads), and a slate comes once a second: it would be seen when it is too late, which is never. So it comes as often as
 * pictures do, within a bit rate.
 * Thread: pure. Owner: embedded by value in a ts-task. */
#pragma once

#include "media/access-unit.h"

typedef struct {
  CamAccessUnit unit; /* the newest picture when it is a slate's; no payload otherwise */
  int64_t sent_us;
} CamSlateRepeat;

/* @picture was sent at @now_us: it is what is shown now. */
void cam_slate_repeat_note (CamSlateRepeat *self, const CamAccessUnit *picture, int64_t now_us);
void cam_slate_repeat_clear (CamSlateRepeat *self); /* nothing is shown */

/* INT64_MAX: no slate is shown. */
int64_t cam_slate_repeat_get_due_us (const CamSlateRepeat *self);

/* The slate as of @now_us, which is when it is sent. Only when one is shown. (transfer none) */
CamAccessUnit cam_slate_repeat_take (CamSlateRepeat *self, int64_t now_us);
