/* The stream-tasks of one mount: the one for clients that ask for nothing, which is always there, and one for each other sound that clients ask for
 * by ?audio=, for as long as somebody does.
 * Thread: the mount's media loop. Owner: the mount's factory. */
#pragma once

#include "serve/stream-task.h"

typedef struct CamStreamTasks CamStreamTasks;

/* @setup: of all of them, but for wish and elder; copied, and what it borrows outlives the tasks. */
CamStreamTasks *cam_stream_tasks_new (const CamStreamTaskSetup *setup);
void cam_stream_tasks_free (CamStreamTasks *self); /* NULL is fine; all that were taken have been given back */

/* For clients that ask for nothing. (transfer none) */
CamStreamTask *cam_stream_tasks_get_plain (CamStreamTasks *self);

/* The task whose sound is as @wish says: the plain one when that is the same. Counted: to be given back. (transfer none) */
CamStreamTask *cam_stream_tasks_take (CamStreamTasks *self, CamSoundWish wish);
void cam_stream_tasks_give_back (CamStreamTasks *self, CamStreamTask *task); /* its readers have been removed */
