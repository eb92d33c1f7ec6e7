/* What other threads have to say to M, and what M puts off: calls in order of posting, at most 2 ms a dispatch, so that a thousand cameras that end
 * at once do not keep M from anything else.
 * Thread: M, unless said. Owner: supervisor, who closes it; who posts from other threads holds a reference, himself or by what he posts. */
#pragma once

#include "core/clock.h"

#include <glib.h>

typedef struct CamMainInbox CamMainInbox;

/* Attaches to the thread's default context. @clock: borrowed. */
CamMainInbox *cam_main_inbox_new (const CamClock *clock);
CamMainInbox *cam_main_inbox_ref (CamMainInbox *self); /* any thread */
void cam_main_inbox_unref (CamMainInbox *self);        /* any thread; NULL is fine; after close */

/* What waits, and what is posted later, is destroyed without a call. Twice is fine. */
void cam_main_inbox_close (CamMainInbox *self);

/* Any thread. Calls @func (@data) on M, then @destroy (nullable). @name: constant, for the line about a call that took too long. */
void cam_main_inbox_post (CamMainInbox *self, const char *name, void (*func) (gpointer data), gpointer data, GDestroyNotify destroy);
