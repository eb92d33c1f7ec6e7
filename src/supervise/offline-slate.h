/* Stands in for a camera that is away: pushes a key picture into the hub at once and once a second after that, and silence where that is a
 * constant. It pushes only while no worker has claimed the hub, so a camera that comes back is never overtaken.
 * Thread: new, show, hide, free on M; the rest on the camera's loop. Owner: stream-slate. */
#pragma once

#include "core/loop-thread.h"
#include "media/stream-hub.h"

typedef struct CamOfflineSlate CamOfflineSlate;

CamOfflineSlate *cam_offline_slate_new (CamLoopThread *loop, CamStreamHub *hub);
void cam_offline_slate_free (CamOfflineSlate *self); /* NULL is fine; hides it; the loop still runs */

/* Shows @picture, a key unit of @description's video (NULL: no picture, or none yet), from now on. Called again: the other picture follows at once;
 * one that cannot be repeated (wire/slate-unit.h) leaves what is shown of the same description. */
void cam_offline_slate_show (CamOfflineSlate *self, CamStreamDescription *description, GBytes *picture);

/* Nothing is pushed after the loop has seen it; orders posted to the loop later come after it. Twice is fine. */
void cam_offline_slate_hide (CamOfflineSlate *self);
