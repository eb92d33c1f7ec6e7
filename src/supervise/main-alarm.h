/* One moment on M, moved at will; its call goes through the inbox, so that alarms that come due together do not keep M from anything else.
 * Thread: M. Owner: whoever made it. */
#pragma once

#include "supervise/main-inbox.h"

typedef struct CamMainAlarm CamMainAlarm;

/* @name: constant. @data: borrowed: frees the alarm. */
CamMainAlarm *cam_main_alarm_new (CamMainInbox *inbox, const char *name, void (*func) (gpointer data), gpointer data);
void cam_main_alarm_free (CamMainAlarm *self); /* NULL is fine; no call after it */

/* Calls func once when CLOCK_MONOTONIC reaches @due_us; takes the place of what was set. INT64_MAX: never. A call that is due already still comes. */
void cam_main_alarm_set (CamMainAlarm *self, int64_t due_us);
