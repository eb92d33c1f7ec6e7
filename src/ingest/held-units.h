/* Units that wait for leave to go to the hub: of a stream that nobody has asked for yet no more than a joiner needs, the newest group.
 * Thread: L. Owner: ingest-worker. */
#pragma once

#include "media/access-unit.h"

typedef struct CamHeldUnits CamHeldUnits;

CamHeldUnits *cam_held_units_new (void);
void cam_held_units_free (CamHeldUnits *self); /* NULL is fine */

/* Takes over @unit; a key picture takes the place of all before it. False: there are 1,024 or 16 MiB, so all of them are dropped, and @unit too if it
 * is a picture: a group with a hole is none. */
bool cam_held_units_add (CamHeldUnits *self, CamAccessUnit unit);
void cam_held_units_drop (CamHeldUnits *self);

unsigned cam_held_units_get_count (const CamHeldUnits *self);
const CamAccessUnit *cam_held_units_get (const CamHeldUnits *self, unsigned index); /* (transfer none) */
