/* The ts-tasks of one mount, one for each way its sound leaves: each made when it is asked for first, and gone a while after its last reader.
 * Thread: the mount's media loop. Owner: the mount's factory. */
#pragma once

#include "serve/ts-task.h"

typedef struct CamTsTasks CamTsTasks;

/* @setup: what all have in common, its choice aside. Copied; what it names outlives the tasks. */
CamTsTasks *cam_ts_tasks_new (const CamTsTaskSetup *setup);
void cam_ts_tasks_free (CamTsTasks *self); /* NULL is fine. Nobody else holds a task any more. */

/* (transfer full) */
CamTsTask *cam_ts_tasks_ref (CamTsTasks *self, CamSoundChoice choice);
