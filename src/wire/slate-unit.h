/* Key pictures made fit to be repeated between a camera's own pictures, so that decoders follow without a glitch: each begins with a
 * delimiter and its parameter sets, and two in a row differ where the standards want it.
 * H.264: idr_pic_id (ISO 14496-10, 7.4.3) is rewritten, the two differ from each other and from what cameras use. H.265: CRA pictures become BLA
 * (ISO 23008-2, 7.4.2.2), and an end of sequence follows, so that whatever the camera sends next begins anew. JPEG: as it is.
 * Thread: pure. Owner: results belong to the caller. */
#pragma once

#include "media/track.h"

#define CAM_SLATE_UNITS 2 /* to be sent in turn */

/* @unit: a key unit of @track (NAL units behind lengths, media/codec.h), with or without parameter sets: those of @track are put in where it has
 * none. False: it cannot be repeated (no sets, not what it says it is, a picture that is not decodable by itself, or one of more
 * than 2048 NAL units); nothing in @ret_units. */
bool cam_slate_units_make (const CamTrack *track, const uint8_t *unit, size_t size, GBytes *ret_units[CAM_SLATE_UNITS]);

/* A parameter-set id that none of @track's sets has, from the highest downwards, for a picture of another encoder. H.264 only; 0 for other codecs. */
unsigned cam_slate_free_set_id (const CamTrack *track);
