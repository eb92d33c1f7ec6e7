/* Who has a session on one mount: told to leave when the stream ends, and the one place that knows when all are gone.
 * Thread: the mount's media loop. Owner: the mount's factory, by way of that loop. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct CamAudience CamAudience;

/* Asks @member to leave within @grace_us; it leaves when it is gone, at once or later. */
typedef void (*CamAudienceLeaveFunc) (gpointer member, int64_t grace_us);

CamAudience *cam_audience_new (CamAudienceLeaveFunc ask_to_leave);
void cam_audience_free (CamAudience *self); /* NULL is fine; empty by now */

/* False while the audience is being ended: try again later. */
bool cam_audience_enter (CamAudience *self, gpointer member);
void cam_audience_leave (CamAudience *self, gpointer member); /* nothing happens when it is not in */

/* Asks all to leave; @done (@data; nullable) is called once when nobody is in any more, at once when nobody is. Asked again: waits for the same end. */
void cam_audience_end (CamAudience *self, int64_t grace_us, void (*done) (gpointer data), gpointer data);
