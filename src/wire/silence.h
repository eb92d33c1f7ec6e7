/* Audio in which nothing is heard, for codecs where that is one constant: G.711 and L16 (RFC 3551, 4.5.14, 4.5.11).
 * Thread: pure. Owner: results belong to the caller. */
#pragma once

#include "media/track.h"

/* A unit of @duration_ms, at most a second, for @track; NULL for codecs whose silence is not a constant, and when it would be nothing or more
 * than a unit can hold. (transfer full) */
GBytes *cam_silence_new (const CamTrack *track, unsigned duration_ms);
