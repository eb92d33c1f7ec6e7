/* Keeps the machine at what it can carry: looks once a second how it fares, and has the readers of the least important cameras get key pictures only
 * until the rest goes well again.
 * Thread: M. Owner: the supervisor. */
#pragma once

#include "supervise/shed-rule.h"
#include "supervise/status.h"

typedef struct CamLoadShedder CamLoadShedder;

/* Whether the readers of a stream with pictures get key pictures only; said each time for each, whether it is new or not. */
typedef void (*CamShedFunc) (const char *camera, unsigned stream, bool is_shed, gpointer data);

/* @processors: how many the process may use, more than 0. */
CamLoadShedder *cam_load_shedder_new (double processors, CamShedFunc shed, gpointer data);
void cam_load_shedder_free (CamLoadShedder *self); /* NULL is fine */

/* Once a second: judges what @status says of the process, and logs a step. */
void cam_load_shedder_look (CamLoadShedder *self, const CamStatus *status);

/* For shed_step. */
unsigned cam_load_shedder_get_step (const CamLoadShedder *self);

/* Says it of each stream of @status. */
void cam_load_shedder_order (const CamLoadShedder *self, const CamStatus *status);
