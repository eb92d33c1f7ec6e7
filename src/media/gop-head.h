/* The video units since the newest key unit, so that a joiner starts with a picture at once. Audio is not kept: it joins at the live edge.
 * A group longer than its bounds is kept only up to them and then given up until the next key unit: a head with a hole decodes to garbage.
 * Thread: pure. Owner: a stream-task. */
#pragma once

#include "media/access-unit.h"

typedef struct CamGopHead CamGopHead;

CamGopHead *cam_gop_head_new (size_t max_bytes, unsigned max_units);
void cam_gop_head_free (CamGopHead *self); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CamGopHead, cam_gop_head_free)
void cam_gop_head_add (CamGopHead *self, const CamAccessUnit *unit); /* own reference; ignores audio */
void cam_gop_head_clear (CamGopHead *self);                          /* after a hole */
unsigned cam_gop_head_get_length (const CamGopHead *self); /* 0: nothing to join with, wait for the next key unit */
size_t cam_gop_head_get_bytes (const CamGopHead *self);
const CamAccessUnit *cam_gop_head_get (const CamGopHead *self, unsigned index); /* 0 is the key unit */
