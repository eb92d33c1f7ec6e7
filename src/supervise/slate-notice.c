#include "supervise/slate-notice.h"

#include <glib.h>

#define LONGEST_DOUBLINGS 5u /* enough for the longest pause */

CamSlateNotice
cam_slate_notice_new (int64_t since_us, CamReason reason, int64_t now_us)
{
  return (CamSlateNotice){.since_us = since_us, .reason = reason, .begun_at_us = now_us};
}

int64_t
cam_slate_notice_get_due_us (const CamSlateNotice *self)
{
  if (!self->was_drawn)
    return self->reason == CAM_REASON_NONE ? self->begun_at_us + CAM_SLATE_NOTICE_GRACE_US : 0;
  if (self->failures > 0) {
    int64_t pause_us = CAM_SLATE_NOTICE_RETRY_US << MIN (self->failures - 1, LONGEST_DOUBLINGS);
    return self->drawn_at_us + MIN (pause_us, CAM_SLATE_NOTICE_LONGEST_US);
  }
  bool holds = self->drawn_reason == self->reason && self->drawn_since_us == self->since_us;
  return holds ? INT64_MAX : self->drawn_at_us + CAM_SLATE_NOTICE_PAUSE_US;
}

void
cam_slate_notice_note_drawn (CamSlateNotice *self, int64_t now_us)
{
  self->was_drawn = true;
  self->drawn_since_us = self->since_us;
  self->drawn_reason = self->reason;
  self->drawn_at_us = now_us;
}

void
cam_slate_notice_note_outcome (CamSlateNotice *self, bool is_good)
{
  self->failures = is_good ? 0 : self->failures + 1;
}

/* NULL for moments beyond what GLib's calendar knows. */
static char *
format_time (int64_t time_us, const char *format)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_local (time_us / G_USEC_PER_SEC);
  return time != NULL ? g_date_time_format (time, format) : NULL;
}

char *
cam_slate_notice_format (const CamSlateNotice *self, int64_t today_us)
{
  g_autofree char *day = format_time (self->since_us, "%Y-%m-%d");
  g_autofree char *today = format_time (today_us, "%Y-%m-%d");
  bool is_today = g_strcmp0 (day, today) == 0;
  g_autofree char *since = format_time (self->since_us, is_today ? "offline since %H:%M:%S" : "offline since %Y-%m-%d %H:%M:%S");
  const char *first = since != NULL ? since : "offline";
  if (self->reason == CAM_REASON_NONE)
    return g_strdup (first);
  return g_strconcat (first, "\n", cam_reason_text (self->reason), NULL);
}
